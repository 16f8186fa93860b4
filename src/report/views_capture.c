/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the report is about, for programs: the document's own members, the capture and its sources.
 */
#include "portsniff/decode.h"
#include "units.h"
#include "views.h"

/* --- the document ---------------------------------------------------------------------------- */

enum {
    DOCUMENT_SCHEMA,
    DOCUMENT_GENERATOR,
    DOCUMENT_COLUMNS
};

static const struct ps_column document_columns[DOCUMENT_COLUMNS] = {
    [DOCUMENT_SCHEMA] = {.path = "schema", .type = PS_COLUMN_TEXT},
    [DOCUMENT_GENERATOR] = {.path = "generator", .type = PS_COLUMN_TEXT},
};

static void fill_document(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    (void)index;
    const struct ps_snapshot *snapshot = section->context;
    row->cell[DOCUMENT_SCHEMA] = ps_cell_text("portsniff/1");
    row->cell[DOCUMENT_GENERATOR] = ps_cell_text(snapshot->generator ? snapshot->generator : "");
}

/* --- sources --------------------------------------------------------------------------------- */

enum {
    SOURCE_NAME,
    SOURCE_FORMAT,
    SOURCE_LINK_TYPE,
    SOURCE_LINK_TYPES,
    SOURCE_PACKETS,
    SOURCE_BYTES,
    SOURCE_PACKETS_READ,
    SOURCE_DAMAGE,
    SOURCE_ERROR,
    SOURCE_STATE,
    SOURCE_GAPS,
    SOURCE_GAP_TIME,
    SOURCE_KERNEL_DROPS,
    SOURCE_INTERFACE_DROPS,
    SOURCE_COLUMNS
};

static const struct ps_column source_columns[SOURCE_COLUMNS] = {
    [SOURCE_NAME] = {.path = "name", .type = PS_COLUMN_TEXT},
    [SOURCE_FORMAT] = {.path = "format", .type = PS_COLUMN_TEXT},
    [SOURCE_LINK_TYPE] = {.path = "link_type", .type = PS_COLUMN_TEXT},
    [SOURCE_LINK_TYPES] = {.path = "link_types", .type = PS_COLUMN_LIST},
    [SOURCE_PACKETS] = {.path = "packets", .type = PS_COLUMN_NUMBER},
    [SOURCE_BYTES] = {.path = "bytes", .type = PS_COLUMN_BYTES},
    [SOURCE_PACKETS_READ] = {.path = "packets_read", .type = PS_COLUMN_NUMBER},
    [SOURCE_DAMAGE] = {.path = "damage", .type = PS_COLUMN_FAULT},
    [SOURCE_ERROR] = {.path = "error", .type = PS_COLUMN_TEXT},
    [SOURCE_STATE] = {.path = "state", .type = PS_COLUMN_TEXT},
    [SOURCE_GAPS] = {.path = "gaps", .type = PS_COLUMN_NUMBER},
    [SOURCE_GAP_TIME] = {.path = "gap_seconds", .type = PS_COLUMN_DURATION},
    [SOURCE_KERNEL_DROPS] = {.path = "dropped_by_kernel", .type = PS_COLUMN_NUMBER},
    [SOURCE_INTERFACE_DROPS] = {.path = "dropped_by_interface", .type = PS_COLUMN_NUMBER},
};

#define LINK_TYPES_MAX 8

struct sources {
    const struct ps_input_row *input;
    const char *(*links)[LINK_TYPES_MAX]; /* names of each input's link types */
};

static size_t link_type_count(const struct ps_input_row *input)
{
    return input->link_type_count < LINK_TYPES_MAX ? input->link_type_count : LINK_TYPES_MAX;
}

/* What only an interface has; the counts are of the whole run so far. */
static void fill_interface(const struct ps_input_row *input, struct ps_cell *cell)
{
    cell[SOURCE_STATE] = ps_cell_text(input->state);
    cell[SOURCE_GAPS] = ps_cell_number(input->gaps);
    cell[SOURCE_GAP_TIME] = ps_cell_number(input->gap_ns);
    cell[SOURCE_KERNEL_DROPS] = ps_cell_number(input->dropped_by_kernel);
    cell[SOURCE_INTERFACE_DROPS] = ps_cell_number_if(input->has_interface_drops, input->dropped_by_interface);
}

