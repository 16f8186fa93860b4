/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The notify socket: sd_notify(3), "Notes", and sd_watchdog_enabled(3) for the sign of life.
 */
#include "notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The address that `name` stands for: a path, or '@' and a name in the abstract name space.  0: it is neither. */
static socklen_t address_of(const char *name, struct sockaddr_un *address)
{
    size_t length = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || length < 2 || length >= sizeof(address->sun_path))
        return 0;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, name, length);
    if (name[0] == '@')
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/* A number of the environment, 0 when it is none. */
static unsigned long long number_of(const char *name)
{
    const char *text = getenv(name);
    char *end = NULL;
    unsigned long long number = text ? strtoull(text, &end, 10) : 0;
    return text && *text && *end == '\0' ? number : 0;
}

void ps_notify_open(struct notify *notify)
{
    *notify = (struct notify){.fd = -1};
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    socklen_t length = name ? address_of(name, &address) : 0;
    if (length == 0)
        return;
    /* A service manager that does not read must not stop the counting. */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, length) != 0) {
        close(fd);
        fd = -1;
    }
    notify->fd = fd;
    unsigned long long watchdog_us = number_of("WATCHDOG_USEC"), pid = number_of("WATCHDOG_PID");
    if (fd >= 0 && (pid == 0 || pid == (unsigned long long)getpid()) && watchdog_us <= INT64_MAX / 1000)
        notify->watchdog_ns = (int64_t)watchdog_us * 1000 / 2;
}

void ps_notify_close(struct notify *notify)
{
    if (notify->fd >= 0)
        close(notify->fd);
    notify->fd = -1;
}

void ps_notify_send(const struct notify *notify, const char *message)
{
    /* write() and not send(), which the sandbox need not allow then; nothing hangs on a message that is lost. */
    if (notify->fd >= 0 && write(notify->fd, message, strlen(message)) < 0)
        return;
}

void ps_notify_alive(struct notify *notify, int64_t steady_ns)
{
    if (notify->watchdog_ns == 0 || steady_ns < notify->next_ns)
        return;
    notify->next_ns = steady_ns + notify->watchdog_ns;
    ps_notify_send(notify, "WATCHDOG=1");
}
