/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tells the service manager how the run is: the datagram protocol of sd_notify(3), which is a few words in a socket whose
 * name stands in NOTIFY_SOCKET.  Written here because the socket must be opened before the sandbox is closed, and
 * libsystemd opens one for each message.  Without a service manager all of it does nothing.
 */
#ifndef PORTSNIFF_ENGINE_NOTIFY_H
#define PORTSNIFF_ENGINE_NOTIFY_H

#include <stdint.h>

struct notify {
    int fd;              /* -1: nobody wants to be told */
    int64_t watchdog_ns; /* a sign of life is due every so often; 0: is not wanted */
    int64_t next_ns;     /* monotonic time of the next one */
};

/* Reads the environment and opens the socket; before the sandbox. */
void ps_notify_open(struct notify *notify);
void ps_notify_close(struct notify *notify);
/* One message, "READY=1" or several lines. */
void ps_notify_send(const struct notify *notify, const char *message);
/* To be called often: sends the sign of life when it is due. */
void ps_notify_alive(struct notify *notify, int64_t steady_ns);

#endif
