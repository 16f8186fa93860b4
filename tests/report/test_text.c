/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports for people: exact text at several widths, and what holds for all of them: no line is
 * wider than the terminal, tables add up, nothing from outside steers the terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "sample.h"

#define ALL_VIEWS                                                                                              \
    (PS_VIEW_SERVICES | PS_VIEW_FLOWS | PS_VIEW_FINDINGS | PS_VIEW_EPHEMERAL | PS_VIEW_PORTS | PS_VIEW_PAIRS | \
     PS_VIEW_RANGES | PS_VIEW_HOSTS | PS_VIEW_TIMELINE | PS_VIEW_TUNNELS | PS_VIEW_LEDGER)

/* Everything that can go wrong in a capture, at once. */
static void add_trouble(struct sample *sample)
{
    struct ps_snapshot *snapshot = &sample->snapshot;
    snapshot->input[0].damaged = true;
    snapshot->input[0].damage = "ends inside packet 46,059";
    snapshot->input[0].packets_read = 46058;
    snapshot->input[0].damage_offset = 48112004;
    snapshot->has_kernel_drops = snapshot->has_interface_drops = true;
    snapshot->dropped_by_kernel = 1203;
    snapshot->dropped_by_interface = 1;
    snapshot->fragments_overflow = 7;
    snapshot->lower_bound = true;
    snapshot->segmented = (struct ps_count){1204, 9000000};
    snapshot->segmented_estimate = 6200;
    snapshot->disordered_packets = 12;
    snapshot->untimed_packets = 3;
    snapshot->filter = "not port 22";
    snapshot->input[0].packets_read = 50000;
}

