/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The line of text: columns, cutting, wrapping; and the drawing of bars and heights.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "text.h"

struct page {
    struct ps_out out;
    struct ps_report_options options;
    struct ps_text text;
};

static void begin(struct page *page, size_t width, bool utf8)
{
    memset(page, 0, sizeof(*page));
    assert_int_equal(ps_out_memory(&page->out), 0);
    page->options.width = width;
    page->options.utf8 = utf8;
    page->text = (struct ps_text){.out = &page->out, .options = &page->options};
}

static void expect(struct page *page, const char *want)
{
    ps_out_char(&page->out, '\0');
    assert_string_equal(page->out.buffer, want);
    assert_int_equal(ps_out_finish(&page->out), 0);
}

static void width(void **state)
{
    (void)state;
    assert_int_equal(ps_text_width(""), 0);
    assert_int_equal(ps_text_width("abc"), 3);
    assert_int_equal(ps_text_width("caf\xc3\xa9"), 4);
    assert_int_equal(ps_text_width("\xe2\x96\x88\xe2\x96\x88"), 2);
}

static void put(void **state)
{
    struct page page;
    (void)state;
    begin(&page, 10, false);
    ps_text_move(&page.text, 2);
    ps_text_put(&page.text, PS_STYLE_PLAIN, "ab");
    ps_text_move(&page.text, 1); /* already beyond */
    ps_text_skip(&page.text, 1);
    ps_text_put(&page.text, PS_STYLE_PLAIN, "c\xc3\xa9z");
    ps_text_move(&page.text, 9);
    ps_text_put(&page.text, PS_STYLE_PLAIN, "xyz"); /* one column is left */
    ps_text_put(&page.text, PS_STYLE_PLAIN, "more");
    ps_text_end(&page.text);
    ps_text_skip(&page.text, 4);
    ps_text_end(&page.text); /* no blanks at the end */
    expect(&page, "  ab c\xc3\xa9z x\n\n");
}

static void put_cut(void **state)
{
    static const struct {
        const char *word;
        size_t columns;
        bool utf8;
        const char *want;
    } rows[] = {
        {"https", 5, false, "https\n"},
        {"https", 4, false, "ht..\n"},
        {"https", 4, true, "htt\xe2\x80\xa6\n"},
        {"caf\xc3\xa9s", 4, true, "caf\xe2\x80\xa6\n"},
        {"\xc3\xa9\xc3\xa9\xc3\xa9", 2, true, "\xc3\xa9\xe2\x80\xa6\n"},
        {"https", 3, false, "h..\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct page page;
        begin(&page, 40, rows[i].utf8);
        ps_text_put_cut(&page.text, PS_STYLE_PLAIN, rows[i].word, rows[i].columns);
        ps_text_end(&page.text);
        expect(&page, rows[i].want);
    }
}

static void wrap(void **state)
{
    static const struct {
        const char *what, *words;
        size_t width;
        const char *want;
    } rows[] = {
        {"fits", "one two", 10, "  one two\n"},
        {"fits exactly", "one two3", 10, "  one two3\n"},
        {"one too many", "one two34", 10, "  one\n  two34\n"},
        {"newline is a blank", "one\n  two", 10, "  one two\n"},
        {"long word", "abcdefghijklmnopqr", 10, "  abcdefgh\n  ijklmnop\n  qr\n"},
        {"long word after another", "a abcdefghij", 10, "  a\n  abcdefgh\n  ij\n"},
        {"long UTF-8 word", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 10,
         "  \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n  \xc3\xa9\n"},
        {"nothing", "", 10, "\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct page page;
        begin(&page, rows[i].width, false);
        ps_text_move(&page.text, 2);
        ps_text_wrap(&page.text, PS_STYLE_PLAIN, rows[i].words, 2);
        ps_text_end(&page.text);
        expect(&page, rows[i].want);
    }
}

static void bars(void **state)
{
    static const struct {
        uint64_t part, whole;
        const char *ascii, *utf8;
    } rows[] = {
        {0, 100, "", ""},
        {0, 0, "", ""},
        {1, 1000, ".", "\xe2\x96\x8f"},
        {100, 100, "####", "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88"},
        {50, 100, "##", "\xe2\x96\x88\xe2\x96\x88"},
        {25, 100, "#", "\xe2\x96\x88"},
        {12, 100, ".", "\xe2\x96\x8c"},
        {97, 100, "####", "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x89"},
        {UINT64_MAX, UINT64_MAX, "####", "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char bar[4 * 4 + 1];
        ps_text_bar(bar, 4, rows[i].part, rows[i].whole, false);
        assert_string_equal(bar, rows[i].ascii);
        ps_text_bar(bar, 4, rows[i].part, rows[i].whole, true);
        assert_string_equal(bar, rows[i].utf8);
    }
}

static void heights(void **state)
{
    (void)state;
    assert_string_equal(ps_text_height(0, 0, true), " ");
    assert_string_equal(ps_text_height(0, 100, true), " ");
    assert_string_equal(ps_text_height(1, 100, true), "\xe2\x96\x81");
    assert_string_equal(ps_text_height(50, 100, true), "\xe2\x96\x84");
    assert_string_equal(ps_text_height(100, 100, true), "\xe2\x96\x88");
    assert_string_equal(ps_text_height(1, 100, false), ".");
    assert_string_equal(ps_text_height(100, 100, false), "@");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width), cmocka_unit_test(put),  cmocka_unit_test(put_cut),
        cmocka_unit_test(wrap),  cmocka_unit_test(bars), cmocka_unit_test(heights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
