/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * "Did you mean": near words are offered, far ones are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "usage.h"

static const struct {
    const char *name, *typed, *word;
    long distance; /* -1: not offered */
} rows[] = {
    {"equal", "format", "format", 0},
    {"one letter changed", "formet", "format", 1},
    {"one letter missing", "frmat", "format", 1},
    {"one letter added", "formmat", "format", 1},
    {"neighbours swapped", "fomrat", "format", 1},
    {"swapped at the start", "ofrmat", "format", 1},
    {"two slips in six letters", "fromta", "format", 2},
    {"three slips in six letters", "abcmat", "format", -1},
    {"empty", "", "a", -1},
    {"one letter for another", "x", "p", -1},
    {"one of two letters", "xb", "ab", 1},
    {"two slips in four letters", "tcsh", "bash", -1},
    {"two slips in five letters", "bytee", "bytis", 2},
    {"two of two letters", "xy", "ab", -1},
    {"prefix far too short", "f", "format", -1},
    {"31 letters", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 1},
    {"32 letters", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", -1},
};

static void nearest_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ps_nearest nearest = {.typed = rows[i].typed};
        ps_nearest_offer(&nearest, rows[i].word);
        const long got = nearest.word == NULL ? -1 : (long)nearest.distance;
        if (got != rows[i].distance)
            fail_msg("%s: distance %ld", rows[i].name, got);
    }
}

static void nearest_of_several(void **state)
{
    struct ps_nearest nearest = {.typed = "formats"};

    (void)state;
    ps_nearest_offer(&nearest, "fermat");
    assert_non_null(nearest.word);
    assert_string_equal(nearest.word, "fermat");
    ps_nearest_offer(&nearest, "format");
    assert_string_equal(nearest.word, "format");
    ps_nearest_offer(&nearest, "fermat");
    assert_string_equal(nearest.word, "format");
    /* The first of equally near ones stays. */
    ps_nearest_offer(&nearest, "formets");
    assert_string_equal(nearest.word, "format");
}

static void without_error(void **state)
{
    (void)state;
    assert_int_equal(ps_cli_usage(NULL, "nobody asks for %s", "this"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_word),
        cmocka_unit_test(nearest_of_several),
        cmocka_unit_test(without_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
