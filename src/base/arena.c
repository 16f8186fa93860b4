/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Slabs come from mmap, because that yields zeros that are not touched yet.
 */
#include "portsniff/arena.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define FIRST_SLAB ((size_t)64 << 10)
#define HUGE_PAGE  ((size_t)2 << 20)
#define LINE       64

struct slab {
    struct slab *next;
    size_t size, used;
};

struct ps_arena {
    pthread_mutex_t lock;
    struct slab *slabs; /* the newest first */
    size_t total;       /* bytes of all slabs */
};

struct ps_arena *ps_arena_create(void)
{
    struct ps_arena *arena = calloc(1, sizeof(*arena));
    if (arena)
        pthread_mutex_init(&arena->lock, NULL);
    return arena;
}

void ps_arena_destroy(struct ps_arena *arena)
{
    if (!arena)
        return;
    while (arena->slabs) {
        struct slab *next = arena->slabs->next;
        munmap(arena->slabs, arena->slabs->size);
        arena->slabs = next;
    }
    pthread_mutex_destroy(&arena->lock);
    free(arena);
}

static void *map(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

/* At a multiple of a huge page, which only a kernel that wants to makes one of. */
static void *map_huge(size_t size)
{
    uint8_t *at = map(size + HUGE_PAGE);
    if (!at)
        return map(size);
    size_t before = (HUGE_PAGE - (uintptr_t)at % HUGE_PAGE) % HUGE_PAGE;
    if (before > 0)
        munmap(at, before);
    munmap(at + before + size, HUGE_PAGE - before);
    madvise(at + before, size, MADV_HUGEPAGE);
    return at + before;
}

/* As large as everything before it together, in whole huge pages once it is larger than one. */
static struct slab *add_slab(struct ps_arena *arena, size_t least)
{
    size_t size = arena->total > FIRST_SLAB ? arena->total : FIRST_SLAB;
    if (size > 4 * HUGE_PAGE)
        size = 4 * HUGE_PAGE;
    while (size < least + LINE)
        size *= 2;
    if (size >= HUGE_PAGE)
        size = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    struct slab *slab = size >= HUGE_PAGE ? map_huge(size) : map(size);
    if (!slab)
        return NULL;
    *slab = (struct slab){.next = arena->slabs, .size = size, .used = LINE};
    arena->slabs = slab;
    arena->total += size;
    return slab;
}

void *ps_arena_take(struct ps_arena *arena, size_t size)
{
    size = (size + LINE - 1) / LINE * LINE;
    pthread_mutex_lock(&arena->lock);
    struct slab *slab = arena->slabs;
    if (!slab || slab->size - slab->used < size)
        slab = add_slab(arena, size);
    void *piece = NULL;
    if (slab) {
        piece = (uint8_t *)slab + slab->used;
        slab->used += size;
    }
    pthread_mutex_unlock(&arena->lock);
    return piece;
}
