/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which application belongs on which port.  The facts are rows of a table; the rules are here: a row decides, then the port
 * of another application is nobody else's home, and what runs anywhere is at home on what is left above 1023.
 *
 * The usual application of a port is asked for per flow, so that the rows are spread out before main(): pages of 256
 * ports, of which most are the empty one.
 */
#include "home.h"

#include <stdlib.h>

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

#define PAGES_MOST 128

static uint8_t page_of[2][256];           /* TCP, UDP; by the port's high byte; page 0 is empty */
static uint8_t usual_on[PAGES_MOST][256]; /* by its low byte: enum ps_application, or NONE */

/* The first row of a port is the one that counts. */
static void spread(const struct ps_home *home, unsigned transport, uint8_t *pages)
{
    for (unsigned port = home->low; port <= home->high; port++) {
        uint8_t *page = &page_of[transport][port >> 8];
        if (*page == 0) {
            if (*pages + 1 == PAGES_MOST)
                abort(); /* the table has outgrown its pages: no test passes */
            *page = ++*pages;
        }
        uint8_t *usual = &usual_on[*page][port & 255];
        if (*usual == PS_APPLICATION_NONE)
            *usual = home->application;
    }
}

/* Where an application's rows lie in the table, others between them perhaps. */
static struct {
    size_t from, to;
} rows_of[PS_APPLICATION_COUNT];

__attribute__((constructor)) static void make(void)
{
    uint8_t pages = 0;
    for (size_t i = 0; i < ps_application_homes_count; i++) {
        const struct ps_home *home = &ps_application_homes[i];
        if (rows_of[home->application].to == 0)
            rows_of[home->application].from = i;
        rows_of[home->application].to = i + 1;
        if (home->usual && (home->transports & PS_SIGNATURE_TCP))
            spread(home, 0, &pages);
        if (home->usual && (home->transports & PS_SIGNATURE_UDP))
            spread(home, 1, &pages);
    }
}

int ps_application_expected(enum ps_transport transport, uint16_t port, enum ps_application *ret_application)
{
    if (transport != PS_TRANSPORT_TCP && transport != PS_TRANSPORT_UDP)
        return 0;
    uint8_t usual = usual_on[page_of[transport == PS_TRANSPORT_UDP][port >> 8]][port & 255];
    if (usual == PS_APPLICATION_NONE)
        return 0;
    *ret_application = (enum ps_application)usual;
    return 1;
}

int ps_application_at_home(enum ps_application application, enum ps_transport transport, uint16_t port)
{
    unsigned bit = bit_of(transport);
    enum ps_application other;
    if (application >= PS_APPLICATION_COUNT)
        return 0;
    for (size_t i = rows_of[application].from; i < rows_of[application].to; i++) {
        const struct ps_home *home = &ps_application_homes[i];
        if (home->application == application && (home->transports & bit) && port >= home->low && port <= home->high)
            return 1;
    }
    if (!bit || port < 1024 || ps_application_expected(transport, port, &other))
        return 0;
    return runs_anywhere(application);
}