static void exact_text(void **state)
{
    static const struct {
        const char *name;
        struct ps_report_options options;
        unsigned views;
        bool trouble;
    } cases[] = {
        {"office-40", {.width = 40, .top = 4, .utf8 = true}, PS_VIEW_SUMMARY, false},
        {"office-80", {.width = 80, .top = 10, .utf8 = true}, PS_VIEW_SUMMARY, false},
        {"office-80-ascii", {.width = 80, .top = 5}, PS_VIEW_SUMMARY, true},
        {"office-100", {.width = 100, .top = 5, .utf8 = true}, PS_VIEW_SUMMARY, false},
        {"office-160", {.width = 160, .top = 5, .utf8 = true}, PS_VIEW_SUMMARY, true},
        {"office-views-80", {.width = 80, .top = 3, .utf8 = true}, ALL_VIEWS, false},
        {"office-views-40", {.width = 40, .top = 3}, ALL_VIEWS, true},
        {"office-exact", {.width = 100, .top = 2, .units_exact = true}, ALL_VIEWS, false},
        {"office-color", {.width = 80, .top = 3, .color = true, .utf8 = true}, PS_VIEW_SUMMARY, true},
        {"office-by-port", {.width = 80, .top = 5, .sort = PS_SORT_PORT}, PS_VIEW_PORTS | PS_VIEW_PAIRS, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sample sample;
        sample_init(&sample);
        sample_office(&sample);
        if (cases[i].trouble)
            add_trouble(&sample);
        sample.options = cases[i].options;
        sample.options.views = cases[i].views;
        char *text = sample_report(&sample);
        expect_file(EXPECTED, cases[i].name, text);
        free(text);
        sample_finish(&sample);
    }
}

static void never_too_wide(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample_office(&sample);
    add_trouble(&sample);
    sample.snapshot.input[0].name =
        "/a/very/long/path/to/somewhere/deep/in/the/file/system/of/the/archive/office-2026-11-23.pcapng.zst";
    sample.snapshot.filter = "host 2001:0db8:0000:0000:0000:0000:0000:0001 or host "
                             "2001:0db8:0000:0000:0000:0000:0000:0002";
    sample.options.top = 12;
    for (size_t width = 40; width <= 220; width += width < 100 ? 1 : 7) {
        for (unsigned bits = 0; bits < 8; bits++) {
            sample.options.width = width;
            sample.options.utf8 = (bits & 1) != 0;
            sample.options.units_exact = (bits & 2) != 0;
            sample.options.views = (bits & 4) != 0 ? ALL_VIEWS : PS_VIEW_SUMMARY;
            char *text = sample_report(&sample);
            size_t longest = longest_line(text);
            if (longest > width)
                fail_msg("width %zu, options %u: a line has %zu columns\n%s", width, bits, longest, text);
            if (strstr(text, " \n") != NULL)
                fail_msg("width %zu, options %u: a line ends in a blank\n%s", width, bits, text);
            free(text);
        }
    }
    sample_finish(&sample);
}

/* A wider terminal never shows less: every word of the narrower header is still there. */
static void wider_shows_more(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample_office(&sample);
    sample.options.views = PS_VIEW_PORTS;
    size_t before = 0;
    for (size_t width = 40; width <= 180; width++) {
        sample.options.width = width;
        char *text = sample_report(&sample);
        const char *header = strstr(text, "TOP PORTS");
        assert_non_null(header);
        size_t words = 0;
        for (const char *at = header; *at != '\n'; at++)
            words += at[0] != ' ' && (at[1] == ' ' || at[1] == '\n');
        if (words < before)
            fail_msg("%zu columns show less than %zu", width, width - 1);
        before = words;
        free(text);
    }
    assert_true(before > 10);
    sample_finish(&sample);
}

/* Sums of a table's rows: bytes, and shares in tenths of a percent. */
struct sums {
    uint64_t bytes;
    int share;
    unsigned rows;
};

static struct sums sum_table(const char *text, const char *title)
{
    struct sums sums = {0, 0, 0};
    const char *line = strstr(text, title);
    if (line == NULL) {
        fail_msg("there is no table %s in\n%s", title, text);
        return sums;
    }
    for (line = strchr(line, '\n') + 1; *line == ' '; line = strchr(line, '\n') + 1) {
        const char *end = strchr(line, '\n'), *percent = memchr(line, '%', (size_t)(end - line));
        if (percent == NULL || strncmp(line, "  Server side", 13) == 0)
            break; /* the note below the rows */
        const char *share = percent;
        while (share[-1] != ' ')
            share--;
        const char *bytes = share;
        while (bytes[-1] == ' ')
            bytes--;
        while (bytes[-1] != ' ')
            bytes--;
        sums.bytes += strtoull(bytes, NULL, 10);
        /* "<0.1%" counts as nothing. */
        if (*share != '<')
            sums.share += (int)(strtod(share, NULL) * 10 + 0.5);
        sums.rows++;
    }
    return sums;
}

static void tables_add_up(void **state)
{
    (void)state;
    for (size_t top = 0; top <= 12; top++) {
        struct sample sample;
        sample_init(&sample);
        sample_office(&sample);
        sample.options.units_exact = true;
        sample.options.top = top;
        sample.options.views = PS_VIEW_SERVICES | PS_VIEW_FLOWS | PS_VIEW_PAIRS | PS_VIEW_RANGES | PS_VIEW_LEDGER;
        sample.options.width = 160;
        char *text = sample_report(&sample);
        struct sums services = sum_table(text, "SERVICES"), flows = sum_table(text, "FLOWS");
        uint64_t counted = sample.snapshot.ledger[0].count.bytes;
        struct sums pairs = sum_table(text, "PORT PAIRS"), ranges = sum_table(text, "PORT RANGES");
        struct sums ledger = sum_table(text, "LEDGER");
        assert_int_equal(services.bytes, counted);
        assert_int_equal(flows.bytes, counted);
        assert_int_equal(pairs.bytes, counted);
        assert_int_equal(ranges.bytes, counted);
        assert_int_equal(ledger.bytes, sample.snapshot.total.bytes);
        assert_int_equal(ranges.rows, 3);
        assert_in_range(services.share, 990, 1010);
        assert_in_range(pairs.share, 990, 1010);
        assert_in_range(ranges.share, 998, 1002);
        assert_in_range(ledger.share, 990, 1010);
        if (top > 0)
            assert_int_equal(pairs.rows, top + 1);
        if (top > 0)
            assert_int_equal(services.rows, top + 1);
        free(text);
        sample_finish(&sample);
    }
}

static void ports_count_both_ends(void **state)
{
    (void)state;
    for (size_t top = 1; top <= 12; top++) {
        struct sample sample;
        sample_init(&sample);
        sample_office(&sample);
        sample.options.units_exact = true;
        sample.options.top = top;
        sample.options.views = PS_VIEW_PORTS;
        char *text = sample_report(&sample);
        char *row = strstr(text, "other (");
        assert_non_null(row);
        uint64_t shown = 0, all = 0, other = strtoull(strchr(row, ')') + 1, NULL, 10);
        for (size_t i = 0; i < sample.snapshot.port_count; i++) {
            uint64_t bytes = sample.snapshot.port[i].sent.bytes + sample.snapshot.port[i].received.bytes;
            all += bytes;
            shown += i < top ? bytes : 0;
        }
        assert_int_equal(all, 2 * sample.snapshot.ledger[0].count.bytes);
        assert_int_equal(shown + other, all);
        assert_non_null(strstr(text, "Each packet counts at both its ports"));
        free(text);
        sample_finish(&sample);
    }
}

static void color_says_nothing(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample_office(&sample);
    add_trouble(&sample);
    char *plain = sample_report(&sample);
    assert_null(strchr(plain, '\033'));
    sample.options.color = true;
    char *colored = sample_report(&sample);
    assert_non_null(strchr(colored, '\033'));
    strip_colors(colored);
    assert_string_equal(colored, plain);
    free(plain);
    free(colored);
    sample_finish(&sample);
}

static void hostile_strings(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    struct ps_input_row *input = &sample.snapshot.input[0];
    input->name = "evil\033]0;owned\007\n\xff.pcap";
    input->damaged = input->failed = true;
    input->damage = "has a \033[2J";
    input->problem = "cannot open \033[2J: no\r";
    sample.snapshot.filter = "port \x9b";
    char *text = sample_report(&sample);
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at != '\n' && ((unsigned char)*at < 0x20 || (unsigned char)*at >= 0x7f))
            fail_msg("byte %02x got through:\n%s", (unsigned)(unsigned char)*at, text);
    }
    assert_non_null(strstr(text, "evil?"));
    free(text);
    sample_finish(&sample);
}

