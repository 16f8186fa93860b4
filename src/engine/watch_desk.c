/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The thread that shows intervals.
 */
#include "watch_desk.h"

#include <signal.h>
#include <stdlib.h>

#include "portsniff/names.h"

/* Everything so far in tables of their own: those of the whole stay as they are. */
static int show_all(struct watch_desk *desk, const struct watch_order *order)
{
    struct ps_account *all = ps_account_create();
    if (!all)
        return -1;
    ps_account_set_evidence(all, ps_service_registered, NULL);
    ps_account_limit(all, desk->max_memory);
    ps_account_merge(all, desk->total);
    if (order->part)
        ps_account_merge(all, order->part->account);
    int result = ps_watch_report_all(desk->report, all, order->part ? &order->part->facts : &desk->facts, false);
    ps_account_destroy(all);
    return result;
}

/* Adds an interval to the whole. */
static int add_part(struct watch_desk *desk, struct watch_part *part)
{
    struct watch_facts *facts = &desk->facts, *now = &part->facts;
    ps_account_merge(desk->total, part->account);
    ps_account_age(desk->total);
    now->loss.kernel += facts->loss.kernel;
    now->loss.interface += facts->loss.interface;
    now->loss.backlog += facts->loss.backlog;
    now->unsaved += facts->unsaved;
    ps_watch_facts_finish(facts);
    *facts = *now;
    *now = (struct watch_facts){.input = NULL};
    return ps_account_failed(desk->total) ? -1 : 0;
}

static int do_order(struct watch_desk *desk, const struct watch_order *order)
{
    int result = 0;
    switch (order->kind) {
    case WATCH_ORDER_PART:
        ps_watch_part_join(order->part);
        result = ps_watch_report_part(desk->report, order->part, desk->total);
        return result ? result : add_part(desk, order->part);
    case WATCH_ORDER_ALL:
        return show_all(desk, order);
    case WATCH_ORDER_RESIZE:
        ps_watch_report_resize(desk->report);
        return 0;
    case WATCH_ORDER_REOPEN:
        ps_watch_report_reopen(desk->report);
        return 0;
    }
    return result;
}

static void forget(struct watch_order *order)
{
    ps_watch_part_destroy(order->part);
    free(order);
}

static void finish_order(struct watch_desk *desk, struct watch_order *order)
{
    if (!atomic_load(&desk->failed) && do_order(desk, order))
        atomic_store(&desk->failed, true);
    if (desk->report->output.out.failure)
        atomic_store(&desk->ended, true);
    forget(order);
}

static uint64_t packets_in(const struct watch_order *order)
{
    uint64_t packets = 0;
    for (const struct watch_part *part = order->part; part; part = part->others)
        packets += part->packets;
    return packets;
}

/* Whether an order with so many packets has to wait until others are done. */
static bool is_full(const struct watch_desk *desk, uint64_t packets)
{
    return desk->waiting > 0 && (desk->waiting >= PS_DESK_WAITING || desk->waiting_packets + packets > PS_DESK_PACKETS);
}

static void *work(void *context)
{
    struct watch_desk *desk = context;
    pthread_mutex_lock(&desk->lock);
    for (;;) {
        while (!desk->head && !desk->closing)
            pthread_cond_wait(&desk->changed, &desk->lock);
        struct watch_order *order = desk->head;
        if (!order)
            break;
        desk->head = order->next;
        if (!desk->head)
            desk->tail = NULL;
        desk->waiting--;
        desk->waiting_packets -= packets_in(order);
        pthread_cond_broadcast(&desk->changed);
        pthread_mutex_unlock(&desk->lock);
        finish_order(desk, order);
        pthread_mutex_lock(&desk->lock);
    }
    pthread_mutex_unlock(&desk->lock);
    return NULL;
}

void ps_watch_desk_open(struct watch_desk *desk, struct watch_report *report, struct ps_account *total,
                        uint64_t max_memory)
{
    sigset_t all, before;
    *desk = (struct watch_desk){.report = report, .total = total, .max_memory = max_memory};
    pthread_mutex_init(&desk->lock, NULL);
    pthread_cond_init(&desk->changed, NULL);
    /* Signals are the loop's: they end its wait for packets. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    desk->is_thread = pthread_create(&desk->thread, NULL, work, desk) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool ps_watch_desk_order(struct watch_desk *desk, enum watch_order_kind kind, struct watch_part *part)
{
    struct watch_order *order = calloc(1, sizeof(*order));
    if (!order) {
        ps_watch_part_destroy(part);
        return false;
    }
    order->kind = kind;
    order->part = part;
    if (!desk->is_thread) {
        finish_order(desk, order);
        return true;
    }
    pthread_mutex_lock(&desk->lock);
    while (is_full(desk, packets_in(order)))
        pthread_cond_wait(&desk->changed, &desk->lock);
    if (desk->tail)
        desk->tail->next = order;
    else
        desk->head = order;
    desk->tail = order;
    desk->waiting++;
    desk->waiting_packets += packets_in(order);
    pthread_cond_broadcast(&desk->changed);
    pthread_mutex_unlock(&desk->lock);
    return true;
}

void ps_watch_desk_close(struct watch_desk *desk)
{
    if (!desk->report)
        return;
    if (desk->is_thread) {
        pthread_mutex_lock(&desk->lock);
        desk->closing = true;
        pthread_cond_broadcast(&desk->changed);
        pthread_mutex_unlock(&desk->lock);
        pthread_join(desk->thread, NULL);
    }
    pthread_mutex_destroy(&desk->lock);
    pthread_cond_destroy(&desk->changed);
    ps_watch_facts_finish(&desk->facts);
    desk->report = NULL;
}
