/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The turn is a number that only its holder moves on, so passing costs one read and one write where nobody waits.
 */
#include "turnstile.h"

/* Looks at the turn before going to sleep: about a tenth of a millisecond, the length of the steps that are waited for,
 * since to be woken takes as long; or a microsecond. */
#define LOOKS_ALONE   6000
#define LOOKS_CROWDED 50

void ps_turnstile_init(struct turnstile *t, bool crowded)
{
    t->looks = crowded ? LOOKS_CROWDED : LOOKS_ALONE;
    atomic_init(&t->turn, 0);
    atomic_init(&t->asleep, 0);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->wake, NULL);
}

void ps_turnstile_finish(struct turnstile *t)
{
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
}

static void sleep_until(struct turnstile *t, uint64_t number)
{
    pthread_mutex_lock(&t->lock);
    /* Counted before the turn is looked at once more: whoever moves it on looks at the count behind that. */
    atomic_fetch_add(&t->asleep, 1);
    while (atomic_load(&t->turn) != number)
        pthread_cond_wait(&t->wake, &t->lock);
    atomic_fetch_sub(&t->asleep, 1);
    pthread_mutex_unlock(&t->lock);
}

void ps_turnstile_enter(struct turnstile *t, uint64_t number)
{
    for (unsigned i = 0; i < t->looks; i++) {
        if (atomic_load_explicit(&t->turn, memory_order_acquire) == number)
            return;
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#endif
    }
    sleep_until(t, number);
}

void ps_turnstile_leave(struct turnstile *t)
{
    atomic_fetch_add(&t->turn, 1);
    if (atomic_load(&t->asleep) == 0)
        return;
    pthread_mutex_lock(&t->lock);
    pthread_cond_broadcast(&t->wake);
    pthread_mutex_unlock(&t->lock);
}
