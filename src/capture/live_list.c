/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists what can be captured on, as libpcap and the kernel know it, without opening anything: that takes no privilege.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live_private.h"

/* The DLT that libpcap chooses for a kind of hardware; what is not here is only known once it is opened. */
static const struct {
    int hardware;
    int dlt;
} known[] = {
    {ARPHRD_ETHER, DLT_EN10MB},
    {ARPHRD_LOOPBACK, DLT_EN10MB},
    {ARPHRD_NONE, DLT_RAW},
    {ARPHRD_RAWIP, DLT_RAW},
    {ARPHRD_TUNNEL, DLT_RAW},
    {ARPHRD_TUNNEL6, DLT_RAW},
    {ARPHRD_SIT, DLT_RAW},
    {ARPHRD_IPGRE, DLT_RAW},
    {ARPHRD_IEEE80211, DLT_IEEE802_11},
    {ARPHRD_IEEE80211_RADIOTAP, DLT_IEEE802_11_RADIO},
};

static const char *link_type(int hardware)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].hardware == hardware)
            return pcap_datalink_val_to_name(known[i].dlt);
    }
    return NULL;
}

/* The address as text; "" when it is of a family that says nothing. */
static void address_text(const struct sockaddr *address, char *text, size_t room)
{
    text[0] = '\0';
    if (!address)
        return;
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof(four));
        inet_ntop(AF_INET, &four.sin_addr, text, (socklen_t)room);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, address, sizeof(six));
        inet_ntop(AF_INET6, &six.sin6_addr, text, (socklen_t)room);
    } else if (address->sa_family == AF_PACKET) {
        struct sockaddr_ll link;
        memcpy(&link, address, sizeof(link));
        static const unsigned char none[sizeof(link.sll_addr)];
        if (memcmp(link.sll_addr, none, sizeof(none)) == 0)
            return;
        for (int i = 0; i < link.sll_halen && i < 6; i++)
            snprintf(text + strlen(text), room - strlen(text), "%s%02x", i ? ":" : "", link.sll_addr[i]);
    }
}

static int rank(const struct sockaddr *address)
{
    const int family = address ? address->sa_family : AF_UNSPEC;
    return family == AF_PACKET ? 0 : family == AF_INET ? 1 : 2;
}

/* Copies the addresses as text, MAC first. */
static int add_addresses(struct ps_device *device, const pcap_addr_t *list)
{
    size_t count = 0;
    for (const pcap_addr_t *at = list; at; at = at->next)
        count++;
    char **texts = calloc(count + 1, sizeof(*texts));
    if (!texts)
        return -1;
    device->addresses = (const char *const *)texts;
    for (int wanted = 0; wanted <= 2; wanted++) {
        for (const pcap_addr_t *at = list; at; at = at->next) {
            char text[INET6_ADDRSTRLEN + 8];
            if (rank(at->addr) != wanted)
                continue;
            address_text(at->addr, text, sizeof(text));
            if (text[0] && !(texts[device->address_count++] = strdup(text)))
                return -1;
        }
    }
    return 0;
}

/* libpcap also lists buses and radios, whose packets have no ports, and queues, from which capturing takes packets away. */
static bool is_wanted(const pcap_if_t *from, int fd)
{
    return strcmp(from->name, "any") == 0 || strcmp(from->name, "nflog") == 0 || ps_link_ask(fd, from->name).exists;
}

static int describe(struct ps_device *device, const pcap_if_t *from, int fd)
{
    const struct ps_link link = ps_link_ask(fd, from->name);
    device->any = strcmp(from->name, "any") == 0;
    device->up = !link.exists || link.up;
    device->running = !link.exists || link.running;
    device->loopback = (from->flags & PCAP_IF_LOOPBACK) != 0;
    device->wireless = (from->flags & PCAP_IF_WIRELESS) != 0;
    device->link_type = device->any ? "LINUX_SLL" : link.exists ? link_type(link.hardware) : "NFLOG";
    device->name = strdup(from->name);
    if (from->description)
        device->description = strdup(from->description);
    if (!device->name || (from->description && !device->description))
        return -1;
    return add_addresses(device, from->addresses);
}

static int describe_all(const pcap_if_t *all, struct ps_device **ret_list, size_t *ret_count)
{
    size_t count = 0;
    for (const pcap_if_t *from = all; from; from = from->next)
        count++;
    struct ps_device *list = calloc(count + 1, sizeof(*list));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int result = list ? 0 : -1;
    size_t at = 0;
    for (const pcap_if_t *from = all; from && result == 0; from = from->next) {
        if (is_wanted(from, fd))
            result = describe(&list[at++], from, fd);
    }
    if (fd >= 0)
        close(fd);
    if (result < 0) {
        ps_live_list_free(list, count);
        return -1;
    }
    *ret_list = list;
    *ret_count = at;
    return 0;
}

int ps_live_list(struct ps_device **ret_list, size_t *ret_count, struct ps_error *error)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_if_t *all = NULL;
    if (pcap_findalldevs(&all, why) != 0)
        return ps_error_set(error, "cannot list the interfaces: %s.", why);
    int result = describe_all(all, ret_list, ret_count);
    pcap_freealldevs(all);
    return result < 0 ? ps_error_set(error, "memory is out while listing the interfaces.") : 0;
}

/* Frees what others only read. */
static void release(const void *owned)
{
    void *memory;
    memcpy(&memory, &owned, sizeof(memory));
    free(memory);
}

void ps_live_list_free(struct ps_device *list, size_t count)
{
    for (size_t i = 0; list && i < count; i++) {
        for (size_t j = 0; j < list[i].address_count; j++)
            release(list[i].addresses[j]);
        release(list[i].addresses);
        release(list[i].description);
        release(list[i].name);
    }
    free(list);
}
