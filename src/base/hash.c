/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The seed of the keyed hash: from the kernel's random source, which needs no file and no permission.
 */
#include "portsniff/hash.h"

#include <sys/random.h>
#include <time.h>

const uint64_t *ps_hash_seed(void)
{
    static uint64_t seed[2];
    if (seed[0] == 0 && seed[1] == 0) {
        if (getrandom(seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed)) {
            /* Very early boot only: the clock is better than a constant. */
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            seed[0] = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u;
            seed[1] = (uint64_t)now.tv_sec ^ (uint64_t)(uintptr_t)&seed;
        }
        seed[1] |= 1;
    }
    return seed;
}
