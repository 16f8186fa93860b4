/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The list of interfaces. People see one line per address, so that nothing is cut; programs one row per interface.
 */
#include "model.h"

enum {
    DEVICE_NAME,
    DEVICE_STATE,
    DEVICE_LINK,
    DEVICE_LOOPBACK,
    DEVICE_WIRELESS,
    DEVICE_ADDRESSES,
    DEVICE_DESCRIPTION,
    DEVICE_COLUMNS
};

static const struct ps_column for_programs[DEVICE_COLUMNS] = {
    [DEVICE_NAME] = {.path = "name", .type = PS_COLUMN_TEXT},
    [DEVICE_STATE] = {.path = "state", .type = PS_COLUMN_TEXT},
    [DEVICE_LINK] = {.path = "link_type", .type = PS_COLUMN_TEXT},
    [DEVICE_LOOPBACK] = {.path = "loopback", .type = PS_COLUMN_FLAG},
    [DEVICE_WIRELESS] = {.path = "wireless", .type = PS_COLUMN_FLAG},
    [DEVICE_ADDRESSES] = {.path = "addresses", .type = PS_COLUMN_LIST},
    [DEVICE_DESCRIPTION] = {.path = "description", .type = PS_COLUMN_TEXT},
};

enum {
    LINE_NAME,
    LINE_STATE,
    LINE_LINK,
    LINE_ADDRESS,
    LINE_COLUMNS
};

static const struct ps_column for_people[LINE_COLUMNS] = {
    [LINE_NAME] = {.title = "", .type = PS_COLUMN_TEXT},
    [LINE_STATE] = {.title = "", .type = PS_COLUMN_TEXT},
    [LINE_LINK] = {.title = "", .type = PS_COLUMN_TEXT},
    [LINE_ADDRESS] = {.title = "", .type = PS_COLUMN_TEXT},
};

struct devices {
    const struct ps_device_row *device;
    const char *generator;
    const struct line {
        const char *cell[LINE_COLUMNS];
    } * line;
};

static struct ps_cell text_if(const char *text)
{
    return text != NULL ? ps_cell_text(text) : ps_cell_null();
}

static void fill_device(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct devices *devices = section->context;
    const struct ps_device_row *device = &devices->device[index];
    struct ps_cell *cell = row->cell;
    cell[DEVICE_NAME] = ps_cell_text(device->name);
    cell[DEVICE_STATE] = ps_cell_text(device->state);
    cell[DEVICE_LINK] = text_if(device->link_type);
    cell[DEVICE_LOOPBACK] = ps_cell_flag(device->loopback);
    cell[DEVICE_WIRELESS] = ps_cell_flag(device->wireless);
    cell[DEVICE_ADDRESSES].state = PS_CELL_VALUE;
    cell[DEVICE_ADDRESSES].list.item = device->address;
    cell[DEVICE_ADDRESSES].list.count = device->address_count;
    cell[DEVICE_DESCRIPTION] = text_if(device->description);
}

static void fill_document(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct devices *devices = section->context;
    (void)index;
    row->cell[0] = ps_cell_text("portsniff/1");
    row->cell[1] = ps_cell_text(devices->generator);
}

static void fill_line(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct devices *devices = section->context;
    for (size_t i = 0; i < LINE_COLUMNS; i++)
        row->cell[i] = ps_cell_name(devices->line[index].cell[i]);
}

static void add_document(struct ps_report *report, const struct devices *devices, size_t count)
{
    static const struct ps_column document[] = {
        {.path = "schema", .type = PS_COLUMN_TEXT},
        {.path = "generator", .type = PS_COLUMN_TEXT},
    };
    struct ps_section *head = ps_report_add(report, PS_SECTION_OBJECT);
    struct ps_section *table = ps_report_add(report, PS_SECTION_TABLE);
    if (head == NULL || table == NULL)
        return;
    head->path = "";
    head->column = document;
    head->column_count = sizeof(document) / sizeof(document[0]);
    head->row_count = 1;
    head->fill = fill_document;
    head->context = devices;
    table->path = "interfaces";
    table->column = for_programs;
    table->column_count = DEVICE_COLUMNS;
    table->row_count = count;
    table->fill = fill_device;
    table->context = devices;
}

/* The lines of one device: the first holds its name, each an address. Returns how many. */
static size_t add_lines(struct ps_report *report, struct line *line, const struct ps_device_row *device)
{
    size_t lines = device->address_count > 0 ? device->address_count : 1;
    for (size_t i = 0; i < lines; i++) {
        line[i] = (struct line){.cell = {"", "", "", i < device->address_count ? device->address[i] : ""}};
        line[i].cell[LINE_NAME] = i == 0 ? ps_report_printable(report, device->name) : "";
        line[i].cell[LINE_STATE] = i == 0 ? device->state : "";
        line[i].cell[LINE_LINK] = i == 0 && device->link_type != NULL ? device->link_type : "";
    }
    if (device->address_count == 0 && device->description != NULL)
        line[0].cell[LINE_ADDRESS] = ps_report_printable(report, device->description);
    return lines;
}

static void add_table(struct ps_report *report, struct devices *devices, size_t count)
{
    size_t lines = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        lines += devices->device[i].address_count > 0 ? devices->device[i].address_count : 1;
    struct line *line = ps_report_alloc(report, lines, sizeof(*line));
    struct ps_section *table = ps_report_add(report, PS_SECTION_TABLE);
    if (line == NULL || table == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        at += add_lines(report, line + at, &devices->device[i]);
    devices->line = line;
    table->column = for_people;
    table->column_count = LINE_COLUMNS;
    table->row_count = lines;
    table->fill = fill_line;
    table->context = devices;
}

int ps_report_write_devices(const struct ps_device_row *device, size_t count, const char *generator,
                            const struct ps_report_options *options, struct ps_out *out)
{
    struct devices devices = {.device = device, .generator = generator};
    struct ps_report report;
    ps_report_init(&report, NULL, NULL, options);
    if (options->format == PS_FORMAT_JSON)
        add_document(&report, &devices, count);
    else
        add_table(&report, &devices, count);
    int result = report.failed ? -1 : 0;
    if (result == 0 && options->format == PS_FORMAT_JSON)
        ps_render_json(&report, out);
    else if (result == 0)
        ps_render_text(&report, out);
    ps_report_finish(&report);
    return result;
}
