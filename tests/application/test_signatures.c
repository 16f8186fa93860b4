/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the signatures name, what they do not, and that neither a cut nor a neighbour's port makes them say something else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "portsniff/application.h"
#include "samples.h"
#include "signature.h"

/* The payload in memory of exactly `captured` bytes, so that a sanitizer sees a read behind it. */
static struct ps_speech ask(const struct sample *s, const uint8_t *bytes, uint32_t captured, uint32_t length)
{
    uint8_t *copy = malloc(captured ? captured : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, captured);
    struct ps_speech speech =
        ps_application_of(s->transport, s->source, s->destination, ps_bytes_of(copy, captured), length);
    free(copy);
    return speech;
}

/* Prints every row of the table that is not as it should be; returns whether one was. */
static bool all_are_named(const struct sample *table, size_t count)
{
    uint8_t bytes[SAMPLE_MOST];
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        const struct sample *s = &table[i];
        uint32_t length = sample_write(s, bytes);
        struct ps_speech speech = ask(s, bytes, length, length);
        if (speech.application == s->application && speech.way == s->way)
            continue;
        print_message("# %s: \"%s\", way %d; wanted \"%s\", way %d\n", s->name, ps_application_name(speech.application),
                      speech.way, ps_application_name(s->application), s->way);
        good = false;
    }
    return good;
}

/* A part of the payload may say less, never something else. */
static void expect_no_other(const struct sample *s, struct ps_speech speech, const char *how, uint32_t n)
{
    bool same = speech.application == s->application && (speech.way == s->way || speech.way == PS_WAY_UNKNOWN);
    if (!same && speech.application != PS_APPLICATION_NONE)
        fail_msg("%s, %s %u: \"%s\", way %d", s->name, how, n, ps_application_name(speech.application), speech.way);
    if (speech.application == PS_APPLICATION_NONE && speech.way != PS_WAY_UNKNOWN)
        fail_msg("%s, %s %u: a way without a name", s->name, how, n);
}

static void test_samples_are_named(void **state)
{
    (void)state;
    assert_true(all_are_named(samples, samples_count));
}

static void test_strangers_are_not_named(void **state)
{
    (void)state;
    assert_true(all_are_named(strangers, strangers_count));
}

static void test_a_capture_cut_short_says_nothing_else(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_MOST];
    for (size_t i = 0; i < samples_count; i++) {
        uint32_t length = sample_write(&samples[i], bytes);
        for (uint32_t n = 0; n < length; n++)
            expect_no_other(&samples[i], ask(&samples[i], bytes, n, length), "captured", n);
    }
}

/* A shorter payload is another payload; it must not be another application's. */
static void test_a_payload_cut_short_says_nothing_else(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_MOST];
    for (size_t i = 0; i < samples_count; i++) {
        uint32_t length = sample_write(&samples[i], bytes);
        for (uint32_t n = 0; n < length; n++) {
            struct ps_speech speech = ask(&samples[i], bytes, n, n);
            if (speech.application != PS_APPLICATION_NONE && speech.application != samples[i].application)
                fail_msg("%s, %u bytes: \"%s\"", samples[i].name, n, ps_application_name(speech.application));
        }
    }
}

/* Every payload on every other's ports. */
static void test_no_port_gives_another_name(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_MOST];
    for (size_t i = 0; i < samples_count; i++) {
        uint32_t length = sample_write(&samples[i], bytes);
        for (size_t j = 0; j < samples_count; j++) {
            struct ps_speech speech = ps_application_of(samples[i].transport, samples[j].source, samples[j].destination,
                                                        ps_bytes_of(bytes, length), length);
            /* Words that two protocols share, each beside its port. */
            bool shared = strncmp((const char *)bytes, "220 ", 4) == 0 ||
                          strncmp((const char *)bytes, "USER ", 5) == 0 ||
                          strncmp((const char *)bytes, "+OK", 3) == 0 || strncmp((const char *)bytes, "-ERR", 4) == 0;
            if (speech.application != PS_APPLICATION_NONE && speech.application != samples[i].application && !shared)
                fail_msg("%s on the ports of %s: \"%s\"", samples[i].name, samples[j].name,
                         ps_application_name(speech.application));
        }
    }
}

