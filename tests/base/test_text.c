/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text made safe for terminals, and the sentences of errors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "portsniff/error.h"
#include "portsniff/printable.h"

struct row {
    const char *name, *text, *printable;
};

static const struct row rows[] = {
    {"plain", "web.pcap", "web.pcap"},
    {"empty", "", ""},
    {"escape", "a\x1b[31mb", "a?[31mb"},
    {"newline", "a\nb", "a?b"},
    {"newline and blanks", "a\n  b", "a?  b"},
    {"tab", "a\tb", "a?b"},
    {"delete", "a\x7f", "a?"},
    {"first and last plain byte", " ~", " ~"},
    {"two bytes", "\xc3\xa9", "\xc3\xa9"},
    {"three bytes", "\xe2\x82\xac", "\xe2\x82\xac"},
    {"four bytes", "\xf0\x9f\x90\x9f", "\xf0\x9f\x90\x9f"},
    {"last of two bytes", "\xdf\xbf", "\xdf\xbf"},
    {"first of three bytes", "\xe0\xa0\x80", "\xe0\xa0\x80"},
    {"first of four bytes", "\xf0\x90\x80\x80", "\xf0\x90\x80\x80"},
    {"last of all", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
    {"one behind the last", "\xf4\x90\x80\x80", "????"},
    {"overlong slash", "\xc0\xaf", "??"},
    {"overlong in three bytes", "\xe0\x9f\xbf", "???"},
    {"overlong in four bytes", "\xf0\x8f\xbf\xbf", "????"},
    {"surrogate", "\xed\xa0\x80", "???"},
    {"before the surrogates", "\xed\x9f\xbf", "\xed\x9f\xbf"},
    {"behind the surrogates", "\xee\x80\x80", "\xee\x80\x80"},
    {"continuation alone", "a\x80z", "a?z"},
    {"cut off in the middle", "a\xe2\x82", "a??"},
    {"cut off, then a letter", "\xe2\x82z", "??z"},
    {"C1 control", "\xc2\x9b", "??"},
    {"first behind C1", "\xc2\xa0", "\xc2\xa0"},
    {"right-to-left override", "\xe2\x80\xae", "???"},
    {"before the embeddings", "\xe2\x80\xa7", "\xe2\x80\xa7"},
    {"line separator", "\xe2\x80\xa8", "???"},
    {"behind the override", "\xe2\x80\xaf", "\xe2\x80\xaf"},
    {"isolate", "\xe2\x81\xa6", "???"},
    {"before the word joiner", "\xe2\x81\x9f", "\xe2\x81\x9f"},
    {"word joiner", "\xe2\x81\xa0", "???"},
    {"behind the deprecated ones", "\xe2\x81\xb0", "\xe2\x81\xb0"},
    {"Arabic letter mark", "\xd8\x9c", "??"},
    {"Arabic semicolon", "\xd8\x9b", "\xd8\x9b"},
    {"soft hyphen", "\xc2\xad", "??"},
    {"zero width", "\xe2\x80\x8b", "???"},
    {"variation selector", "\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4\xef\xb8\x8f"},
    {"interlinear annotation", "\xef\xbf\xbb", "???"},
    {"replacement character", "\xef\xbf\xbd", "\xef\xbf\xbd"},
    {"before the tags", "\xf3\x9f\xbf\xbf", "\xf3\x9f\xbf\xbf"},
    {"tag", "\xf3\xa0\x81\x81", "????"},
    {"behind the tags", "\xf3\xa1\x80\x80", "\xf3\xa1\x80\x80"},
    {"byte order mark", "\xef\xbb\xbf", "???"},
    {"0xff", "\xff\xfe", "??"},
    {"five bytes", "\xf8\x88\x80\x80\x80", "?????"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    char to[64];
    memset(to, '#', sizeof(to));
    assert_ptr_equal(ps_printable(to, sizeof(to), row->text), to);
    assert_string_equal(to, row->printable);
}

/* Never half a character, always a NUL, nothing behind the end. */
static void every_size(void **state)
{
    (void)state;
    const char *text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9fz";
    const char *cut[] = {"", "", "a", "a", "a\xc3\xa9", "a\xc3\xa9", "a\xc3\xa9", "a\xc3\xa9\xe2\x82\xac"};
    for (size_t size = 1; size < 8; size++) {
        char to[16];
        memset(to, '#', sizeof(to));
        ps_printable(to, size, text);
        assert_string_equal(to, cut[size]);
        assert_int_equal(to[size], '#');
    }
    char none = '#';
    ps_printable(&none, 0, text);
    assert_int_equal(none, '#');
}

static void ascii(void **state)
{
    (void)state;
    char to[64];
    assert_string_equal(ps_printable_ascii(to, sizeof(to), "caf\xc3\xa9 ~\x7f"), "caf?? ~?");
    /* In Latin-1 the second byte of this letter begins a control sequence. */
    assert_string_equal(ps_printable_ascii(to, sizeof(to),
                                           "\xc3\x9b"
                                           "31m"),
                        "??31m");
    assert_string_equal(ps_printable_ascii(to, 3, "\xc3\xa9z"), "??");
    assert_string_equal(ps_printable_ascii(to, 2, "\xc3\xa9z"), "");
}

/* Lines that the sentence has stay, lines that come in do not. */
static void lines(void **state)
{
    (void)state;
    struct ps_error error, copy;
    ps_error_set(&error, "no %s\n  do %s\nor %s", "a\n  b", "\1\2\n", "\n");
    assert_string_equal(error.text, "no a?  b\n  do ???\nor ?");
    assert_int_equal(ps_error_copy(&copy, error.text), -1);
    assert_string_equal(copy.text, error.text);
    assert_int_equal(ps_error_copy(NULL, error.text), -1);
    ps_error_set(&error, "\n%s\n", "");
    assert_string_equal(error.text, "\n\n");
    ps_error_set(&error, "one line");
    assert_string_equal(error.text, "one line");
}

static void error_locale(void **state)
{
    (void)state;
    struct ps_error error;
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    ps_error_set(&error, "%s", "caf\xc3\xa9");
    assert_string_equal(error.text, "caf\xc3\xa9");
    assert_non_null(setlocale(LC_CTYPE, "C"));
    ps_error_set(&error, "%s", "caf\xc3\xa9");
    assert_string_equal(error.text, "caf??");
}

static void error_sentence(void **state)
{
    (void)state;
    struct ps_error error;
    assert_int_equal(ps_error_set(&error, "cannot open %s: %d.", "a\x1b]0;b", 7), -1);
    assert_string_equal(error.text, "cannot open a?]0;b: 7.");
    assert_int_equal(ps_error_set(NULL, "nobody asks for %s", "this"), -1);
    assert_int_equal(ps_error_set(&error, "%s", ""), -1);
    assert_string_equal(error.text, "");
}

static void error_too_long(void **state)
{
    (void)state;
    struct ps_error error;
    char longer[2000];
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    ps_error_set(&error, "%s", longer);
    assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
    for (int length = 760; length < 772; length++) {
        ps_error_set(&error, "%.*s\n  %s", length, longer, longer);
        assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
        assert_int_equal(error.text[length < 766 ? length : 0], length < 766 ? '\n' : 'x');
    }
}

#define EXTRA_TESTS 6

int main(void)
{
    static const struct CMUnitTest extra[EXTRA_TESTS] = {
        cmocka_unit_test(every_size),   cmocka_unit_test(ascii),          cmocka_unit_test(lines),
        cmocka_unit_test(error_locale), cmocka_unit_test(error_sentence), cmocka_unit_test(error_too_long)};
    struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + EXTRA_TESTS];
    size_t n = 0;
    for (; n < sizeof(rows) / sizeof(rows[0]); n++)
        tests[n] = (struct CMUnitTest){
            .name = rows[n].name, .test_func = check_row, .initial_state = (void *)(uintptr_t)&rows[n]};
    memcpy(&tests[n], extra, sizeof(extra));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
