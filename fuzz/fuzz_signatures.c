/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Payloads as they are.  Input: a byte that says how much was captured, four with ports, then the payload.  Over TCP and
 * UDP, in both directions, and beside the ports that signatures name, the short list of candidates must say what asking
 * every signature says; and what was named must not hang on bytes behind the end.
 */
#include <stdlib.h>
#include <string.h>

#include "application/signature.h"
#include "portsniff/application.h"
#include "rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One question. */
struct question {
    enum ps_transport transport;
    uint16_t source, destination;
    const uint8_t *bytes;
    uint32_t captured, length;
};

/* A copy of exactly what was captured, so that a sanitizer sees a read behind it. */
static struct ps_speech ask_short_list(const struct question *q)
{
    uint8_t *copy = malloc(q->captured ? q->captured : 1);
    rule(copy != NULL, "there is memory");
    memcpy(copy, q->bytes, q->captured);
    struct ps_speech speech =
        ps_application_of(q->transport, q->source, q->destination, ps_bytes_of(copy, q->captured), q->length);
    free(copy);
    return speech;
}

static struct ps_speech ask_every_row(const struct question *q)
{
    struct ps_payload p = {.in = ps_bytes_of(q->bytes, q->captured),
                           .length = q->length,
                           .source = q->source,
                           .destination = q->destination};
    ps_bytes_limit(&p.in, q->length);
    if (!ps_bytes_has(&p.in, 1))
        return (struct ps_speech){PS_APPLICATION_NONE, PS_WAY_UNKNOWN};
    return ps_application_of_rows(q->transport, &p);
}

static void check(const struct question *q)
{
    struct ps_speech quick = ask_short_list(q), slow = ask_every_row(q);
    rule(quick.application == slow.application && quick.way == slow.way, "the short list says what every row says");
    rule(quick.application < PS_APPLICATION_COUNT && quick.way <= PS_WAY_ANSWER, "there is such an application");
    rule(quick.application != PS_APPLICATION_NONE || quick.way == PS_WAY_UNKNOWN, "nothing has no way");
    rule((ps_application_name(quick.application)[0] == '\0') == (quick.application == PS_APPLICATION_NONE),
         "what speaks has a name");
}

static void check_directions(struct question q)
{
    for (unsigned way = 0; way < 4; way++) {
        q.transport = way & 1 ? PS_TRANSPORT_UDP : PS_TRANSPORT_TCP;
        check(&q);
        uint16_t port = q.source;
        if (way & 1) {
            q.source = q.destination;
            q.destination = port;
        }
    }
}

/* Ports of all rows, one of them in each run. */
static uint16_t port_of_row(size_t number)
{
    size_t rows = ps_application_starts_count + ps_application_ranges_count, row = number % rows;
    const struct ps_signature *s = row < ps_application_starts_count
                                       ? &ps_application_starts[row]
                                       : &ps_application_ranges[row - ps_application_starts_count];
    return s->ports ? s->ports[0] : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 5 || size > 4096)
        return 0;
    uint32_t length = (uint32_t)size - 5;
    struct question q = {.source = (uint16_t)(data[1] << 8 | data[2]),
                         .destination = (uint16_t)(data[3] << 8 | data[4]),
                         .bytes = data + 5,
                         .captured = length,
                         .length = length};
    check_directions(q);
    q.length += data[0];
    check_directions(q);
    q.length = length;
    q.captured = length - (data[0] < length ? data[0] : length);
    check_directions(q);
    q.captured = length;
    for (size_t row = data[0]; row < ps_application_starts_count + ps_application_ranges_count; row += 37) {
        uint16_t port = port_of_row(row);
        if (port) {
            q.destination = port;
            check_directions(q);
        }
    }
    return 0;
}