static void fill_source(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct sources *sources = section->context;
    const struct ps_input_row *input = &sources->input[index];
    const char **links = sources->links[index];
    size_t link_count = link_type_count(input);

    row->cell[SOURCE_NAME] = ps_cell_text(input->name);
    row->cell[SOURCE_FORMAT] = input->format ? ps_cell_text(input->format) : ps_cell_null();
    row->cell[SOURCE_LINK_TYPE] = link_count > 0 ? ps_cell_text(links[0]) : ps_cell_null();
    if (link_count > 1) {
        row->cell[SOURCE_LINK_TYPES].state = PS_CELL_VALUE;
        row->cell[SOURCE_LINK_TYPES].list.item = links;
        row->cell[SOURCE_LINK_TYPES].list.count = link_count;
    }
    row->cell[SOURCE_PACKETS] = ps_cell_number(input->packets);
    row->cell[SOURCE_BYTES] = ps_cell_number(input->bytes);
    row->cell[SOURCE_PACKETS_READ] = ps_cell_number(input->packets_read);
    row->cell[SOURCE_DAMAGE].state = PS_CELL_NULL;
    if (input->damaged) {
        row->cell[SOURCE_DAMAGE].state = PS_CELL_VALUE;
        row->cell[SOURCE_DAMAGE].fault.offset = input->damage_offset;
        row->cell[SOURCE_DAMAGE].fault.text = input->damage ? input->damage : "damaged";
    }
    if (input->failed)
        row->cell[SOURCE_ERROR] = ps_cell_text(input->problem ? input->problem : "not read");
    if (input->state != NULL)
        fill_interface(input, row->cell);
}

static void add_sources(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct sources *sources = ps_report_alloc(report, 1, sizeof(*sources));
    struct ps_section *section = ps_report_add(report, PS_SECTION_TABLE);
    if (sources == NULL || section == NULL)
        return;
    sources->input = snapshot->input;
    sources->links = ps_report_alloc(report, snapshot->input_count, sizeof(*sources->links));
    if (sources->links == NULL)
        return;
    for (size_t i = 0; i < snapshot->input_count; i++) {
        for (size_t k = 0; k < link_type_count(&snapshot->input[i]); k++)
            sources->links[i][k] = ps_link_name(snapshot->input[i].link_types[k]);
    }
    section->path = "capture.sources";
    section->column = source_columns;
    section->column_count = SOURCE_COLUMNS;
    section->row_count = snapshot->input_count;
    section->fill = fill_source;
    section->context = sources;
}

/* --- the capture ----------------------------------------------------------------------------- */

enum {
    CAPTURE_FILTER,
    CAPTURE_TUNNELS,
    CAPTURE_FRAGMENTS,
    CAPTURE_FINAL,
    CAPTURE_FIRST,
    CAPTURE_LAST,
    CAPTURE_DURATION,
    CAPTURE_PACKETS,
    CAPTURE_BYTES,
    CAPTURE_KERNEL_DROPS,
    CAPTURE_INTERFACE_DROPS,
    CAPTURE_BACKLOG_DROPS,
    CAPTURE_NOT_SAVED,
    CAPTURE_LOWER_BOUND,
    CAPTURE_UNTIMED,
    CAPTURE_DISORDERED,
    CAPTURE_FRAGMENTS_OVERFLOW,
    CAPTURE_EVICTED_FLOWS,
    CAPTURE_EVICTED_BYTES,
    CAPTURE_DUPLICATES,
    CAPTURE_PORT_ZERO_PACKETS,
    CAPTURE_PORT_ZERO_BYTES,
    CAPTURE_SEGMENTED_PACKETS,
    CAPTURE_SEGMENTED_BYTES,
    CAPTURE_SEGMENTED_ESTIMATE,
    CAPTURE_PORTS_WELL_KNOWN,
    CAPTURE_PORTS_REGISTERED,
    CAPTURE_PORTS_DYNAMIC,
    CAPTURE_COLUMNS
};

