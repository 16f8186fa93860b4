/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What only live capture has: losses of three kinds, interfaces that go and come, what was not saved, own figures; and the
 * list of interfaces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "portsniff/report.h"

#define SECOND SAMPLE_SECOND_NS

static const char *const addresses[] = {"02:00:00:00:00:01", "192.0.2.1", "2001:db8::1"};

static const struct ps_device_row devices[] = {
    {.name = "eth0", .state = "up", .link_type = "EN10MB", .address = addresses, .address_count = 3},
    {.name = "any", .state = "up", .link_type = "LINUX_SLL2", .description = "all of them"},
    {.name = "wl\x1b", .state = "down", .wireless = true, .address = addresses, .address_count = 1},
    {.name = "lo", .state = "no link", .loopback = true},
};
#define DEVICES (sizeof(devices) / sizeof(devices[0]))

/* An input of the sample that is an interface. */
static void watch(struct sample *sample, const char *state)
{
    sample->snapshot.live = true;
    sample->snapshot.has_kernel_drops = sample->snapshot.has_interface_drops = true;
    sample->snapshot.has_backlog_drops = true;
    sample->snapshot.input[0].name = "eth0";
    sample->snapshot.input[0].format = "live";
    sample->snapshot.input[0].state = state;
}

static void interval(struct sample *sample, int64_t end_ns)
{
    sample->snapshot.final = false;
    sample->snapshot.interval_set = true;
    sample->snapshot.interval_number = 1;
    sample->snapshot.interval_start_ns = SAMPLE_START_NS - 2 * SECOND;
    sample->snapshot.interval_end_ns = sample->snapshot.interval_start_ns + end_ns;
    sample->snapshot.interval_width_ns = 10 * SECOND;
}

static void expect_interval(const struct sample *sample, const char *want)
{
    char *text = sample_interval(sample);
    assert_string_equal(text, want);
    free(text);
}

static void line_of_an_interval(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    watch(&sample, "up");
    interval(&sample, 10 * SECOND);
    expect_interval(&sample, "09:14:10  no packets  lost 0\n");
    sample.snapshot.dropped_by_kernel = 1000;
    sample.snapshot.dropped_by_interface = 234;
    expect_interval(&sample, "09:14:10  no packets  lost 1,234\n");
    sample.snapshot.dropped_by_backlog = 7;
    sample.snapshot.packets_not_saved = 8;
    sample.snapshot.input[0].state = "down";
    expect_interval(&sample, "09:14:10  no packets  lost 1,234  backlog lost 7  not saved 8  eth0 down\n");
    sample_finish(&sample);
}

/* The first one ends at a border however short it is; the last one ends where the capture does. */
static void time_of_an_interval(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    watch(&sample, "up");
    interval(&sample, 10 * SECOND);
    sample.snapshot.interval_start_ns += SECOND / 4;
    expect_interval(&sample, "09:14:10  no packets  lost 0\n");
    interval(&sample, 9 * SECOND + SECOND / 4);
    expect_interval(&sample, "09:14:09.250  no packets  lost 0\n");
    sample.snapshot.interval_width_ns = SECOND / 2;
    interval(&sample, SECOND);
    sample.snapshot.interval_width_ns = SECOND / 2;
    expect_interval(&sample, "09:14:01.000  no packets  lost 0\n");
    sample_finish(&sample);
}

static void text_holds(const struct sample *sample, const char *want)
{
    char *text = sample_report(sample);
    if (strstr(text, want) == NULL)
        fail_msg("\"%s\" is not in:\n%s", want, text);
    free(text);
}

static void text_lacks(const struct sample *sample, const char *unwanted)
{
    char *text = sample_report(sample);
    if (strstr(text, unwanted) != NULL)
        fail_msg("\"%s\" is in:\n%s", unwanted, text);
    free(text);
}

static void notes(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    watch(&sample, "up");
    sample.options.width = 200;
    text_holds(&sample, "Nothing to count: no packet came.\n");
    text_holds(&sample, "nothing lost");
    text_lacks(&sample, "down or away");
    text_lacks(&sample, "itself");
    sample.snapshot.filter = "port 53";
    text_holds(&sample, "Nothing to count: no packet came that the filter lets through.\n");
    sample.snapshot.input[0].gaps = 1;
    sample.snapshot.input[0].gap_ns = 12 * SECOND;
    text_holds(&sample, "! eth0 was down or away once, for 12 s altogether.\n");
    sample.snapshot.input[0].gaps = 2;
    sample.snapshot.input[0].state = "away";
    text_holds(&sample, "! eth0 was down or away 2 times, for 12 s altogether, and still is away.\n");
    sample.snapshot.dropped_by_backlog = 3;
    sample.snapshot.packets_not_saved = 1;
    sample.snapshot.lower_bound = true;
    text_holds(&sample, "! 3 packets lost in queues in front of the capture (backlog)");
    text_holds(&sample, "! 1 packet is counted, but not saved: saving had stopped.\n");
    text_lacks(&sample, "nothing lost");
    sample_finish(&sample);
}

