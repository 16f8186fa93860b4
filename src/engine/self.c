/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Own figures: getrusage(2) and /proc/self/statm, proc(5).
 */
#include "self.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

void ps_self_open(struct self *self)
{
    self->fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

void ps_self_close(struct self *self)
{
    if (self->fd >= 0)
        close(self->fd);
    self->fd = -1;
}

static uint64_t nanoseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_usec * 1000;
}

/* Bytes that lie in memory now, 0 when it is not known. */
static uint64_t resident(const struct self *self)
{
    char text[128];
    ssize_t length = self->fd >= 0 ? pread(self->fd, text, sizeof(text) - 1, 0) : -1;
    if (length <= 0)
        return 0;
    text[length] = '\0';
    /* The first number is the size of the address space, the second is what of it is resident, both in pages. */
    const char *second = strchr(text, ' ');
    return second ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

void ps_self_measure(const struct self *self, uint64_t packets, struct ps_self_figures *ret_figures)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return;
    uint64_t now = resident(self), peak = (uint64_t)usage.ru_maxrss * 1024;
    *ret_figures = (struct ps_self_figures){
        .set = true,
        .packets = packets,
        .cpu_ns = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime),
        .memory = now ? now : peak,
        .memory_peak = peak > now ? peak : now,
    };
}
