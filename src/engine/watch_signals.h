/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signals of a live capture, as flags that the loop looks at.  The first of those that end it is noted, the second of the
 * same kind ends the program at once.  A signal that the one who started the program wanted to be ignored stays so.
 */
#ifndef PORTSNIFF_ENGINE_WATCH_SIGNALS_H
#define PORTSNIFF_ENGINE_WATCH_SIGNALS_H

#include <signal.h>

struct watch_signals {
    volatile sig_atomic_t end;    /* SIGINT, SIGTERM */
    volatile sig_atomic_t hangup; /* SIGHUP */
    volatile sig_atomic_t report; /* SIGUSR1 */
    volatile sig_atomic_t resize; /* SIGWINCH */
};

/* Set by the handlers, cleared by the loop. */
extern struct watch_signals ps_watch_signals;

void ps_watch_signals_catch(void);

#endif
