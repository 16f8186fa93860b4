/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as a payload.  The first eight say over which transport, between which ports, how long it was on the wire and
 * which sample of the tests the others change (one is none), so that every signature is reached from where it holds.
 * What comes out must be a name that exists, what has no name must have no way, and asking every row must give the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/application/samples.h"
#include "application/signature.h"
#include "portsniff/application.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_ports(enum ps_application application, enum ps_transport transport, uint16_t port)
{
    enum ps_application expected = PS_APPLICATION_NONE;
    if (ps_application_expected(transport, port, &expected) && !ps_application_at_home(expected, transport, port))
        abort();
    (void)ps_application_at_home(application, transport, port);
}

static struct ps_speech ask_every_row(enum ps_transport transport, uint16_t source, uint16_t destination,
                                      struct ps_bytes in, uint32_t length)
{
    struct ps_payload p = {.in = in, .length = length, .source = source, .destination = destination};
    ps_bytes_limit(&p.in, length);
    if ((transport != PS_TRANSPORT_TCP && transport != PS_TRANSPORT_UDP) || !ps_bytes_has(&p.in, 1))
        return (struct ps_speech){PS_APPLICATION_NONE, PS_WAY_UNKNOWN};
    return ps_application_of_rows(transport, &p);
}

/* Lengths below, at and above what was captured. */
static void check_lengths(enum ps_transport transport, uint16_t source, uint16_t destination, struct ps_bytes in,
                          uint32_t step)
{
    uint32_t captured = ps_bytes_left(&in);
    const uint32_t lengths[] = {step, captured, captured + step};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct ps_speech speech = ps_application_of(transport, source, destination, in, lengths[i]);
        struct ps_speech again = ask_every_row(transport, source, destination, in, lengths[i]);
        if (speech.application >= PS_APPLICATION_COUNT || speech.way > PS_WAY_ANSWER ||
            speech.application != again.application || speech.way != again.way ||
            (speech.application == PS_APPLICATION_NONE && speech.way != PS_WAY_UNKNOWN))
            abort();
        check_ports(speech.application, transport, destination);
    }
}

/* The sample with the input over it.  Returns the payload's length, at a copy of exactly that size. */
static uint32_t changed_sample(const struct sample *sample, struct ps_bytes in, uint8_t **ret_copy)
{
    uint8_t bytes[SAMPLE_MOST];
    uint32_t length = sample_write(sample, bytes);
    for (uint32_t i = 0; i < length; i++)
        bytes[i] ^= ps_u8(&in, i);
    uint8_t *copy = malloc(length);
    if (!copy)
        abort();
    memcpy(copy, bytes, length);
    *ret_copy = copy;
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 8 || size > UINT16_MAX)
        return 0;
    struct ps_bytes in = ps_bytes_of(data, (uint32_t)size);
    enum ps_transport transport = (enum ps_transport)(ps_u8(&in, 0) % PS_TRANSPORT_COUNT);
    uint16_t source = ps_be16(&in, 1), destination = ps_be16(&in, 3);
    uint32_t step = ps_be16(&in, 5) % 2048u;
    size_t which = ps_u8(&in, 7) % (samples_count + 1);
    ps_bytes_skip(&in, 8);
    if (which == samples_count) {
        check_lengths(transport, source, destination, in, step);
        return 0;
    }
    const struct sample *s = &samples[which];
    uint8_t *copy;
    uint32_t length = changed_sample(s, in, &copy);
    check_lengths(s->transport, s->source, s->destination, ps_bytes_of(copy, length), step);
    check_lengths(s->transport, source, destination, ps_bytes_of(copy, length), step);
    free(copy);
    return 0;
}
