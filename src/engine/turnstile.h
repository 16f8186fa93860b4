/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where threads pass one by one, in an order that is known beforehand: number 0 first, then 1, ...  What was written before
 * ps_turnstile_leave() is seen by whoever enters next.
 */
#ifndef PORTSNIFF_ENGINE_TURNSTILE_H
#define PORTSNIFF_ENGINE_TURNSTILE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct turnstile {
    _Alignas(64) _Atomic uint64_t turn; /* the number that may pass */
    _Atomic unsigned asleep;            /* threads that wait for `wake` */
    unsigned looks;                     /* at the turn, before going to sleep */
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

/* `crowded`: there are more threads than processors, so that looking on keeps another one from working. */
void ps_turnstile_init(struct turnstile *turnstile, bool crowded);
void ps_turnstile_finish(struct turnstile *turnstile);
/* Waits until it is the turn of `number`: for a moment by looking, then asleep. */
void ps_turnstile_enter(struct turnstile *turnstile, uint64_t number);
/* The next number may pass. */
void ps_turnstile_leave(struct turnstile *turnstile);

#endif
