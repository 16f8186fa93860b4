/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The seed of the keyed hash: from the kernel's random source, which needs no file and no permission.  It is drawn before
 * main(), so that no caller has to ask whether it is there and threads only read it.
 */
#include "portsniff/hash.h"

#include <sys/random.h>
#include <time.h>

uint64_t ps_hash_random[PS_HASH_SEED];

__attribute__((constructor)) static void draw(void)
{
    if (getrandom(ps_hash_random, sizeof(ps_hash_random), GRND_NONBLOCK) != (ssize_t)sizeof(ps_hash_random)) {
        /* Very early boot only: clock and address are better than constants. */
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        uint64_t state = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec ^ (uint64_t)(uintptr_t)&now;
        for (unsigned i = 0; i < PS_HASH_SEED; i++) {
            state += 0x9e3779b97f4a7c15u;
            ps_hash_random[i] = ps_hash_fold(state ^ 0xe7037ed1a0b428dbu, state);
        }
    }
    ps_hash_random[1] |= 1; /* ps_hash_pair() multiplies by it */
}
