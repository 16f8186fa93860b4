/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The short ways to an answer give the answers of the long ways: candidates those of asking every row of the signatures,
 * ports those of reading the table of homes from its beginning.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "candidates.h"
#include "home.h"
#include "samples.h"
#include "signature.h"

/* `bytes` in memory of exactly their size, so that a sanitizer sees a read behind them.  Returns what was named. */
static enum ps_application compare(const char *what, enum ps_transport transport, uint16_t source, uint16_t destination,
                                   const uint8_t *bytes, uint32_t captured, uint32_t length)
{
    uint8_t *copy = malloc(captured ? captured : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, captured);
    struct ps_payload p = {
        .in = ps_bytes_of(copy, captured), .length = length, .source = source, .destination = destination};
    struct ps_speech quick = ps_application_of(transport, source, destination, p.in, length);
    ps_bytes_limit(&p.in, length);
    struct ps_speech slow = {PS_APPLICATION_NONE, PS_WAY_UNKNOWN};
    if (ps_bytes_has(&p.in, 1))
        slow = ps_application_of_rows(transport, &p);
    free(copy);
    if (quick.application != slow.application || quick.way != slow.way)
        fail_msg("%s, %u of %u bytes, ports %u and %u: \"%s\", way %d; every row says \"%s\", way %d", what, captured,
                 length, source, destination, ps_application_name(quick.application), quick.way,
                 ps_application_name(slow.application), slow.way);
    return slow.application;
}

/* A port beside which some row holds, or any. */
static uint16_t some_port(uint64_t random)
{
    static const uint16_t known[] = {53,   123,  143,  21,   25,   110,  546,  547, 1812, 1813,  1645,
                                     1646, 3799, 6379, 1883, 5353, 5355, 2121, 587, 2525, 11211, 443};
    return random & 3 ? known[(random >> 2) % (sizeof(known) / sizeof(known[0]))] : (uint16_t)(random >> 16);
}

static void compare_both(const struct sample *s, const uint8_t *bytes, uint32_t captured, uint32_t length)
{
    compare(s->name, PS_TRANSPORT_TCP, s->source, s->destination, bytes, captured, length);
    compare(s->name, PS_TRANSPORT_UDP, s->source, s->destination, bytes, captured, length);
}

static void every_cut(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_MOST];
    for (size_t i = 0; i < samples_count + strangers_count; i++) {
        const struct sample *s = i < samples_count ? &samples[i] : &strangers[i - samples_count];
        uint32_t length = sample_write(s, bytes);
        for (uint32_t n = 0; n <= length; n++) {
            compare_both(s, bytes, n, length);
            compare_both(s, bytes, n, n);
            compare_both(s, bytes, length, n);
        }
    }
}

/* Samples of which a few bytes, ports and lengths were changed: most signatures are a byte away. */
static void changed_samples(void **state)
{
    enum {
        TRIES = 1000000
    };
    (void)state;
    uint64_t seed = 0x2545f4914f6cdd1d;
    uint8_t bytes[SAMPLE_MOST];
    uint32_t length = 0, named = 0;
    const struct sample *s = NULL;
    for (uint32_t i = 0; i < TRIES; i++) {
        uint64_t random = sample_random(&seed);
        if (i % 5 == 0) {
            size_t which = random % (samples_count + strangers_count);
            s = which < samples_count ? &samples[which] : &strangers[which - samples_count];
            length = sample_write(s, bytes);
        }
        if (i % 5)
            bytes[(random >> 8) % (length < 32 ? length : 32)] = (uint8_t)(random >> 16);
        uint64_t more = sample_random(&seed);
        uint16_t source = more & 1 ? s->source : some_port(more >> 8);
        uint16_t destination = more & 2 ? s->destination : some_port(more >> 32);
        uint32_t captured = more & 12 ? length : (uint32_t)(random >> 32) % (length + 1);
        uint32_t wire = more & 48 ? length : length + (uint32_t)(random >> 48) % 64;
        enum ps_transport transport = more & 192                         ? s->transport
                                      : s->transport == PS_TRANSPORT_TCP ? PS_TRANSPORT_UDP
                                                                         : PS_TRANSPORT_TCP;
        named += compare(s->name, transport, source, destination, bytes, captured, wire) != PS_APPLICATION_NONE;
    }
    assert_in_range(named, TRIES / 10, TRIES - TRIES / 10);
}

/* Any first bytes, and any behind a run of zeros. */
static void any_bytes(void **state)
{
    enum {
        TRIES = 1000000
    };
    (void)state;
    uint64_t seed = 0x9e3779b97f4a7c15;
    for (uint32_t i = 0; i < TRIES; i++) {
        uint8_t bytes[320];
        uint64_t random = sample_random(&seed);
        uint32_t length = 1 + (uint32_t)(random >> 8) % sizeof(bytes),
                 zeros = i & 1 ? (uint32_t)(random >> 20) % 40 : 0;
        for (uint32_t at = 0; at < length; at++) {
            if (at % 8 == 0)
                random = sample_random(&seed);
            bytes[at] = (uint8_t)(at < zeros ? 0 : random >> at % 8 * 8);
        }
        random = sample_random(&seed);
        compare("any bytes", random & 1 ? PS_TRANSPORT_TCP : PS_TRANSPORT_UDP, some_port(random >> 1),
                some_port(random >> 24), bytes, length, length + (random >> 60 ? 0 : 100));
    }
}