static const struct ps_column capture_columns[CAPTURE_COLUMNS] = {
    [CAPTURE_FILTER] = {.path = "filter", .type = PS_COLUMN_TEXT},
    [CAPTURE_TUNNELS] = {.path = "tunnels", .type = PS_COLUMN_TEXT},
    [CAPTURE_FRAGMENTS] = {.path = "fragments", .type = PS_COLUMN_TEXT},
    [CAPTURE_FINAL] = {.path = "final", .type = PS_COLUMN_FLAG},
    [CAPTURE_FIRST] = {.path = "first_packet", .type = PS_COLUMN_TIME},
    [CAPTURE_LAST] = {.path = "last_packet", .type = PS_COLUMN_TIME},
    [CAPTURE_DURATION] = {.path = "duration_seconds", .type = PS_COLUMN_DURATION},
    [CAPTURE_PACKETS] = {.path = "packets", .type = PS_COLUMN_NUMBER},
    [CAPTURE_BYTES] = {.path = "bytes", .type = PS_COLUMN_BYTES},
    [CAPTURE_KERNEL_DROPS] = {.path = "dropped_by_kernel", .type = PS_COLUMN_NUMBER},
    [CAPTURE_INTERFACE_DROPS] = {.path = "dropped_by_interface", .type = PS_COLUMN_NUMBER},
    [CAPTURE_BACKLOG_DROPS] = {.path = "dropped_by_backlog", .type = PS_COLUMN_NUMBER},
    [CAPTURE_NOT_SAVED] = {.path = "packets_not_saved", .type = PS_COLUMN_NUMBER},
    [CAPTURE_LOWER_BOUND] = {.path = "lower_bound", .type = PS_COLUMN_FLAG},
    [CAPTURE_UNTIMED] = {.path = "untimed_packets", .type = PS_COLUMN_NUMBER},
    [CAPTURE_DISORDERED] = {.path = "disordered_packets", .type = PS_COLUMN_NUMBER},
    [CAPTURE_FRAGMENTS_OVERFLOW] = {.path = "fragments_not_kept", .type = PS_COLUMN_NUMBER},
    [CAPTURE_EVICTED_FLOWS] = {.path = "evicted_flows", .type = PS_COLUMN_NUMBER},
    [CAPTURE_EVICTED_BYTES] = {.path = "evicted_flow_bytes", .type = PS_COLUMN_BYTES},
    [CAPTURE_DUPLICATES] = {.path = "duplicate_packets", .type = PS_COLUMN_NUMBER},
    [CAPTURE_PORT_ZERO_PACKETS] = {.path = "port_zero.packets", .type = PS_COLUMN_NUMBER},
    [CAPTURE_PORT_ZERO_BYTES] = {.path = "port_zero.bytes", .type = PS_COLUMN_BYTES},
    [CAPTURE_SEGMENTED_PACKETS] = {.path = "segmented.packets", .type = PS_COLUMN_NUMBER},
    [CAPTURE_SEGMENTED_BYTES] = {.path = "segmented.bytes", .type = PS_COLUMN_BYTES},
    [CAPTURE_SEGMENTED_ESTIMATE] = {.path = "segmented.estimated_packets", .type = PS_COLUMN_NUMBER},
    [CAPTURE_PORTS_WELL_KNOWN] = {.path = "distinct_ports.well_known", .type = PS_COLUMN_NUMBER},
    [CAPTURE_PORTS_REGISTERED] = {.path = "distinct_ports.registered", .type = PS_COLUMN_NUMBER},
    [CAPTURE_PORTS_DYNAMIC] = {.path = "distinct_ports.dynamic", .type = PS_COLUMN_NUMBER},
};

static struct ps_cell text_if(const char *text)
{
    return text != NULL ? ps_cell_text(text) : ps_cell_null();
}

/* What most captures do not have: present where there is some. */
static void fill_oddities(const struct ps_snapshot *s, struct ps_cell *cell)
{
    if (s->live)
        cell[CAPTURE_BACKLOG_DROPS] = ps_cell_number_if(s->has_backlog_drops, s->dropped_by_backlog);
    if (s->saving)
        cell[CAPTURE_NOT_SAVED] = ps_cell_number(s->packets_not_saved);
    if (s->evicted_flows.packets > 0) {
        cell[CAPTURE_EVICTED_FLOWS] = ps_cell_number(s->evicted_flows.packets);
        cell[CAPTURE_EVICTED_BYTES] = ps_cell_number(s->evicted_flows.bytes);
    }
    if (s->duplicate_packets > 0)
        cell[CAPTURE_DUPLICATES] = ps_cell_number(s->duplicate_packets);
    if (s->port_zero.packets > 0) {
        cell[CAPTURE_PORT_ZERO_PACKETS] = ps_cell_number(s->port_zero.packets);
        cell[CAPTURE_PORT_ZERO_BYTES] = ps_cell_number(s->port_zero.bytes);
    }
}

