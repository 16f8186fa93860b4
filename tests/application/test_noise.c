/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is no application at all: random bytes, zeros, words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "portsniff/application.h"
#include "samples.h"

enum {
    PAYLOADS = 100000
};

typedef void filler(uint64_t *state, uint8_t *to, uint32_t length);

static void random_bytes(uint64_t *state, uint8_t *to, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        to[i] = (uint8_t)sample_random(state);
}

static void random_text(uint64_t *state, uint8_t *to, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        to[i] = (uint8_t)(' ' + sample_random(state) % 95);
}

/* Words of three to eight letters, in lines. */
static void random_words(uint64_t *state, uint8_t *to, uint32_t length)
{
    uint32_t left = 5;
    for (uint32_t i = 0; i < length; i++) {
        if (left-- == 0) {
            to[i] = sample_random(state) % 8 ? ' ' : '\n';
            left = 3 + (uint32_t)(sample_random(state) % 6);
        } else {
            to[i] = (uint8_t)((sample_random(state) % 9 ? 'a' : 'A') + sample_random(state) % 26);
        }
    }
}

static void zeros(uint64_t *state, uint8_t *to, uint32_t length)
{
    (void)state;
    for (uint32_t i = 0; i < length; i++)
        to[i] = 0;
}

/* Asks about payloads of up to 600 bytes; ports are those of the samples on every second one.  Returns how many of a
 * thousand times a thousand would have been named. */
static uint32_t named_per_million(filler *fill, bool known_ports)
{
    uint64_t state = 0x2545f4914f6cdd1d;
    uint8_t bytes[600];
    uint32_t named = 0;
    for (uint32_t i = 0; i < PAYLOADS; i++) {
        uint32_t length = 1 + (uint32_t)(sample_random(&state) % sizeof(bytes));
        const struct sample *s = &samples[sample_random(&state) % samples_count];
        fill(&state, bytes, length);
        uint16_t source = known_ports ? s->source : (uint16_t)(40000 + sample_random(&state) % 10000);
        uint16_t destination = known_ports ? s->destination : (uint16_t)(20000 + sample_random(&state) % 6000);
        struct ps_speech speech =
            ps_application_of(s->transport, source, destination, ps_bytes_of(bytes, length), length);
        named += speech.application != PS_APPLICATION_NONE;
    }
    return (uint32_t)((uint64_t)named * 1000000 / PAYLOADS);
}

static void test_random_bytes(void **state)
{
    (void)state;
    assert_in_range(named_per_million(random_bytes, false), 0, 100);
}

/* NTP and the like have headers too short to be sure of. */
static void test_random_bytes_on_known_ports(void **state)
{
    (void)state;
    assert_in_range(named_per_million(random_bytes, true), 0, 1000);
}

static void test_text_is_never_named(void **state)
{
    (void)state;
    assert_int_equal(named_per_million(random_text, false), 0);
    assert_int_equal(named_per_million(random_text, true), 0);
    assert_int_equal(named_per_million(random_words, false), 0);
    assert_int_equal(named_per_million(random_words, true), 0);
}

static void test_zeros_are_never_named(void **state)
{
    (void)state;
    assert_int_equal(named_per_million(zeros, false), 0);
    assert_int_equal(named_per_million(zeros, true), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_random_bytes_on_known_ports),
        cmocka_unit_test(test_text_is_never_named),
        cmocka_unit_test(test_zeros_are_never_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