static void test_every_application_has_a_sample(void **state)
{
    (void)state;
    bool seen[PS_APPLICATION_COUNT] = {[PS_APPLICATION_NONE] = true};
    for (size_t i = 0; i < samples_count; i++)
        seen[samples[i].application] = true;
    for (int i = 0; i < PS_APPLICATION_COUNT; i++)
        if (!seen[i])
            fail_msg("no sample of %s", ps_application_name((enum ps_application)i));
}

/* Bytes behind the stated length (padding) do not count, nor does where in a buffer the payload lies. */
static void test_padding_and_place_do_not_matter(void **state)
{
    (void)state;
    static const char text[] = "....AMQP\0\0\x9\1\0\0\0\0";
    struct ps_bytes in = ps_bytes_of(text, sizeof(text) - 1);
    ps_bytes_skip(&in, 4);
    struct ps_speech speech = ps_application_of(PS_TRANSPORT_TCP, 40000, 5672, in, 8);
    assert_int_equal(speech.application, PS_APPLICATION_AMQP);
    speech = ps_application_of(PS_TRANSPORT_TCP, 40000, 5672, in, 0);
    assert_int_equal(speech.application, PS_APPLICATION_NONE);
}

static void test_other_transports_are_not_looked_at(void **state)
{
    (void)state;
    struct ps_bytes in = ps_bytes_of("SSH-2.0-x\r\n", 11);
    for (int t = 0; t < PS_TRANSPORT_COUNT; t++) {
        struct ps_speech speech = ps_application_of((enum ps_transport)t, 22, 40000, in, 11);
        assert_int_equal(speech.application, t == PS_TRANSPORT_TCP ? PS_APPLICATION_SSH : PS_APPLICATION_NONE);
    }
}

/* The search for the first byte needs the order. */
static void test_rows_are_ordered(void **state)
{
    (void)state;
    for (size_t i = 0; i < ps_application_starts_count; i++) {
        assert_true(ps_application_starts[i].start_length > 0);
        if (i && (uint8_t)ps_application_starts[i - 1].start[0] > (uint8_t)ps_application_starts[i].start[0])
            fail_msg("row %zu, \"%.*s\", is out of order", i, ps_application_starts[i].start_length,
                     ps_application_starts[i].start);
    }
    for (size_t i = 0; i < ps_application_ranges_count; i++)
        assert_true(ps_application_ranges[i].low <= ps_application_ranges[i].high && ps_application_ranges[i].check);
}

static void test_names_differ(void **state)
{
    (void)state;
    assert_string_equal(ps_application_name(PS_APPLICATION_NONE), "");
    assert_string_equal(ps_application_name(PS_APPLICATION_COUNT), "");
    for (int i = 1; i < PS_APPLICATION_COUNT; i++) {
        assert_true(strlen(ps_application_name((enum ps_application)i)) > 2);
        for (int j = 1; j < i; j++)
            assert_string_not_equal(ps_application_name((enum ps_application)i),
                                    ps_application_name((enum ps_application)j));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_are_named),
        cmocka_unit_test(test_strangers_are_not_named),
        cmocka_unit_test(test_a_capture_cut_short_says_nothing_else),
        cmocka_unit_test(test_a_payload_cut_short_says_nothing_else),
        cmocka_unit_test(test_no_port_gives_another_name),
        cmocka_unit_test(test_every_application_has_a_sample),
        cmocka_unit_test(test_padding_and_place_do_not_matter),
        cmocka_unit_test(test_other_transports_are_not_looked_at),
        cmocka_unit_test(test_rows_are_ordered),
        cmocka_unit_test(test_names_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
