/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which application belongs on which port.  The facts are rows of a table; the rules are here: a row decides, then the port
 * of another application is nobody else's home, and what runs anywhere is at home on what is left above 1023.
 */
#include "home.h"

#include "signature.h"

static unsigned bit_of(enum ps_transport transport)
{
    return transport == PS_TRANSPORT_TCP ? PS_SIGNATURE_TCP : transport == PS_TRANSPORT_UDP ? PS_SIGNATURE_UDP : 0;
}

/* Applications that people put on any free port. */
static bool runs_anywhere(enum ps_application application)
{
    switch (application) {
    case PS_APPLICATION_HTTP:
    case PS_APPLICATION_HTTP2:
    case PS_APPLICATION_TLS:
    case PS_APPLICATION_QUIC:
    case PS_APPLICATION_BITTORRENT:
    case PS_APPLICATION_STUN:
    case PS_APPLICATION_WIREGUARD:
    case PS_APPLICATION_OPENVPN:
        return true;
    default:
        return false;
    }
}

int ps_application_expected(enum ps_transport transport, uint16_t port, enum ps_application *ret_application)
{
    unsigned bit = bit_of(transport);
    for (size_t i = 0; i < ps_application_homes_count; i++) {
        const struct ps_home *home = &ps_application_homes[i];
        if (home->usual && (home->transports & bit) && port >= home->low && port <= home->high) {
            *ret_application = (enum ps_application)home->application;
            return 1;
        }
    }
    return 0;
}

int ps_application_at_home(enum ps_application application, enum ps_transport transport, uint16_t port)
{
    unsigned bit = bit_of(transport);
    enum ps_application other;
    for (size_t i = 0; i < ps_application_homes_count; i++) {
        const struct ps_home *home = &ps_application_homes[i];
        if (home->application == application && (home->transports & bit) && port >= home->low && port <= home->high)
            return 1;
    }
    if (!bit || port < 1024 || ps_application_expected(transport, port, &other))
        return 0;
    return runs_anywhere(application);
}
