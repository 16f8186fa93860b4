/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Second copies: what is the same packet captured again, and what is a packet that only looks the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "packets.h"

#define STEPS_MAX   6
#define MICROSECOND 1000
#define NEVER       INT64_MIN /* without a time */
#define NEAR        10000     /* microseconds: a copy comes within this */

struct step {
    char way; /* '>': from the client, '<': from the server, 0: no more */
    uint16_t digest;
    int64_t gap_us; /* since the packet before it */
};

static const struct row {
    const char *name;
    uint64_t duplicates;
    struct step step[STEPS_MAX];
} rows[] = {
    {"two different packets", 0, {{'>', 1, 0}, {'>', 2, 1}}},
    {"a copy at the same time", 1, {{'>', 1, 0}, {'>', 1, 0}}},
    {"a copy at the latest", 1, {{'>', 1, 0}, {'>', 1, NEAR}}},
    {"a copy too late", 0, {{'>', 1, 0}, {'>', 1, NEAR + 1}}},
    {"a copy with an earlier time", 1, {{'>', 1, 0}, {'>', 1, -NEAR}}},
    {"a copy with a time too early", 0, {{'>', 1, 0}, {'>', 1, -NEAR - 1}}},
    {"three of a kind", 2, {{'>', 1, 0}, {'>', 1, 1}, {'>', 1, 1}}},
    {"an answer in between", 2, {{'>', 1, 0}, {'<', 2, 1}, {'>', 1, 1}, {'<', 2, 1}}},
    {"the same from both ends", 0, {{'>', 1, 0}, {'<', 1, 1}}},
    {"asked and answered again after a pause", 0, {{'>', 1, 0}, {'<', 2, 1}, {'>', 1, NEAR + 1}, {'<', 2, 1}}},
    {"copies after a pause", 1, {{'>', 1, 0}, {'>', 2, NEAR + 1}, {'>', 2, 1}}},
    {"copies without times", 1, {{'>', 1, NEVER}, {'>', 1, NEVER}}},
    {"packets that are not told apart", 0, {{'>', 0, 0}, {'>', 0, 1}}},
};

static void add_steps(struct packets *packets, const struct step *step)
{
    const struct end client = {4, 1, 40000}, server = {4, 2, 80};
    int64_t now_ns = SECOND;
    for (; step->way; step++) {
        struct ps_key *key = step->way == '>' ? packets_tcp(packets, client, server, ACK, 1, 0)
                                              : packets_tcp(packets, server, client, ACK, 1, 0);
        if (step->gap_us != NEVER)
            now_ns += step->gap_us * MICROSECOND;
        key->time_ns = step->gap_us == NEVER ? PS_TIME_NONE : now_ns;
        key->digest = step->digest;
    }
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct packets packets;
    struct ps_snapshot snapshot;
    packets_init(&packets);
    add_steps(&packets, row->step);
    packets_collect(&packets, NULL, &snapshot);
    assert_int_equal(snapshot.duplicate_packets, row->duplicates);
    ps_snapshot_finish(&snapshot);
    packets_free(&packets);
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof rows[0]];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("duplicates", tests, NULL, NULL);
}
