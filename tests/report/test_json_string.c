/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON strings: escapes, and bytes that are not UTF-8. What is written must parse, and must hold
 * nothing that steers a terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "json_string.h"

static char *write_string(const char *text)
{
    struct ps_out out;
    assert_int_equal(ps_out_memory(&out), 0);
    ps_json_string(&out, text);
    char *copy = strndup(out.buffer, out.used);
    assert_int_equal(ps_out_finish(&out), 0);
    return copy;
}

#define BAD "\\ufffd"

static void rows(void **state)
{
    static const struct {
        const char *what, *text, *json;
    } cases[] = {
        {"empty", "", "\"\""},
        {"plain", "office.pcapng", "\"office.pcapng\""},
        {"quote and backslash", "a\"b\\c", "\"a\\\"b\\\\c\""},
        {"newline and tab", "a\nb\tc", "\"a\\nb\\tc\""},
        {"escape sequence", "\033[31m", "\"\\u001b[31m\""},
        {"delete", "\x7f", "\"\\u007f\""},
        {"C1 control", "\xc2\x9b", "\"\\u009b\""},
        {"no-break space", "\xc2\xa0", "\"\\u00a0\""},
        {"two bytes", "caf\xc3\xa9", "\"caf\\u00e9\""},
        {"three bytes", "\xe2\x82\xac", "\"\\u20ac\""},
        {"right-to-left override", "\xe2\x80\xae", "\"\\u202e\""},
        {"four bytes", "\xf0\x9f\xa6\x88", "\"\\ud83e\\udd88\""},
        {"first of four bytes", "\xf0\x90\x80\x80", "\"\\ud800\\udc00\""},
        {"lone tail", "a\x80z", "\"a" BAD "z\""},
        {"Latin-1", "caf\xe9.pcap", "\"caf" BAD ".pcap\""},
        {"cut sequence", "\xe2\x82", "\"" BAD BAD "\""},
        {"overlong slash", "\xc0\xaf", "\"" BAD BAD "\""},
        {"overlong three", "\xe0\x80\xaf", "\"" BAD BAD BAD "\""},
        {"surrogate", "\xed\xa0\x80", "\"" BAD BAD BAD "\""},
        {"above U+10FFFF", "\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\""},
        {"highest", "\xf4\x8f\xbf\xbf", "\"\\udbff\\udfff\""},
        {"0xff", "\xff", "\"" BAD "\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *json = write_string(cases[i].text);
        if (strcmp(json, cases[i].json) != 0)
            fail_msg("%s: %s", cases[i].what, json);
        free(json);
    }
}

/* Every pair of bytes gives JSON that another parser takes. */
static void all_pairs(void **state)
{
    (void)state;
    for (unsigned first = 1; first < 256; first++) {
        for (unsigned second = 1; second < 256; second++) {
            const char text[] = {(char)first, (char)second, '\0'};
            char *json = write_string(text);
            json_t *parsed = json_loads(json, JSON_DECODE_ANY, NULL);
            if (!json_is_string(parsed))
                fail_msg("bytes %02x %02x: %s", first, second, json);
            for (const char *c = json; *c != '\0'; c++)
                assert_in_range(*c, ' ', '~');
            if (first >= 0x20 && first < 0x7f && second >= 0x20 && second < 0x7f)
                assert_string_equal(json_string_value(parsed), text);
            json_decref(parsed);
            free(json);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(all_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
