/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scratch memory.  Fresh pages cost more than what is done with them, so that large arrays ask for few large ones; where
 * the system has none, they work all the same.
 */
#include "portsniff/scratch.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define LARGE ((size_t)2 << 20)

void *ps_scratch_get(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    size_t bytes = count * size;
    if (bytes < LARGE)
        return calloc(bytes ? bytes : 1, 1);
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    (void)madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
}

void ps_scratch_put(void *memory, size_t count, size_t size)
{
    if (count * size < LARGE)
        free(memory);
    else if (memory != NULL)
        (void)munmap(memory, count * size);
}
