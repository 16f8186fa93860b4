/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The heap keeps what is freed in its middle: pieces are taken, then one more, and all but that one are given back.
 * They are smaller than what the C library maps by itself, which would go back to the system at once.
 */
#include "portsniff/reserve.h"

#include <stdlib.h>

#define PIECE ((size_t)16 * 1024)
#define PIN   64

/* What was taken, each the next one's address. */
struct piece {
    struct piece *next;
};

static void give_back(struct piece *piece)
{
    while (piece) {
        struct piece *next = piece->next;
        free(piece);
        piece = next;
    }
}

void *ps_reserve(size_t size)
{
    struct piece *taken = NULL;
    for (size_t have = 0; have < size; have += PIECE) {
        struct piece *piece = malloc(PIECE);
        if (!piece) {
            give_back(taken);
            return NULL;
        }
        piece->next = taken;
        taken = piece;
    }
    void *pin = malloc(PIN);
    give_back(taken);
    return pin;
}
