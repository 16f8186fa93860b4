/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mends packets that were captured on all interfaces at once (LINKTYPE_LINUX_SLL, tcpdump.org/linktypes).
 *
 * For a cooked socket, Linux since 6.10 names the protocol behind all VLAN tags, but only takes the first tag out: with
 * two, the EtherType says IP and a tag follows.  libpcap puts the first one back in front of that EtherType.
 */
#include "live_private.h"

/* Where the first tag's EtherType is, the EtherType behind it, and what follows. */
#define OUTER    14
#define PROTOCOL 18
#define PAYLOAD  20

#define VLAN         0x8100
#define VLAN_SERVICE 0x88a8
#define IPV4         0x0800
#define IPV6         0x86dd

static unsigned type_at(const uint8_t *packet, size_t at)
{
    return (unsigned)packet[at] << 8 | packet[at + 1];
}

static bool is_tag(unsigned type)
{
    return type == VLAN || type == VLAN_SERVICE;
}

void ps_cooked_mend(uint8_t *packet, uint32_t captured)
{
    if (captured < PAYLOAD + 4 || !is_tag(type_at(packet, OUTER)))
        return;
    const unsigned protocol = type_at(packet, PROTOCOL), behind = type_at(packet, PAYLOAD + 2);
    const unsigned version = packet[PAYLOAD] >> 4;
    if ((protocol != IPV4 || version == 4) && (protocol != IPV6 || version == 6))
        return;
    if ((protocol == IPV4 || protocol == IPV6) && (behind == protocol || is_tag(behind))) {
        packet[PROTOCOL] = VLAN >> 8;
        packet[PROTOCOL + 1] = VLAN & 0xff;
    }
}
