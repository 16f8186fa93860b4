/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Facts of inputs and losses.
 */
#include "watch_facts.h"

#include <stdlib.h>
#include <string.h>

struct watch_loss ps_watch_loss_of(struct ps_source *source)
{
    struct watch_loss sum = {0};
    for (size_t i = 0; i < ps_source_input_count(source); i++) {
        struct ps_loss loss;
        ps_source_loss(source, i, &loss);
        sum.kernel += loss.kernel;
        sum.interface += loss.interface;
        sum.has_interface |= loss.has_interface;
        sum.has_backlog |= loss.has_backlog;
        if (loss.backlog > sum.backlog) /* of the whole host, so the inputs' numbers do not add up */
            sum.backlog = loss.backlog;
    }
    return sum;
}

struct watch_loss ps_watch_loss_between(const struct watch_loss *before, const struct watch_loss *after)
{
    struct watch_loss loss = *after;
    loss.kernel -= before->kernel;
    loss.interface -= before->interface;
    loss.backlog -= before->backlog;
    return loss;
}

static const char *state_name(enum ps_link_state state)
{
    static const char *const names[] = {
        [PS_LINK_UP] = "up", [PS_LINK_DOWN] = "down", [PS_LINK_AWAY] = "away", [PS_LINK_LOST] = "lost"};
    return (size_t)state < sizeof(names) / sizeof(names[0]) ? names[state] : NULL;
}

int ps_watch_facts_take(struct watch_facts *facts, struct ps_source *source, const struct ps_count *beyond)
{
    size_t n = ps_source_input_count(source);
    struct ps_input_row *row = calloc(n ? n : 1, sizeof(*row));
    if (!row)
        return -1;
    *facts = (struct watch_facts){.input = row, .input_count = n};
    for (size_t i = 0; i < n; i++) {
        const struct ps_input *input = ps_source_input(source, i);
        struct ps_loss loss;
        ps_source_loss(source, i, &loss);
        row[i] = (struct ps_input_row){
            .name = input->name,
            .format = input->format,
            .link_type_count = input->link_type_count,
            .packets = input->packets - (beyond ? beyond[i].packets : 0),
            .bytes = input->bytes - (beyond ? beyond[i].bytes : 0),
            .packets_read = input->packets_read,
            .failed = input->failed,
            .problem = input->problem,
            .state = state_name(input->state),
            .gaps = input->gaps,
            .gap_ns = input->gap_ns,
            .dropped_by_kernel = loss.kernel,
            .dropped_by_interface = loss.interface,
            .has_interface_drops = loss.has_interface,
        };
        memcpy(row[i].link_types, input->link_types, sizeof(input->link_types));
    }
    return 0;
}

void ps_watch_facts_finish(struct watch_facts *facts)
{
    free(facts->input);
    facts->input = NULL;
    facts->input_count = 0;
}

/* What the device and the host lost is the same number for every thread; only the kernel's buffers are their own. */
void ps_watch_facts_add(struct watch_facts *facts, const struct watch_facts *other)
{
    facts->fragments_overflow += other->fragments_overflow;
    facts->loss.kernel += other->loss.kernel;
    for (size_t i = 0; i < facts->input_count && i < other->input_count; i++) {
        struct ps_input_row *row = &facts->input[i];
        row->packets += other->input[i].packets;
        row->bytes += other->input[i].bytes;
        row->packets_read += other->input[i].packets_read;
        row->dropped_by_kernel += other->input[i].dropped_by_kernel;
    }
}
