/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts what a live capture did not get: in the kernel's ring, in the device, in the host's queues.
 *
 * The ring's counters come from the socket itself (PACKET_STATISTICS, packet(7)), which sets them back to zero each
 * time: they are differences already.  libpcap's own sum of them is 32 bits wide, and its count of interface drops goes
 * wrong when /sys is hidden.
 *
 * The device's are rx_missed_errors and rx_fifo_errors of Documentation/ABI/testing/sysfs-class-net-statistics: packets
 * for which its buffers had no room.  rx_dropped is left out: it also counts packets that nobody wanted, after they were
 * captured.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live_private.h"

uint64_t ps_live_delta(uint64_t before, uint64_t now)
{
    if (now >= before)
        return now - before;
    const uint64_t wrap = UINT64_C(1) << 32;
    if (before < wrap && before - now > wrap / 2)
        return wrap - before + now;
    return 0;
}

/* The text of a small file from its beginning, as a string.  Its length, or -1. */
static ssize_t read_text(int fd, char *text, size_t room)
{
    size_t length = 0;
    while (length < room - 1) {
        ssize_t got = pread(fd, text + length, room - 1 - length, (off_t)length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        length += (size_t)got;
    }
    text[length] = '\0';
    return (ssize_t)length;
}

static int read_number(int fd, uint64_t *ret_number)
{
    char text[32];
    if (fd < 0 || read_text(fd, text, sizeof(text)) <= 0)
        return -1;
    *ret_number = strtoull(text, NULL, 10);
    return 0;
}

static int open_sys(const char *interface, const char *file)
{
    char path[128];
    snprintf(path, sizeof(path), "/sys/class/net/%.32s/%.48s", interface, file);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

void ps_live_loss_init(struct ps_live_loss *loss)
{
    *loss = (struct ps_live_loss){0};
    for (size_t i = 0; i < PS_LIVE_SYS_COUNTERS; i++)
        loss->sys_fd[i] = -1;
}

/* In a network namespace without a /sys of its own, /sys shows interfaces of another. */
static bool is_ours(const char *interface, int ifindex)
{
    uint64_t number = 0;
    int fd = open_sys(interface, "ifindex");
    bool ours = fd >= 0 && read_number(fd, &number) == 0 && number == (uint64_t)ifindex;
    if (fd >= 0)
        close(fd);
    return ours;
}

bool ps_live_loss_open(struct ps_live_loss *loss, const char *interface, int ifindex)
{
    static const char *const file[PS_LIVE_SYS_COUNTERS] = {"statistics/rx_missed_errors", "statistics/rx_fifo_errors"};
    ps_live_loss_close(loss);
    bool known = false;
    if (!is_ours(interface, ifindex))
        return known;
    for (size_t i = 0; i < PS_LIVE_SYS_COUNTERS; i++) {
        loss->sys_fd[i] = open_sys(interface, file[i]);
        if (read_number(loss->sys_fd[i], &loss->sys_last[i]) == 0)
            known = true;
    }
    loss->sum.has_interface = loss->sum.has_interface || known;
    return known;
}

void ps_live_loss_close(struct ps_live_loss *loss)
{
    for (size_t i = 0; i < PS_LIVE_SYS_COUNTERS; i++) {
        if (loss->sys_fd[i] >= 0)
            close(loss->sys_fd[i]);
        loss->sys_fd[i] = -1;
    }
}

static void read_ring(struct ps_live_loss *loss, pcap_t *pcap)
{
    /* A socket with a ring of an earlier version fills in less. */
    struct tpacket_stats_v3 ring = {0};
    socklen_t length = sizeof(ring);
    if (getsockopt(pcap_fileno(pcap), SOL_PACKET, PACKET_STATISTICS, &ring, &length) == 0) {
        loss->sum.kernel += ring.tp_drops;
        loss->sum.freezes += ring.tp_freeze_q_cnt;
        return;
    }
    /* Not a packet socket. */
    struct pcap_stat stat;
    if (pcap_stats(pcap, &stat) == 0) {
        loss->sum.kernel += stat.ps_drop - loss->pcap_last;
        loss->pcap_last = stat.ps_drop;
    }
}

void ps_live_loss_read(struct ps_live_loss *loss, pcap_t *pcap)
{
    if (pcap)
        read_ring(loss, pcap);
    for (size_t i = 0; i < PS_LIVE_SYS_COUNTERS; i++) {
        uint64_t now;
        if (read_number(loss->sys_fd[i], &now) < 0)
            continue;
        loss->sum.interface += ps_live_delta(loss->sys_last[i], now);
        loss->sys_last[i] = now;
    }
}

void ps_live_backlog_text(struct ps_live_backlog *backlog, char *text)
{
    const size_t room = sizeof(backlog->last) / sizeof(backlog->last[0]);
    uint64_t more = 0;
    size_t cpus = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line && cpus < room; line = strtok_r(NULL, "\n", &rest)) {
        char *second = strchr(line, ' ');
        if (!second)
            break;
        uint32_t now = (uint32_t)strtoul(second, NULL, 16);
        more += cpus < backlog->cpus ? (uint32_t)(now - backlog->last[cpus]) : 0;
        backlog->last[cpus++] = now;
    }
    /* Lines stand for processors that are on; when their number changes, they are others than before. */
    if (cpus == backlog->cpus)
        backlog->sum += more;
    backlog->cpus = cpus;
}

void ps_live_backlog_read(struct ps_live_backlog *backlog)
{
    char text[65536];
    if (backlog->fd >= 0 && read_text(backlog->fd, text, sizeof(text)) > 0)
        ps_live_backlog_text(backlog, text);
}

void ps_live_backlog_open(struct ps_live_backlog *backlog)
{
    *backlog = (struct ps_live_backlog){.fd = open("/proc/net/softnet_stat", O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    ps_live_backlog_read(backlog);
}

void ps_live_backlog_close(struct ps_live_backlog *backlog)
{
    if (backlog->fd >= 0)
        close(backlog->fd);
    backlog->fd = -1;
}