static void says_why_it_is_empty(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample.snapshot.first_ns = sample.snapshot.last_ns = PS_TIME_NONE;
    char *text = sample_report(&sample);
    expect_file(EXPECTED, "empty", text);
    free(text);
    sample.snapshot.filter = "port 1";
    sample.snapshot.input[0].packets_read = 48213;
    text = sample_report(&sample);
    expect_file(EXPECTED, "empty-filter", text);
    free(text);
    sample.snapshot.filter = NULL;
    sample_ledger(&sample, PS_ROW_NON_IP, PS_DETAIL_ETHERTYPE, 0x0806, 1, 60);
    sample_ledger(&sample, PS_ROW_UNSUPPORTED_LINK, PS_DETAIL_LINK_TYPE, 147, 1, 60);
    sample_ledger(&sample, PS_ROW_TRUNCATED, PS_DETAIL_NONE, 0, 1, 60);
    sample.options.views = PS_VIEW_SUMMARY | PS_VIEW_HOSTS | PS_VIEW_TUNNELS | PS_VIEW_TIMELINE;
    text = sample_report(&sample);
    expect_file(EXPECTED, "no-ports", text);
    free(text);
    sample_finish(&sample);
}

static void many_files(void **state)
{
    static const struct ps_input_row inputs[] = {
        {.name = "a.pcap", .format = "pcap", .link_types = {1}, .link_type_count = 1},
        {.name = "-", .format = "pcapng+zstd", .link_types = {101, 113}, .link_type_count = 2},
        {.name = "c.pcap", .format = "pcap", .link_types = {1}, .link_type_count = 1},
        {.name = "d.pcap", .format = "pcap-ns", .link_types = {9}, .link_type_count = 1},
        {.name = "e.pcap", .failed = true, .problem = "cannot open e.pcap: Permission denied."},
    };
    static const char *const names[] = {"files-0", "files-1", "files-2", "files-3", "files-4", "files-5"};
    (void)state;
    for (size_t count = 0; count <= 5; count++) {
        struct sample sample;
        sample_init(&sample);
        sample_traffic(&sample, PS_TRANSPORT_UDP, 53, 50001, 1, 100);
        struct ps_input_row *own = sample.snapshot.input;
        sample.snapshot.input = (struct ps_input_row[5]){inputs[0], inputs[1], inputs[2], inputs[3], inputs[4]};
        sample.snapshot.input_count = count;
        char *text = sample_report(&sample);
        expect_file(EXPECTED, names[count], text);
        free(text);
        sample.snapshot.input = own;
        sample_finish(&sample);
    }
}

static void nothing_lost(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample_traffic(&sample, PS_TRANSPORT_UDP, 53, 50001, 1, 100);
    char *text = sample_report(&sample);
    assert_null(strstr(text, "nothing lost")); /* nobody knows */
    free(text);
    sample.snapshot.has_kernel_drops = true;
    text = sample_report(&sample);
    assert_non_null(strstr(text, "nothing lost"));
    free(text);
    sample.snapshot.dropped_by_kernel = 1;
    text = sample_report(&sample);
    assert_null(strstr(text, "nothing lost"));
    assert_non_null(strstr(text, "! 1 packet lost"));
    free(text);
    sample_finish(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_text),
        cmocka_unit_test(never_too_wide),
        cmocka_unit_test(wider_shows_more),
        cmocka_unit_test(tables_add_up),
        cmocka_unit_test(ports_count_both_ends),
        cmocka_unit_test(color_says_nothing),
        cmocka_unit_test(hostile_strings),
        cmocka_unit_test(says_why_it_is_empty),
        cmocka_unit_test(many_files),
        cmocka_unit_test(nothing_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
