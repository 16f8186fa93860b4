/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Saves what a capture holds, for tests that let other programs read it.
 *
 *     copy_capture IN OUT [PACKETS-PER-FILE]
 */
#include <stdio.h>
#include <stdlib.h>

#include "portsniff/save.h"
#include "portsniff/source.h"

static int fail(const struct ps_error *error)
{
    fprintf(stderr, "copy_capture: %s\n", error->text);
    return 1;
}

static int save_all(struct ps_source *source, struct ps_save *save, struct ps_error *error)
{
    static struct ps_batch batch;
    enum ps_next next;
    while ((next = ps_source_next(source, &batch)) != PS_NEXT_END) {
        if (next == PS_NEXT_ERROR)
            return fail(ps_source_error(source));
        if (next == PS_NEXT_BATCH && !ps_save_batch(save, &batch, error))
            return fail(error);
    }
    const struct ps_save_counts counts = {
        .received = 1000,
        .dropped_by_kernel = 20,
        .dropped_by_interface = 3,
        .has_received = true,
        .has_dropped_by_kernel = true,
        .has_dropped_by_interface = true,
    };
    ps_save_statistics(save, 0, &counts);
    return ps_save_end(save, error) ? 0 : fail(error);
}

int main(int argc, char **argv)
{
    struct ps_source *source;
    struct ps_save *save;
    struct ps_error error;
    if (argc < 3 || argc > 4)
        return 2;
    const char *const paths[] = {argv[1]};
    const struct ps_save_options options = {
        .path = argv[2],
        .comment = "made by a test",
        .filter = "not port 9",
        .rotate_packets = argc == 4 ? strtoull(argv[3], NULL, 10) : 0,
    };
    const struct ps_save_interface interface = {.name = "copied0", .link_type = -1};
    if (ps_source_open(&(struct ps_source_options){.paths = paths, .path_count = 1}, &source, &error) < 0 ||
        ps_save_open(&options, &save, &error) < 0 || ps_save_interface(save, &interface, &error) < 0 ||
        ps_save_begin(save, &error) < 0)
        return fail(&error);
    int result = save_all(source, save, &error);
    ps_save_close(save);
    ps_source_close(source);
    return result;
}
