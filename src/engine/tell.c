/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sentences for standard error: which input, what, where, and what was still counted.
 */
#include "tell.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "portsniff/decode.h"

void ps_tell(const struct ps_error *error)
{
    if (error->text[0])
        fprintf(stderr, "portsniff: %s\n", error->text);
}

/* 8112004 -> "8,112,004". */
static const char *grouped(char to[32], uint64_t number)
{
    char digits[32];
    int n = snprintf(digits, sizeof(digits), "%" PRIu64, number), at = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            to[at++] = ',';
        to[at++] = digits[i];
    }
    to[at] = '\0';
    return to;
}

static void tell_damage(const struct ps_input *input)
{
    char offset[32], packets[32], before[96];
    struct ps_error error;
    if (input->packets_read == 0)
        snprintf(before, sizeof(before), "it holds no packet before that");
    else if (input->packets_read == 1)
        snprintf(before, sizeof(before), "the packet before it is counted");
    else
        snprintf(before, sizeof(before), "the %s packets before it are counted", grouped(packets, input->packets_read));
    ps_error_set(&error, "%s %s, at byte %s; %s.", input->name, input->damage ? input->damage : "is damaged",
                 grouped(offset, input->damage_offset), before);
    ps_tell(&error);
}

int ps_tell_memory_out(struct ps_error *error)
{
    return ps_error_set(error, "memory is out: the capture has more to count than fits here; --max-memory "
                               "bounds the tables, a filter makes them smaller.");
}

void ps_tell_idle(uint64_t most)
{
    char number[32];
    struct ps_error error;
    ps_error_set(&error, "more than %s intervals held no packet; behind those, each gap is shown as one interval.",
                 grouped(number, most));
    ps_tell(&error);
}

enum ps_exit ps_tell_inputs(const struct ps_source *source)
{
    enum ps_exit status = PS_EXIT_COMPLETE;
    for (size_t i = 0; i < ps_source_input_count(source); i++) {
        const struct ps_input *input = ps_source_input(source, i);
        if (input->failed) {
            struct ps_error error;
            ps_error_copy(&error, input->problem ? input->problem : "an input cannot be read.");
            ps_tell(&error);
            status = PS_EXIT_FAILED;
        } else if (input->damaged) {
            tell_damage(input);
            if (status == PS_EXIT_COMPLETE)
                status = PS_EXIT_DAMAGED;
        }
    }
    return status;
}

/* The first link type without a decoder, -1 when every input has one that is supported, or none at all. */
static int unsupported_link(const struct ps_source *source, const char **ret_name)
{
    int found = -1;
    for (size_t i = 0; i < ps_source_input_count(source); i++) {
        const struct ps_input *input = ps_source_input(source, i);
        for (size_t l = 0; l < input->link_type_count && l < 8; l++) {
            if (ps_link_supported(input->link_types[l]))
                return -1;
            if (found < 0) {
                found = input->link_types[l];
                *ret_name = input->name;
            }
        }
    }
    return found;
}

bool ps_tell_unsupported(const struct ps_source *source, const struct ps_snapshot *snapshot, struct ps_error *error)
{
    uint64_t unsupported = 0;
    for (size_t i = 0; i < snapshot->ledger_count; i++)
        if (snapshot->ledger[i].row == PS_ROW_UNSUPPORTED_LINK)
            unsupported += snapshot->ledger[i].count.packets;
    const char *name = "the input";
    int link = unsupported_link(source, &name);
    if (link < 0 || unsupported != snapshot->total.packets)
        return false;
    ps_error_set(error,
                 "%s was captured on %s (link type %d, %s), which carries no ports that portsniff can "
                 "read; capture on an Ethernet, Wi-Fi, loopback or IP interface instead.",
                 name, ps_link_description((uint16_t)link), link, ps_link_name((uint16_t)link));
    return true;
}
