/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signals of a live capture.
 */
#include "watch_signals.h"

#include <stddef.h>

struct watch_signals ps_watch_signals;

static void on_signal(int number)
{
    switch (number) {
    case SIGHUP:
        ps_watch_signals.hangup = 1;
        break;
    case SIGUSR1:
        ps_watch_signals.report = 1;
        break;
    case SIGWINCH:
        ps_watch_signals.resize = 1;
        break;
    default:
        ps_watch_signals.end = 1;
        break;
    }
}

void ps_watch_signals_catch(void)
{
    /* Without SA_RESTART: a signal ends the wait for packets. */
    static const struct {
        int number, flags;
    } caught[] = {{SIGINT, (int)SA_RESETHAND}, {SIGTERM, (int)SA_RESETHAND}, {SIGHUP, 0}, {SIGUSR1, 0}, {SIGWINCH, 0}};
    ps_watch_signals = (struct watch_signals){0};
    for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
        struct sigaction before, action = {.sa_handler = on_signal, .sa_flags = caught[i].flags};
        if (sigaction(caught[i].number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(caught[i].number, &action, NULL);
    }
}
