/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Follows an interface through going down, coming up, being deleted and coming back.
 *
 * A packet socket hears by itself when its interface comes up again.  One that was deleted and made anew has another
 * number, and the socket is taken there by its name: bind(2) needs no privilege, so this works after they were dropped.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "live_private.h"

int64_t ps_live_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct ps_link ps_link_ask(int fd, const char *name)
{
    struct ps_link link = {0};
    struct ifreq request = {0};
    const size_t length = strlen(name);
    if (length >= sizeof(request.ifr_name))
        return link;
    memcpy(request.ifr_name, name, length);
    if (ioctl(fd, SIOCGIFINDEX, &request) < 0)
        return link;
    link.exists = true;
    link.ifindex = request.ifr_ifindex;
    if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
        link.up = (request.ifr_flags & IFF_UP) != 0;
        link.running = (request.ifr_flags & IFF_RUNNING) != 0;
        link.loopback = (request.ifr_flags & IFF_LOOPBACK) != 0;
    }
    if (ioctl(fd, SIOCGIFHWADDR, &request) == 0)
        link.hardware = request.ifr_hwaddr.sa_family;
    return link;
}

uint64_t ps_tap_gap_ns(const struct ps_tap *tap, int64_t now_ns)
{
    const enum ps_link_state state = tap->facts.input.state;
    const bool open = state == PS_LINK_DOWN || state == PS_LINK_AWAY || state == PS_LINK_LOST;
    return tap->gap_ns + (open && now_ns > tap->gap_since_ns ? (uint64_t)(now_ns - tap->gap_since_ns) : 0);
}

static void begin_gap(struct ps_tap *tap, int64_t now_ns)
{
    tap->facts.input.gaps++;
    tap->gap_since_ns = now_ns;
    tap->was_away = false;
}

static void end_gap(struct ps_tap *tap, struct ps_live *live, int64_t now_ns)
{
    const int64_t length_ns = now_ns - tap->gap_since_ns;
    tap->gap_ns += (uint64_t)length_ns;
    ps_live_notice(live, "%s is %s after %.1f seconds: counting goes on.", tap->facts.name,
                   tap->was_away ? "back" : "up", (double)length_ns / 1e9);
}

static void enter(struct ps_tap *tap, struct ps_live *live, enum ps_link_state state, int64_t now_ns)
{
    const enum ps_link_state before = tap->facts.input.state;
    if (state == before)
        return;
    if (before == PS_LINK_UP)
        begin_gap(tap, now_ns);
    tap->was_away = tap->was_away || state == PS_LINK_AWAY;
    if (state == PS_LINK_UP)
        end_gap(tap, live, now_ns);
    else if (state == PS_LINK_DOWN)
        ps_live_notice(live, "%s is down: nothing to count until it is up.", tap->facts.name);
    else if (state == PS_LINK_AWAY)
        ps_live_notice(live, "%s is gone: waiting until it is back.", tap->facts.name);
    tap->facts.input.state = state;
}

void ps_tap_begin(struct ps_tap *tap, struct ps_live *live, int64_t now_ns)
{
    const bool down = tap->kind == PS_TAP_INTERFACE && !ps_link_ask(live->ask_fd, tap->facts.name).up;
    tap->facts.input.state = down ? PS_LINK_DOWN : PS_LINK_UP;
    if (tap->kind == PS_TAP_ANY && live->options.promiscuous)
        ps_live_notice(live, "any has no promiscuous mode: name the interfaces that shall have it.");
    if (!down)
        return;
    begin_gap(tap, now_ns);
    ps_live_notice(live, "%s is down: nothing to count until it is up (ip link set %s up).", tap->facts.name,
                   tap->facts.name);
}

void ps_tap_lose(struct ps_tap *tap, struct ps_live *live, const char *why, int64_t now_ns)
{
    ps_live_notice(live, "%s is lost: %s\n  Start portsniff again to have it back.", tap->facts.name, why);
    if (tap->facts.input.state == PS_LINK_UP)
        begin_gap(tap, now_ns);
    tap->facts.input.state = PS_LINK_LOST;
    ps_tap_close(tap);
}

static bool may_open(void)
{
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Goes where the name is now.  A socket cannot change its link type, nor its interface once it shares packets: then
 * another is opened, which may need a privilege that is gone. */
static int follow(struct ps_tap *tap, struct ps_live *live, const struct ps_link *link, int64_t now_ns)
{
    if (tap->pcap && tap->hardware == link->hardware && ps_tap_bind(tap, live, link->ifindex) == 0) {
        if (!ps_live_loss_open(&tap->loss, tap->facts.name, link->ifindex) && tap->loss.sum.has_interface)
            ps_live_notice(live, "%s is another device now: what it drops itself cannot be read any more.",
                           tap->facts.name);
        return 0;
    }
    struct ps_error why;
    ps_live_loss_read(&tap->loss, tap->pcap);
    ps_tap_close(tap);
    if (ps_tap_open(tap, live, &why) == 0)
        return 0;
    ps_tap_lose(tap, live,
                may_open() ? why.text : "it has to be opened, and the right to do so was given up at the start.",
                now_ns);
    return -1;
}

void ps_tap_check(struct ps_tap *tap, struct ps_live *live, int64_t now_ns)
{
    struct ps_input *input = &tap->facts.input;
    if (tap->kind == PS_TAP_INTERFACE && input->state != PS_LINK_LOST) {
        const struct ps_link link = ps_link_ask(live->ask_fd, tap->facts.name);
        /* One that was never up could not be opened yet. */
        const bool moved = link.exists && (tap->pcap ? link.ifindex != tap->ifindex : link.up);
        if (!link.exists)
            enter(tap, live, PS_LINK_AWAY, now_ns);
        else if (!moved || follow(tap, live, &link, now_ns) == 0)
            enter(tap, live, link.up ? PS_LINK_UP : PS_LINK_DOWN, now_ns);
    }
    input->gap_ns = ps_tap_gap_ns(tap, now_ns);
}
