/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the source's list of inputs to the snapshot's.
 */
#include "inputs.h"

#include <stdlib.h>
#include <string.h>

int ps_inputs_add(const struct ps_source *source, const struct ps_count *beyond, struct ps_snapshot *s)
{
    size_t n = ps_source_input_count(source);
    s->input = calloc(n ? n : 1, sizeof(*s->input));
    if (!s->input)
        return -1;
    s->input_count = n;
    for (size_t i = 0; i < n; i++) {
        const struct ps_input *input = ps_source_input(source, i);
        struct ps_input_row *row = &s->input[i];
        *row = (struct ps_input_row){
            .name = input->name,
            .format = input->format,
            .link_type_count = input->link_type_count,
            .packets = input->packets - (beyond ? beyond[i].packets : 0),
            .bytes = input->bytes - (beyond ? beyond[i].bytes : 0),
            .packets_read = input->packets_read,
            .damaged = input->damaged,
            .failed = input->failed,
            .damage_offset = input->damage_offset,
            .damage = input->damage,
            .problem = input->problem,
        };
        memcpy(row->link_types, input->link_types, sizeof(row->link_types));
        if (input->has_drops) {
            s->has_kernel_drops = s->has_interface_drops = true;
            s->dropped_by_kernel += input->dropped_by_kernel;
            s->dropped_by_interface += input->dropped_by_interface;
        }
    }
    return 0;
}
