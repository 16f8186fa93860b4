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
        ps_account_limit_share(account, intervals->max_memory, 2 * PS_OPEN_INTERVALS_BOUNDED);
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

bool ps_intervals_hold(const struct intervals *intervals, int64_t time_ns)
{
    const struct interval *now = intervals->tail;
    if (intervals->width_ns == 0 || time_ns == PS_TIME_NONE)
        return true;
    return now->set && (time_ns < now->end_ns || now->end_ns == INT64_MAX);
}

/* Opens an interval of the gap between `end` and `start`. */
static bool step_idle(struct intervals *intervals, int64_t end, int64_t start)
{
    uint64_t gap = (uint64_t)start - (uint64_t)end;
    bool spent = intervals->idle >= PS_IDLE_INTERVALS_ALL;
    if (spent || gap / intervals->width_ns > PS_IDLE_INTERVALS_MAX) {
        intervals->idle_cut |= spent && gap > intervals->width_ns;
        return append(intervals, true, end, start);
    }
    intervals->idle++;
    return append(intervals, true, end, later(end, (int64_t)intervals->width_ns));
}

bool ps_intervals_step(struct intervals *intervals, int64_t time_ns)
{
    struct interval *now = intervals->tail;
    int64_t width = (int64_t)intervals->width_ns, start = border(time_ns, width), end = now->end_ns;
    if (!now->set) {
        now->set = true;
        now->start_ns = start;
        now->end_ns = later(start, width);
        return true;
    }
    if (start > end)
        return step_idle(intervals, end, start);
    return append(intervals, true, start < end ? end : start, later(start, width));
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
    if (open <= (intervals->max_memory ? PS_OPEN_INTERVALS_BOUNDED : PS_OPEN_INTERVALS_MAX))
        return false;
    struct interval *interval = intervals->head;
    for (uint64_t i = 0; i < open / 2; i++, interval = interval->next)
        ps_account_abandon(interval->account);
    return true;
}
