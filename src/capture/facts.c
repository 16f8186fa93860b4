/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeps what a report says of one input.
 */
#include "facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portsniff/printable.h"

int ps_facts_init(struct ps_facts *facts, const char *name)
{
    *facts = (struct ps_facts){.name = strdup(name)};
    facts->input.name = facts->name;
    return facts->name ? 0 : -1;
}

void ps_facts_finish(struct ps_facts *facts)
{
    free(facts->name);
    facts->name = NULL;
}

void ps_facts_reset(struct ps_facts *facts)
{
    facts->input = (struct ps_input){.name = facts->name};
}

void ps_facts_failed(struct ps_facts *facts)
{
    facts->input.failed = true;
    facts->input.problem = facts->problem.text;
}

void ps_facts_damage(struct ps_facts *facts, uint64_t offset, const char *format, ...)
{
    if (facts->input.damaged)
        return;
    char raw[sizeof(facts->damage)];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof(raw), format, arguments);
    va_end(arguments);
    ps_printable(facts->damage, sizeof(facts->damage), raw);
    facts->input.damaged = true;
    facts->input.damage_offset = offset;
    facts->input.damage = facts->damage;
}

void ps_facts_link_type(struct ps_facts *facts, uint16_t link_type)
{
    const size_t room = sizeof(facts->input.link_types) / sizeof(facts->input.link_types[0]);
    size_t known = facts->input.link_type_count < room ? facts->input.link_type_count : room;
    for (size_t i = 0; i < known; i++) {
        if (facts->input.link_types[i] == link_type)
            return;
    }
    if (known < room)
        facts->input.link_types[known] = link_type;
    facts->input.link_type_count++;
}

struct ps_grouped ps_grouped(uint64_t number)
{
    struct ps_grouped grouped;
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);
    size_t used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            grouped.text[used++] = ',';
        grouped.text[used++] = digits[i];
    }
    grouped.text[used] = '\0';
    return grouped;
}