static void own_figures(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample.options.width = 200;
    sample.snapshot.self = (struct ps_self_figures){
        .set = true, .packets = 1000, .cpu_ns = 2500000, .memory = 14200000, .memory_peak = 20000000};
    text_holds(&sample,
               "portsniff itself: 2 ms of processor time, 2500 ns per packet   14.2 MB of memory, 20.0 MB at most\n");
    sample.snapshot.self.packets = 0;
    text_lacks(&sample, "per packet");
    sample_finish(&sample);
}

static void keys(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    document_render(&document);
    assert_null(json_at(document.root, "self"));
    assert_null(json_at(document.root, "capture.dropped_by_backlog"));
    assert_null(json_at(document.root, "capture.packets_not_saved"));
    assert_null(json_at(document.root, "capture.sources.0.state"));
    document_end(&document);

    document_begin(&document);
    struct ps_snapshot *s = &document.sample.snapshot;
    watch(&document.sample, "away");
    s->dropped_by_kernel = 1;
    s->dropped_by_interface = 2;
    s->dropped_by_backlog = 3;
    s->saving = true;
    s->packets_not_saved = 4;
    s->input[0].gaps = 5;
    s->input[0].dropped_by_kernel = 6;
    s->self = (struct ps_self_figures){.set = true, .packets = 2, .cpu_ns = 9, .memory = 10, .memory_peak = 11};
    document_render(&document);
    assert_int_equal(json_number(document.root, "capture.dropped_by_kernel"), 1);
    assert_int_equal(json_number(document.root, "capture.dropped_by_interface"), 2);
    assert_int_equal(json_number(document.root, "capture.dropped_by_backlog"), 3);
    assert_int_equal(json_number(document.root, "capture.packets_not_saved"), 4);
    json_expect_text(document.root, "capture.sources.0.state", "away");
    assert_int_equal(json_number(document.root, "capture.sources.0.gaps"), 5);
    assert_int_equal(json_number(document.root, "capture.sources.0.dropped_by_kernel"), 6);
    json_expect_text(document.root, "capture.sources.0.dropped_by_interface", NULL);
    assert_int_equal(json_number(document.root, "self.cpu_ns_per_packet"), 4);
    assert_int_equal(json_number(document.root, "self.memory_bytes"), 10);
    assert_int_equal(json_number(document.root, "self.memory_peak_bytes"), 11);
    document_end(&document);
}

/* The list of interfaces in one format; the caller frees it. */
static char *list(enum ps_format format)
{
    struct ps_report_options options = {.format = format, .width = 80, .top = PS_TOP_DEFAULT};
    struct ps_out out;
    assert_int_equal(ps_out_memory(&out), 0);
    assert_int_equal(ps_report_write_devices(devices, DEVICES, "portsniff VERSION", &options, &out), 0);
    char *text = strndup(out.buffer, out.used);
    assert_non_null(text);
    ps_out_finish(&out);
    return text;
}

static void interfaces_as_text(void **state)
{
    (void)state;
    char *text = list(PS_FORMAT_TEXT);
    assert_string_equal(text, " eth0 up      EN10MB     02:00:00:00:00:01\n"
                              "                         192.0.2.1\n"
                              "                         2001:db8::1\n"
                              " any  up      LINUX_SLL2 all of them\n"
                              " wl?  down               02:00:00:00:00:01\n"
                              " lo   no link\n");
    free(text);
}

static void interfaces_as_json(void **state)
{
    (void)state;
    char *text = list(PS_FORMAT_JSON);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    json_expect_text(root, "schema", "portsniff/1");
    assert_int_equal(json_array_size(json_at(root, "interfaces")), DEVICES);
    json_expect_text(root, "interfaces.0.name", "eth0");
    json_expect_text(root, "interfaces.0.addresses.2", "2001:db8::1");
    json_expect_text(root, "interfaces.0.link_type", "EN10MB");
    json_expect_text(root, "interfaces.1.description", "all of them");
    assert_int_equal(json_array_size(json_at(root, "interfaces.1.addresses")), 0);
    assert_true(json_is_true(json_at(root, "interfaces.2.wireless")));
    json_expect_text(root, "interfaces.3.state", "no link");
    assert_true(json_is_true(json_at(root, "interfaces.3.loopback")));
    json_expect_text(root, "interfaces.3.link_type", NULL);
    json_decref(root);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_of_an_interval),
        cmocka_unit_test(time_of_an_interval),
        cmocka_unit_test(notes),
        cmocka_unit_test(own_figures),
        cmocka_unit_test(keys),
        cmocka_unit_test(interfaces_as_text),
        cmocka_unit_test(interfaces_as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