/* Zeros of any length, and with one other byte anywhere. */
static void zeros(void **state)
{
    (void)state;
    for (uint32_t captured = 1; captured < 40; captured++) {
        for (uint32_t at = 0; at <= captured; at++) {
            for (uint64_t i = 0; i < 22 * 4; i++) {
                uint8_t bytes[40] = {0};
                if (at < captured)
                    bytes[at] = (uint8_t)(i * 37 + 1);
                uint16_t source = i & 1 ? some_port(4 * i + 1) : 40000, destination = i & 2 ? some_port(4 * i + 9) : 9;
                uint32_t length = i % 3 ? captured : captured + (uint32_t)i * 16;
                compare("zeros", PS_TRANSPORT_TCP, source, destination, bytes, captured, length);
                compare("zeros", PS_TRANSPORT_UDP, source, destination, bytes, captured, length);
            }
        }
    }
}

/* Other transports than TCP and UDP have no signatures. */
static void other_transports(void **state)
{
    (void)state;
    static const uint8_t greeting[] = "SSH-2.0-x\r\n";
    for (enum ps_transport transport = PS_TRANSPORT_NONE; transport < PS_TRANSPORT_COUNT; transport++) {
        struct ps_speech speech =
            ps_application_of(transport, 22, 40000, ps_bytes_of(greeting, sizeof(greeting) - 1), sizeof(greeting) - 1);
        assert_int_equal(speech.application, transport == PS_TRANSPORT_TCP ? PS_APPLICATION_SSH : PS_APPLICATION_NONE);
    }
}

static void every_row_is_a_candidate(void **state)
{
    (void)state;
    unsigned listed[2] = {0}, there[2] = {0};
    for (unsigned transport = 0; transport < 2; transport++) {
        for (unsigned first = 0; first < 256; first++)
            listed[transport] += ps_application_candidates[transport][first].starts;
        for (size_t i = 0; i < ps_application_starts_count; i++)
            there[transport] += ps_application_starts[i].transports >> transport & 1;
        assert_int_equal(listed[transport], there[transport]);
    }
}

/* --- homes --- */

static unsigned bit_of(enum ps_transport transport)
{
    return transport == PS_TRANSPORT_TCP ? PS_SIGNATURE_TCP : transport == PS_TRANSPORT_UDP ? PS_SIGNATURE_UDP : 0;
}

static enum ps_application expected_slowly(enum ps_transport transport, uint16_t port)
{
    for (size_t i = 0; i < ps_application_homes_count; i++) {
        const struct ps_home *home = &ps_application_homes[i];
        if (home->usual && (home->transports & bit_of(transport)) && port >= home->low && port <= home->high)
            return (enum ps_application)home->application;
    }
    return PS_APPLICATION_NONE;
}

static void every_port(void **state)
{
    (void)state;
    unsigned usual = 0;
    for (enum ps_transport transport = PS_TRANSPORT_NONE; transport < PS_TRANSPORT_COUNT; transport++) {
        for (uint32_t port = 0; port < 65536; port++) {
            enum ps_application expected = PS_APPLICATION_NONE;
            int found = ps_application_expected(transport, (uint16_t)port, &expected);
            assert_int_equal(expected, expected_slowly(transport, (uint16_t)port));
            assert_int_equal(found, expected != PS_APPLICATION_NONE);
            usual += (unsigned)found;
        }
    }
    assert_in_range(usual, 100, 2000);
}

/* A row of the table makes a home, wherever in the table it stands. */
static void every_home(void **state)
{
    (void)state;
    for (size_t i = 0; i < ps_application_homes_count; i++) {
        const struct ps_home *home = &ps_application_homes[i];
        for (enum ps_transport transport = PS_TRANSPORT_TCP; transport <= PS_TRANSPORT_UDP; transport++) {
            if (!(home->transports & bit_of(transport)))
                continue;
            assert_int_equal(ps_application_at_home((enum ps_application)home->application, transport, home->low), 1);
            assert_int_equal(ps_application_at_home((enum ps_application)home->application, transport, home->high), 1);
        }
    }
    assert_int_equal(ps_application_at_home(PS_APPLICATION_COUNT, PS_TRANSPORT_TCP, 5000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeros),      cmocka_unit_test(every_cut),        cmocka_unit_test(changed_samples),
        cmocka_unit_test(any_bytes),  cmocka_unit_test(other_transports), cmocka_unit_test(every_row_is_a_candidate),
        cmocka_unit_test(every_port), cmocka_unit_test(every_home),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
