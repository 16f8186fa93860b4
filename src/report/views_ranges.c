/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Port ranges (RFC 6335 section 6): all nine combinations for programs, the three ranges and the
 * matrix for people.
 */
#include "services.h"
#include "views.h"

/* --- nine rows, for programs ----------------------------------------------------------------- */

enum {
    RANGE_SOURCE,
    RANGE_DESTINATION,
    RANGE_PACKETS,
    RANGE_BYTES,
    RANGE_NETWORK,
    RANGE_PAYLOAD,
    RANGE_COLUMNS
};

static const struct ps_column range_columns[RANGE_COLUMNS] = {
    [RANGE_SOURCE] = {.path = "source_class", .type = PS_COLUMN_TEXT},
    [RANGE_DESTINATION] = {.path = "destination_class", .type = PS_COLUMN_TEXT},
    [RANGE_PACKETS] = {.path = "packets", .type = PS_COLUMN_NUMBER},
    [RANGE_BYTES] = {.path = "bytes", .type = PS_COLUMN_BYTES},
    [RANGE_NETWORK] = {.path = "network_bytes", .type = PS_COLUMN_BYTES},
    [RANGE_PAYLOAD] = {.path = "payload_bytes", .type = PS_COLUMN_BYTES},
};

static void fill_range(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct ps_snapshot *snapshot = section->context;
    size_t source = index / PS_CLASS_COUNT, destination = index % PS_CLASS_COUNT;
    const struct ps_traffic *traffic = &snapshot->range[source][destination];
    row->cell[RANGE_SOURCE] = ps_cell_text(ps_port_class_name((enum ps_port_class)source));
    row->cell[RANGE_DESTINATION] = ps_cell_text(ps_port_class_name((enum ps_port_class)destination));
    row->cell[RANGE_PACKETS] = ps_cell_number(traffic->packets);
    row->cell[RANGE_BYTES] = ps_cell_number(traffic->bytes);
    row->cell[RANGE_NETWORK] = ps_cell_number(traffic->network_bytes);
    row->cell[RANGE_PAYLOAD] = ps_cell_number(traffic->payload_bytes);
}

static struct ps_section *add(struct ps_report *report, const char *title, const struct ps_column *column,
                              size_t column_count, size_t rows)
{
    struct ps_section *section = ps_report_add(report, PS_SECTION_TABLE);
    if (section == NULL)
        return NULL;
    section->title = title;
    section->column = column;
    section->column_count = column_count;
    section->row_count = rows;
    section->context = report->snapshot;
    return section;
}

void ps_view_ranges(struct ps_report *report)
{
    struct ps_section *section =
        add(report, NULL, range_columns, RANGE_COLUMNS, (size_t)PS_CLASS_COUNT * PS_CLASS_COUNT);
    if (section == NULL)
        return;
    section->path = "ranges";
    section->fill = fill_range;
}

/* --- three rows, for people ------------------------------------------------------------------ */

enum {
    CLASS_NAME,
    CLASS_PORTS,
    CLASS_SERVER,
    CLASS_SHARE,
    CLASS_BAR,
    CLASS_CLIENT,
    CLASS_DISTINCT,
    CLASS_SENT,
    CLASS_RECEIVED,
    CLASS_COLUMNS
};

static const struct ps_column class_columns[CLASS_COLUMNS] = {
    [CLASS_NAME] = {.title = "", .type = PS_COLUMN_TEXT},
    [CLASS_PORTS] = {.title = "", .type = PS_COLUMN_TEXT},
    [CLASS_SERVER] = {.title = "as server", .type = PS_COLUMN_BYTES},
    [CLASS_SHARE] = {.title = "share", .type = PS_COLUMN_SHARE, .priority = 2},
    [CLASS_BAR] = {.title = "", .type = PS_COLUMN_BAR, .priority = 3},
    [CLASS_CLIENT] = {.title = "as client", .type = PS_COLUMN_BYTES, .priority = 1},
    [CLASS_DISTINCT] = {.title = "ports seen", .type = PS_COLUMN_NUMBER, .priority = 2},
    [CLASS_SENT] = {.title = "from such a port", .type = PS_COLUMN_BYTES, .priority = 5},
    [CLASS_RECEIVED] = {.title = "to such a port", .type = PS_COLUMN_BYTES, .priority = 5},
};

struct classes {
    const struct ps_snapshot *snapshot;
    struct ps_class_roles roles;
    uint64_t bytes; /* counted by port */
};

static void fill_class(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    static const char *const ports[PS_CLASS_COUNT] = {
        [PS_CLASS_WELL_KNOWN] = "0-1023",
        [PS_CLASS_REGISTERED] = "1024-49151",
        [PS_CLASS_DYNAMIC] = "49152-65535",
    };
    const struct classes *classes = section->context;
    const struct ps_snapshot *snapshot = classes->snapshot;
    uint64_t sent = 0, received = 0;
    for (size_t other = 0; other < PS_CLASS_COUNT; other++) {
        sent += snapshot->range[index][other].bytes;
        received += snapshot->range[other][index].bytes;
    }
    struct ps_cell *cell = row->cell;
    cell[CLASS_NAME] = ps_cell_text(ps_port_class_name((enum ps_port_class)index));
    cell[CLASS_PORTS] = ps_cell_text(ports[index]);
    cell[CLASS_SERVER] = ps_cell_number(classes->roles.server[index]);
    cell[CLASS_SHARE] = ps_cell_share(classes->roles.server[index], classes->bytes);
    cell[CLASS_BAR] = cell[CLASS_SHARE];
    cell[CLASS_CLIENT] = ps_cell_number(classes->roles.client[index]);
    cell[CLASS_DISTINCT] = ps_cell_number(snapshot->ports_in_class[index]);
    cell[CLASS_SENT] = ps_cell_number(sent);
    cell[CLASS_RECEIVED] = ps_cell_number(received);
}

