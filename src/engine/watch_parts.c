/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The queue of accounts.
 */
#include "watch_parts.h"

#include <stdlib.h>

#include "portsniff/names.h"

static bool append(struct watch_parts *parts)
{
    struct watch_part *part = calloc(1, sizeof(*part));
    struct ps_account *account = parts->count ? ps_account_create_part() : ps_account_create();
    if (!part || !account) {
        free(part);
        ps_account_destroy(account);
        return false;
    }
    ps_account_set_evidence(account, ps_service_registered, NULL);
    ps_account_limit(account, parts->max_memory);
    part->account = account;
    part->is_first = parts->count == 0;
    parts->count++;
    if (parts->tail)
        parts->tail->next = part;
    else
        parts->head = part;
    parts->tail = part;
    return true;
}

bool ps_watch_parts_init(struct watch_parts *parts, uint64_t max_memory)
{
    *parts = (struct watch_parts){.max_memory = max_memory};
    return append(parts);
}

void ps_watch_part_destroy(struct watch_part *part)
{
    while (part) {
        struct watch_part *other = part->others;
        ps_account_destroy(part->account);
        ps_watch_facts_finish(&part->facts);
        free(part);
        part = other;
    }
}

void ps_watch_part_join(struct watch_part *part)
{
    for (const struct watch_part *other = part->others; other; other = other->others) {
        ps_account_merge(part->account, other->account);
        ps_watch_facts_add(&part->facts, &other->facts);
    }
    ps_watch_part_destroy(part->others);
    part->others = NULL;
}

void ps_watch_parts_finish(struct watch_parts *parts)
{
    while (parts->head) {
        struct watch_part *next = parts->head->next;
        ps_watch_part_destroy(parts->head);
        parts->head = next;
    }
    *parts = (struct watch_parts){0};
}

struct watch_part *ps_watch_parts_turn(struct watch_parts *parts, int64_t steady_ns)
{
    struct watch_part *over = parts->tail;
    if (!append(parts))
        return NULL;
    over->over_since_ns = steady_ns;
    return over;
}

struct watch_part *ps_watch_parts_take(struct watch_parts *parts, bool end)
{
    struct watch_part *oldest = parts->head;
    if (!oldest || (!end && (oldest == parts->tail || ps_account_waiting(oldest->account))))
        return NULL;
    parts->head = oldest->next;
    if (!parts->head)
        parts->tail = NULL;
    oldest->next = NULL;
    return oldest;
}

struct watch_part *ps_watch_parts_copy(const struct watch_parts *parts)
{
    struct watch_part *copy = calloc(1, sizeof(*copy));
    /* What is there begins where the capture begins only as long as nothing was taken out. */
    bool at_start = !copy || !parts->head || parts->head->is_first;
    struct ps_account *account = at_start ? ps_account_create() : ps_account_create_part();
    if (!copy || !account) {
        free(copy);
        ps_account_destroy(account);
        return NULL;
    }
    ps_account_set_evidence(account, ps_service_registered, NULL);
    ps_account_limit(account, parts->max_memory);
    for (const struct watch_part *part = parts->head; part; part = part->next)
        ps_account_merge(account, part->account);
    copy->account = account;
    return copy;
}

bool ps_watch_parts_abandon(struct watch_parts *parts, int64_t steady_ns)
{
    bool any = false;
    for (struct watch_part *part = parts->head; part && part != parts->tail; part = part->next) {
        if (ps_account_waiting(part->account) == 0 || steady_ns - part->over_since_ns < PS_PART_WAIT)
            continue;
        ps_account_abandon(part->account);
        any = true;
    }
    return any;
}
