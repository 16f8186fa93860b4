/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scratch memory.  Pieces lie side by side in regions; the first free place that is large enough is taken, so that places
 * that were used before come first.  Up to where a region was ever used is known: what lies behind is still zero, and not
 * touched before somebody writes to it.
 *
 * There are few pieces at a time, and none is asked for per packet or per flow: a list of places and a lock suffice.
 */
#include "portsniff/scratch.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE       ((size_t)1 << 20)
#define PAGE        ((size_t)4096)
#define HUGE_PAGE   ((size_t)2 << 20)
#define REGION      ((size_t)32 << 20)
#define REGIONS_MAX 32
#define PLACES_MAX  512

struct region {
    uint8_t *memory;
    size_t size, used_to; /* bytes; behind used_to nothing was ever handed out */
};

/* A piece of a region, or a gap between pieces. */
struct place {
    uint8_t *memory;
    size_t size;
    struct region *region;
    bool used;
};

static struct {
    pthread_mutex_t lock;
    struct region region[REGIONS_MAX];
    struct place place[PLACES_MAX]; /* region by region, in the order of their addresses */
    size_t regions, places, in_use, holds;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *map(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    (void)madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
}

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

/* The index of a new gap of at least `bytes`, or SIZE_MAX. */
static size_t add_region(size_t bytes)
{
    struct region *region = &pool.region[pool.regions];
    size_t size = round_up(bytes > REGION ? bytes : REGION, HUGE_PAGE);
    if (pool.regions == REGIONS_MAX || pool.places == PLACES_MAX)
        return SIZE_MAX;
    uint8_t *memory = map(size);
    if (memory == NULL)
        return SIZE_MAX;
    *region = (struct region){.memory = memory, .size = size};
    pool.regions++;
    pool.place[pool.places++] = (struct place){.memory = memory, .size = size, .region = region};
    return pool.places - 1;
}

static size_t find_gap(size_t bytes)
{
    for (size_t i = 0; i < pool.places; i++)
        if (!pool.place[i].used && pool.place[i].size >= bytes)
            return i;
    return add_region(bytes);
}

/* Leaves `bytes` of a gap and makes another one of the rest. */
static void split(size_t at, size_t bytes)
{
    struct place *place = &pool.place[at];
    if (place->size == bytes || pool.places == PLACES_MAX)
        return;
    memmove(place + 2, place + 1, (pool.places - at - 1) * sizeof(*place));
    pool.places++;
    place[1] = (struct place){
        .memory = place->memory + bytes, .size = place->size - bytes, .region = place->region, .used = false};
    place->size = bytes;
}

/* A piece, and how many bytes of it were used before; NULL: the pool has none. */
static void *take_piece(size_t bytes, size_t *ret_dirty)
{
    pthread_mutex_lock(&pool.lock);
    size_t at = find_gap(bytes);
    uint8_t *memory = NULL;
    if (at != SIZE_MAX) {
        split(at, bytes);
        struct place *place = &pool.place[at];
        struct region *region = place->region;
        size_t from = (size_t)(place->memory - region->memory);
        *ret_dirty = region->used_to > from ? region->used_to - from : 0;
        if (from + bytes > region->used_to)
            region->used_to = from + bytes;
        place->used = true;
        pool.in_use++;
        memory = place->memory;
    }
    pthread_mutex_unlock(&pool.lock);
    return memory;
}

/* Makes one gap of two that are side by side. */
static void join(size_t at)
{
    struct place *place = &pool.place[at];
    if (at + 1 >= pool.places || place->used || place[1].used || place->region != place[1].region)
        return;
    place->size += place[1].size;
    memmove(place + 1, place + 2, (pool.places - at - 2) * sizeof(*place));
    pool.places--;
}

static void give_back_regions(void)
{
    if (pool.in_use > 0 || pool.holds > 0)
        return;
    for (size_t i = 0; i < pool.regions; i++)
        (void)munmap(pool.region[i].memory, pool.region[i].size);
    pool.regions = pool.places = 0;
}

/* False: it is not of the pool. */
static bool put_piece(const void *memory)
{
    size_t at = 0;
    pthread_mutex_lock(&pool.lock);
    while (at < pool.places && pool.place[at].memory != memory)
        at++;
    bool found = at < pool.places;
    if (found) {
        pool.place[at].used = false;
        pool.in_use--;
        join(at);
        if (at > 0)
            join(at - 1);
        give_back_regions();
    }
    pthread_mutex_unlock(&pool.lock);
    return found;
}

static void *get(size_t count, size_t size, bool zeroed)
{
    if (size != 0 && count > (SIZE_MAX - HUGE_PAGE) / size)
        return NULL;
    size_t bytes = count * size, dirty = 0;
    if (bytes < LARGE)
        return zeroed ? calloc(bytes ? bytes : 1, 1) : malloc(bytes ? bytes : 1);
    bytes = round_up(bytes, PAGE);
    void *memory = take_piece(bytes, &dirty);
    if (memory == NULL)
        return map(bytes);
    if (zeroed)
        memset(memory, 0, dirty < bytes ? dirty : bytes);
    return memory;
}

void *ps_scratch_get(size_t count, size_t size)
{
    return get(count, size, true);
}

void *ps_scratch_take(size_t count, size_t size)
{
    return get(count, size, false);
}

void ps_scratch_put(void *memory, size_t count, size_t size)
{
    if (count * size < LARGE)
        free(memory);
    else if (memory != NULL && !put_piece(memory))
        (void)munmap(memory, round_up(count * size, PAGE));
}

void ps_scratch_hold(void)
{
    pthread_mutex_lock(&pool.lock);
    pool.holds++;
    pthread_mutex_unlock(&pool.lock);
}

void ps_scratch_release(void)
{
    pthread_mutex_lock(&pool.lock);
    pool.holds--;
    give_back_regions();
    pthread_mutex_unlock(&pool.lock);
}