static void fill_capture(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    (void)index;
    const struct ps_snapshot *s = section->context;
    struct ps_cell *cell = row->cell;
    bool timed = s->first_ns != PS_TIME_NONE && s->last_ns != PS_TIME_NONE;

    cell[CAPTURE_FILTER] = text_if(s->filter);
    cell[CAPTURE_TUNNELS] = text_if(s->mode_tunnels);
    cell[CAPTURE_FRAGMENTS] = text_if(s->mode_fragments);
    cell[CAPTURE_FINAL] = ps_cell_flag(s->final);
    cell[CAPTURE_FIRST] = ps_cell_time(s->first_ns);
    cell[CAPTURE_LAST] = ps_cell_time(s->last_ns);
    cell[CAPTURE_DURATION] = ps_cell_number(timed ? ps_units_span(s->first_ns, s->last_ns) : 0);
    cell[CAPTURE_PACKETS] = ps_cell_number(s->total.packets);
    cell[CAPTURE_BYTES] = ps_cell_number(s->total.bytes);
    cell[CAPTURE_KERNEL_DROPS] = ps_cell_number_if(s->has_kernel_drops, s->dropped_by_kernel);
    cell[CAPTURE_INTERFACE_DROPS] = ps_cell_number_if(s->has_interface_drops, s->dropped_by_interface);
    cell[CAPTURE_LOWER_BOUND] = ps_cell_flag(s->lower_bound);
    cell[CAPTURE_UNTIMED] = ps_cell_number(s->untimed_packets);
    cell[CAPTURE_DISORDERED] = ps_cell_number(s->disordered_packets);
    cell[CAPTURE_FRAGMENTS_OVERFLOW] = ps_cell_number(s->fragments_overflow);
    fill_oddities(s, cell);
    cell[CAPTURE_SEGMENTED_PACKETS] = ps_cell_number(s->segmented.packets);
    cell[CAPTURE_SEGMENTED_BYTES] = ps_cell_number(s->segmented.bytes);
    cell[CAPTURE_SEGMENTED_ESTIMATE] = ps_cell_number(s->segmented_estimate);
    cell[CAPTURE_PORTS_WELL_KNOWN] = ps_cell_number(s->ports_in_class[PS_CLASS_WELL_KNOWN]);
    cell[CAPTURE_PORTS_REGISTERED] = ps_cell_number(s->ports_in_class[PS_CLASS_REGISTERED]);
    cell[CAPTURE_PORTS_DYNAMIC] = ps_cell_number(s->ports_in_class[PS_CLASS_DYNAMIC]);
}

/* --- the interval ---------------------------------------------------------------------------- */

enum {
    INTERVAL_NUMBER,
    INTERVAL_START,
    INTERVAL_END,
    INTERVAL_COLUMNS
};

static const struct ps_column interval_columns[INTERVAL_COLUMNS] = {
    [INTERVAL_NUMBER] = {.path = "number", .type = PS_COLUMN_NUMBER},
    [INTERVAL_START] = {.path = "start", .type = PS_COLUMN_TIME},
    [INTERVAL_END] = {.path = "end", .type = PS_COLUMN_TIME},
};

static void fill_interval(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    (void)index;
    const struct ps_snapshot *snapshot = section->context;
    row->cell[INTERVAL_NUMBER] = ps_cell_number(snapshot->interval_number);
    row->cell[INTERVAL_START] = ps_cell_time(snapshot->interval_start_ns);
    row->cell[INTERVAL_END] = ps_cell_time(snapshot->interval_end_ns);
}

/* --- the run itself -------------------------------------------------------------------------- */

enum {
    SELF_CPU,
    SELF_PER_PACKET,
    SELF_MEMORY,
    SELF_MEMORY_PEAK,
    SELF_COLUMNS
};

static const struct ps_column self_columns[SELF_COLUMNS] = {
    [SELF_CPU] = {.path = "cpu_seconds", .type = PS_COLUMN_DURATION},
    [SELF_PER_PACKET] = {.path = "cpu_ns_per_packet", .type = PS_COLUMN_NUMBER},
    [SELF_MEMORY] = {.path = "memory_bytes", .type = PS_COLUMN_BYTES},
    [SELF_MEMORY_PEAK] = {.path = "memory_peak_bytes", .type = PS_COLUMN_BYTES},
};

static void fill_self(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    (void)index;
    const struct ps_self_figures *self = &((const struct ps_snapshot *)section->context)->self;
    uint64_t packets = self->packets;
    row->cell[SELF_CPU] = ps_cell_number(self->cpu_ns);
    row->cell[SELF_PER_PACKET] = ps_cell_number_if(packets > 0, packets > 0 ? self->cpu_ns / packets : 0);
    row->cell[SELF_MEMORY] = ps_cell_number(self->memory);
    row->cell[SELF_MEMORY_PEAK] = ps_cell_number(self->memory_peak);
}

/* --- all of them ----------------------------------------------------------------------------- */

static void add_object(struct ps_report *report, const char *path, const struct ps_column *column, size_t column_count,
                       void (*fill)(const struct ps_section *, size_t, struct ps_report_row *))
{
    struct ps_section *section = ps_report_add(report, PS_SECTION_OBJECT);
    if (section == NULL)
        return;
    section->path = path;
    section->column = column;
    section->column_count = column_count;
    section->row_count = 1;
    section->fill = fill;
    section->context = report->snapshot;
}

void ps_view_document(struct ps_report *report)
{
    add_object(report, "", document_columns, DOCUMENT_COLUMNS, fill_document);
}

void ps_view_capture(struct ps_report *report)
{
    add_sources(report);
    add_object(report, "capture", capture_columns, CAPTURE_COLUMNS, fill_capture);
    if (report->snapshot->interval_set)
        add_object(report, "interval", interval_columns, INTERVAL_COLUMNS, fill_interval);
    if (report->snapshot->self.set)
        add_object(report, "self", self_columns, SELF_COLUMNS, fill_self);
}
