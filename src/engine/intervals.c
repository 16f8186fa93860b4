/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The queue of intervals.
 */
#include "intervals.h"

#include <stdlib.h>

#include "portsniff/names.h"

static bool append(struct intervals *intervals, bool set, int64_t start_ns, int64_t end_ns)
{
    struct interval *interval = calloc(1, sizeof(*interval));
    struct ps_account *account = intervals->count ? ps_account_create_part() : ps_account_create();
    if (!interval || !account) {
        free(interval);
        ps_account_destroy(account);
        return false;
    }
    if (intervals->max_memory) {
        ps_account_set_evidence(account, ps_service_registered, NULL);
        ps_account_limit(account, intervals->max_memory);
    }
    *interval = (struct interval){
        .account = account, .set = set, .start_ns = start_ns, .end_ns = end_ns, .number = ++intervals->count};
    if (intervals->tail)
        intervals->tail->next = interval;
    else
        intervals->head = interval;
    intervals->tail = interval;
    return true;
}

bool ps_intervals_init(struct intervals *intervals, uint64_t width_ns, uint64_t max_memory)
{
    *intervals = (struct intervals){.width_ns = width_ns, .max_memory = max_memory};
    return append(intervals, false, 0, 0);
}

void ps_interval_destroy(struct interval *interval)
{
    if (interval)
        ps_account_destroy(interval->account);
    free(interval);
}

void ps_intervals_finish(struct intervals *intervals)
{
    while (intervals->head) {
        struct interval *next = intervals->head->next;
        ps_interval_destroy(intervals->head);
        intervals->head = next;
    }
    *intervals = (struct intervals){0};
}

/* The border at or before a time: intervals are aligned to the clock. */
static int64_t border(int64_t time_ns, int64_t width)
{
    int64_t rest = time_ns % width;
    if (rest < 0)
        rest += width;
    return time_ns < INT64_MIN + rest ? time_ns : time_ns - rest;
}

static int64_t later(int64_t time_ns, int64_t by)
{
    return time_ns > INT64_MAX - by ? INT64_MAX : time_ns + by;
}

/* Opens intervals until one holds `time_ns`. */
static bool advance(struct intervals *intervals, int64_t time_ns)
{
    int64_t width = (int64_t)intervals->width_ns, end = intervals->tail->end_ns;
    int64_t start = border(time_ns, width);
    bool opened = true;
    uint64_t gap = start > end ? (uint64_t)start - (uint64_t)end : 0;
    if (gap / intervals->width_ns > PS_IDLE_INTERVALS_MAX)
        opened = append(intervals, true, end, start);
    while (opened && intervals->tail->end_ns < start) {
        end = intervals->tail->end_ns;
        opened = append(intervals, true, end, later(end, width));
    }
    end = intervals->tail->end_ns;
    return opened && append(intervals, true, start < end ? end : start, later(start, width));
}

struct ps_account *ps_intervals_at(struct intervals *intervals, int64_t time_ns)
{
    struct interval *now = intervals->tail;
    if (intervals->width_ns == 0 || time_ns == PS_TIME_NONE)
        return now->account;
    if (!now->set) {
        now->set = true;
        now->start_ns = border(time_ns, (int64_t)intervals->width_ns);
        now->end_ns = later(now->start_ns, (int64_t)intervals->width_ns);
    }
    if (time_ns >= now->end_ns && now->end_ns < INT64_MAX && !advance(intervals, time_ns))
        return NULL;
    return intervals->tail->account;
}

struct interval *ps_intervals_take(struct intervals *intervals, bool end)
{
    struct interval *oldest = intervals->head;
    if (!oldest || (!end && (oldest == intervals->tail || ps_account_waiting(oldest->account))))
        return NULL;
    intervals->head = oldest->next;
    if (!intervals->head)
        intervals->tail = NULL;
    oldest->next = NULL;
    return oldest;
}

bool ps_intervals_abandon(struct intervals *intervals)
{
    uint64_t open = intervals->head ? intervals->count - intervals->head->number + 1 : 0;
    if (open <= PS_OPEN_INTERVALS_MAX)
        return false;
    struct interval *interval = intervals->head;
    for (uint64_t i = 0; i < open / 2; i++, interval = interval->next)
        ps_account_abandon(interval->account);
    return true;
}
