/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compares the two ways to read a source.
 */
#include "compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Blocks smaller than a record header, of odd sizes, and as they usually are. */
static const struct by_blocks ways[] = {{1, 1}, {16, 3}, {61, 2}, {1000, 1}, {4096, 3}, {0, 1}, {0, 3}};

_Static_assert(sizeof(ways) / sizeof(ways[0]) == WAYS, "compare.h says how many");

int compare_ways(const struct ps_source_options *options, const char *name, size_t first_way, size_t end_way)
{
    struct collected batches, blocks;
    int different = 0;
    collect(options, &batches);
    for (size_t i = first_way; i < end_way; i++) {
        collect_blocks(options, &ways[i], &blocks);
        const char *what = difference(&batches, &blocks);
        if (what) {
            print_error("%s: blocks of %u, %u threads: %s\n", name, ways[i].block_size, ways[i].threads, what);
            different = 1;
        }
        collected_finish(&blocks);
    }
    collected_finish(&batches);
    return different;
}

int compare_path(const char *path, size_t first_way)
{
    struct ps_source_options options = {.paths = &path, .path_count = 1};
    return compare_ways(&options, path, first_way, WAYS);
}

void build_all_kinds(struct build *build)
{
    build_init(build, false);
    for (unsigned section = 0; section < 3; section++) {
        struct build options;
        build->big_endian = section % 2;
        build_init(&options, build->big_endian);
        build_option_u8(&options, 9, section ? 9 : 0x8a);
        build_section(build, 1, 0);
        build_interface(build, 1, 40, NULL);
        build_simple(build, 20, 60, section);
        build_block(build, 4, 40);
        build_interface(build, (uint16_t)(100 + section), 0, &options);
        build_enhanced(build, 1, UINT64_C(1000000) * section, 33, 66, section);
        build_obsolete(build, 0, 5, 7, 7, section);
        build_block(build, 0x80000001, section == 1 ? 300 : 4);
        build_statistics(build, 1, 3 + section, 4);
        build_enhanced(build, 0, 77, 0, 1500, section);
        build_finish(&options);
    }
}