static bool is_empty(const struct ps_snapshot *snapshot)
{
    for (size_t source = 0; source < PS_CLASS_COUNT; source++) {
        for (size_t destination = 0; destination < PS_CLASS_COUNT; destination++) {
            if (snapshot->range[source][destination].packets > 0)
                return false;
        }
    }
    return true;
}

/* Fewer ports than this may lie in a range by chance. */
#define FEW_PORTS 8

/* Where clients really drew their temporary ports, most ports first: systems do not all follow IANA's ranges. NULL when
 * they do not show it. */
static const char *say_origin(struct ps_report *report)
{
    static const struct {
        uint16_t low, high;
        enum ps_range range;
        const char *whose;
    } known[] = {{32768, 60999, PS_RANGE_LINUX, " (as Linux does)"},
                 {49152, 65535, PS_RANGE_IANA, " (IANA's range, as Windows and macOS do)"},
                 {1024, 65535, PS_RANGE_UNPRIVILEGED, ""}};
    enum {
        KNOWN = sizeof(known) / sizeof(known[0])
    };
    const struct ps_snapshot *snapshot = report->snapshot;
    uint64_t drawn[KNOWN] = {0}, ports = 0;
    for (size_t k = 0; k < KNOWN; k++) {
        drawn[k] = snapshot->rest.ephemeral_ports[known[k].range];
        ports += drawn[k];
    }
    for (size_t i = 0; i < snapshot->ephemeral_count; i++) {
        ports += snapshot->ephemeral[i].distinct;
        for (size_t k = 0; k < KNOWN; k++)
            drawn[k] += snapshot->ephemeral[i].range_low == known[k].low ? snapshot->ephemeral[i].distinct : 0;
    }
    if (ports < FEW_PORTS)
        return NULL;
    const char *text = NULL;
    for (size_t round = 0; round < KNOWN; round++) {
        size_t most = 0;
        for (size_t k = 1; k < KNOWN; k++)
            most = drawn[k] > drawn[most] ? k : most;
        if (drawn[most] == 0)
            break;
        text = text == NULL ? ps_report_text(report, "Clients took temporary ports from %u-%u%s",
                                             (unsigned)known[most].low, (unsigned)known[most].high, known[most].whose)
                            : ps_report_text(report, "%s, others from %u-%u%s", text, (unsigned)known[most].low,
                                             (unsigned)known[most].high, known[most].whose);
        drawn[most] = 0;
    }
    return text != NULL ? ps_report_text(report, "%s.", text) : NULL;
}

void ps_view_range_classes(struct ps_report *report)
{
    if (is_empty(report->snapshot))
        return;
    struct classes *classes = ps_report_alloc(report, 1, sizeof(*classes));
    struct ps_section *section = add(report, "PORT RANGES", class_columns, CLASS_COLUMNS, PS_CLASS_COUNT);
    if (section == NULL || classes == NULL)
        return;
    classes->snapshot = report->snapshot;
    classes->roles = ps_class_roles(report->snapshot);
    for (size_t i = 0; i < PS_CLASS_COUNT; i++)
        classes->bytes += classes->roles.server[i];
    section->fill = fill_class;
    section->context = classes;
    section->note = say_origin(report);
}

/* --- the matrix, for people ------------------------------------------------------------------ */

enum {
    MATRIX_SOURCE,
    MATRIX_WELL_KNOWN,
    MATRIX_REGISTERED,
    MATRIX_DYNAMIC,
    MATRIX_COLUMNS
};

static const struct ps_column matrix_columns[MATRIX_COLUMNS] = {
    [MATRIX_SOURCE] = {.title = "", .type = PS_COLUMN_TEXT, .shortest = 8},
    [MATRIX_WELL_KNOWN] = {.title = "well-known", .type = PS_COLUMN_BYTES},
    [MATRIX_REGISTERED] = {.title = "registered", .type = PS_COLUMN_BYTES},
    [MATRIX_DYNAMIC] = {.title = "dynamic", .type = PS_COLUMN_BYTES},
};

static void fill_matrix(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct ps_snapshot *snapshot = section->context;
    row->cell[MATRIX_SOURCE] = ps_cell_text(ps_port_class_name((enum ps_port_class)index));
    for (size_t destination = 0; destination < PS_CLASS_COUNT; destination++)
        row->cell[MATRIX_WELL_KNOWN + destination] = ps_cell_number(snapshot->range[index][destination].bytes);
}

void ps_view_range_matrix(struct ps_report *report)
{
    if (is_empty(report->snapshot))
        return;
    struct ps_section *section = add(report, "FROM \\ TO", matrix_columns, MATRIX_COLUMNS, PS_CLASS_COUNT);
    if (section == NULL)
        return;
    section->fill = fill_matrix;
    section->note = "Bytes from the range of the source port (left) to that of the destination port.";
}
