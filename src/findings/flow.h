/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one flow says about its server: several detectors ask the same.
 */
#ifndef PORTSNIFF_FINDINGS_FLOW_H
#define PORTSNIFF_FINDINGS_FLOW_H

#include <stdbool.h>

#include "work.h"

/* What became of the tries of a flow. */
enum ps_try {
    PS_TRY_UNKNOWN, /* says nothing: one direction of something that was already going on, or nothing was tried */
    PS_TRY_REFUSED,
    PS_TRY_SILENT,    /* nothing came back */
    PS_TRY_HALF_OPEN, /* the port answered, and the client went away */
    PS_TRY_OPEN,      /* a connection without a byte of content */
    PS_TRY_USED,      /* it worked */
};

/* `hears`: packets towards the client are in the capture; otherwise the silence of UDP means nothing. */
enum ps_try ps_flow_try(const struct ps_flow_row *flow, bool hears);

/* Whether what the flow sent asks for an answer, so that silence means something: a handshake, or a question. */
bool ps_flow_asks(const struct ps_flow_row *flow);

/* Packets sent to try the port: every SYN, and every datagram that asks again, is a try. */
static inline uint64_t ps_flow_tries(const struct ps_flow_row *flow)
{
    return flow->to_server.packets > flow->connections ? flow->to_server.packets : flow->connections;
}

/* Whether the server is a group or everybody, or may be: 192.0.2.255 is broadcast in most networks. */
bool ps_flow_to_many(const struct ps_flow_row *flow);

/* Whether the ends may be the wrong way round: a late answer that is refused (ICMP quotes it) looks like a try, and in
 * the middle of a conversation the roles are guessed. */
bool ps_flow_maybe_reversed(const struct ps_flow_row *flow);

#endif
