/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists the interfaces that can be captured on.  Needs no privilege and opens none of them.
 */
#include <stdlib.h>

#include "output.h"
#include "portsniff/engine.h"
#include "portsniff/live.h"
#include "tell.h"
#include "terminal.h"

static struct ps_device_row row_of(const struct ps_device *device)
{
    const char *state = !device->up ? "down" : !device->running && !device->any ? "no link" : "up";
    return (struct ps_device_row){
        .name = device->name,
        .description = device->description,
        .link_type = device->link_type,
        .state = state,
        .address = device->addresses,
        .address_count = device->address_count,
        .loopback = device->loopback,
        .wireless = device->wireless,
    };
}

static int write_list(const struct ps_config *config, const struct ps_device *device, size_t count,
                      struct ps_error *error)
{
    struct ps_report_options report = config->report;
    struct output output;
    struct ps_device_row *row = calloc(count ? count : 1, sizeof(*row));
    if (!row)
        return ps_error_set(error, "cannot list the interfaces: memory is out.");
    int result = ps_output_open(&output, config->output, 0, error);
    if (!result) {
        ps_terminal_decide(&report, config->color, output.fd);
        for (size_t i = 0; i < count; i++)
            row[i] = row_of(&device[i]);
        int written = ps_report_write_devices(row, count, "portsniff " PS_VERSION, &report, &output.out);
        result = ps_output_finish(&output, !written, error);
        if (result && !error->text[0])
            result = 0; /* the reader has seen enough */
        if (written)
            result = ps_error_set(error, "cannot list the interfaces: memory is out.");
    }
    free(row);
    return result;
}

enum ps_exit ps_engine_list(const struct ps_config *config)
{
    struct ps_error error = {.text = ""};
    struct ps_device *device = NULL;
    size_t count = 0;
    int result = ps_live_list(&device, &count, &error);
    if (!result && count == 0 && config->report.format == PS_FORMAT_TEXT)
        result = ps_error_set(&error, "there is no interface that packets can be captured on here.");
    else if (!result)
        result = write_list(config, device, count, &error);
    if (result)
        ps_tell(&error);
    ps_live_list_free(device, count);
    return result ? PS_EXIT_FAILED : PS_EXIT_COMPLETE;
}
