/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words that stand in machine-readable output: all of them, and nothing behind the last.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "portsniff/findings.h"

static void severities(void **state)
{
    (void)state;
    static const char *const words[] = {"note", "warning", "alert", ""};
    for (unsigned i = 0; i < 4; i++)
        assert_string_equal(ps_severity_name((enum ps_severity)i), words[i]);
}

static void evidence(void **state)
{
    (void)state;
    static const char *const words[] = {"handshake", "request", "listener", "icmp",  "multicast", "fan-in",
                                        "name",      "class",   "number",   "peers", ""};
    assert_int_equal(sizeof words / sizeof words[0], PS_EVIDENCE_COUNT + 1);
    for (unsigned i = 0; i <= PS_EVIDENCE_COUNT; i++)
        assert_string_equal(ps_evidence_name((enum ps_evidence)i), words[i]);
}

static void outcomes(void **state)
{
    (void)state;
    static const char *const words[] = {"established", "closed",    "reset",   "refused",
                                        "unanswered",  "half-open", "one-way", ""};
    assert_int_equal(sizeof words / sizeof words[0], PS_OUTCOME_COUNT + 1);
    for (unsigned i = 0; i <= PS_OUTCOME_COUNT; i++)
        assert_string_equal(ps_outcome_name((enum ps_outcome)i), words[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(severities),
        cmocka_unit_test(evidence),
        cmocka_unit_test(outcomes),
    };
    return cmocka_run_group_tests_name("findings-names", tests, NULL, NULL);
}
