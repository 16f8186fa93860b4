/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a snapshot shows beyond its numbers: runs the detectors over it, and puts into words what they saw.
 *
 * A detector reads the snapshot and nothing else: no packets, no clock, no network. What it cannot know from there,
 * it does not say.
 */
#include "portsniff/findings.h"

#include <stdlib.h>
#include <string.h>

#include "detectors.h"
#include "ephemeral.h"

/* In this order: scans are told once, by what they are, and not again by every port that refused them. */
static const struct ps_detector *const detectors[] = {
    &ps_detect_vertical_scan, &ps_detect_horizontal_scan, &ps_detect_failing_client, &ps_detect_refused,
    &ps_detect_silent,        &ps_detect_odd_service,     &ps_detect_clear_text,     &ps_detect_reserved_client,
    &ps_detect_exhaustion,    &ps_detect_port_zero,       &ps_detect_duplicates,     &ps_detect_disorder,
};

#define DETECTORS (sizeof detectors / sizeof detectors[0])

/* Every detector's sights, and a row for the rest of them. */
#define ROWS_MAX (DETECTORS * (PS_SIGHTS_MAX + 1))

static int say(struct ps_snapshot *snapshot, const struct ps_finding *finding, const struct ps_words *words)
{
    char *what = strdup(words->text);
    if (what == NULL)
        return -1;
    struct ps_finding *to = &snapshot->finding[snapshot->finding_count++];
    *to = *finding;
    to->what = what;
    return 0;
}

static int say_sight(struct ps_snapshot *snapshot, const struct ps_work *work, const struct ps_detector *detector,
                     const struct ps_sight *sight)
{
    struct ps_finding finding = {
        .severity = sight->severity,
        .kind = detector->kind,
        .why = detector->why,
        .next = detector->next,
        .transport = sight->transport,
        .has_port = sight->has_port,
        .port = sight->port,
        .family = sight->family,
        .address = sight->address,
        .packets = sight->extent.packets,
        .first_ns = sight->extent.first_ns,
        .last_ns = sight->extent.last_ns,
    };
    if (detector->advise != NULL)
        detector->advise(sight, &finding.why, &finding.next);
    struct ps_words words = {.used = 0};
    detector->tell(work, sight, &words);
    return say(snapshot, &finding, &words);
}

/* One row for the sights that found no room. It has no packets, and so stands behind those that did. */
static int say_rest(struct ps_snapshot *snapshot, const struct ps_detector *detector, const struct ps_sights *sights)
{
    struct ps_finding finding = {
        .severity = sights->more_severity,
        .kind = detector->kind,
        .why = detector->why,
        .next = detector->next,
        .first_ns = PS_TIME_NONE,
        .last_ns = PS_TIME_NONE,
    };
    struct ps_words words = {.used = 0};
    ps_words_add(&words, "And ");
    ps_words_number(&words, sights->more);
    ps_words_add(&words, " more: %s.", detector->rest);
    return say(snapshot, &finding, &words);
}

static int run(struct ps_snapshot *snapshot, struct ps_work *work, const struct ps_detector *detector)
{
    const struct ps_sights *sights = &work->sights;
    work->sights = (struct ps_sights){.count = 0};
    detector->detect(work);
    for (size_t i = 0; i < sights->count; i++) {
        if (say_sight(snapshot, work, detector, &sights->sight[i]) != 0)
            return -1;
    }
    return sights->more > 0 ? say_rest(snapshot, detector, sights) : 0;
}

/* Severity and packets descending, then kind, port and the words themselves. */
static int compare_findings(const void *left, const void *right)
{
    const struct ps_finding *a = left, *b = right;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    if (a->packets != b->packets)
        return a->packets > b->packets ? -1 : 1;
    int order = strcmp(a->kind, b->kind);
    if (order != 0)
        return order;
    if (a->port != b->port)
        return a->port < b->port ? -1 : 1;
    return strcmp(a->what, b->what);
}

static void forget(struct ps_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->finding_count; i++)
        free(snapshot->finding[i].what);
    free(snapshot->finding);
    free(snapshot->ephemeral);
    snapshot->finding = NULL;
    snapshot->ephemeral = NULL;
    snapshot->finding_count = snapshot->ephemeral_count = 0;
}

static int collect(struct ps_snapshot *snapshot, struct ps_work *work)
{
    struct ps_ephemeral ephemeral;
    snapshot->finding = calloc(ROWS_MAX, sizeof *snapshot->finding);
    if (snapshot->finding == NULL || ps_ephemeral_collect(snapshot, &work->selection.clients, &ephemeral) != 0)
        return -1;
    snapshot->ephemeral = ephemeral.row;
    snapshot->ephemeral_count = ephemeral.count;
    work->full = ephemeral.full;
    work->full_count = ephemeral.full_count;
    int failed = 0;
    for (size_t i = 0; failed == 0 && i < DETECTORS; i++)
        failed = run(snapshot, work, detectors[i]);
    qsort(snapshot->finding, snapshot->finding_count, sizeof *snapshot->finding, compare_findings);
    free(ephemeral.full);
    return failed;
}

int ps_findings_watch(struct ps_snapshot *snapshot, const struct ps_wish *wish)
{
    if (!(wish->tables & PS_TABLE_FINDINGS) || snapshot->watch.owner != NULL)
        return 0;
    snapshot->watch = (struct ps_flow_watch){
        .owner = ps_select_create(), .begin = ps_select_begin, .see = ps_select_see, .destroy = ps_select_destroy};
    return snapshot->watch.owner != NULL ? 0 : -1;
}

int ps_findings_collect(struct ps_snapshot *snapshot, const struct ps_names *names)
{
    forget(snapshot);
    if (!(snapshot->wish.tables & PS_TABLE_FINDINGS))
        return 0;
    struct ps_work work;
    int failed = ps_work_init(&work, snapshot, names);
    if (failed == 0)
        failed = collect(snapshot, &work);
    ps_work_finish(&work);
    if (snapshot->watch.owner != NULL) /* what it saw is used up */
        snapshot->watch.destroy(snapshot->watch.owner);
    snapshot->watch.owner = NULL;
    if (failed != 0)
        forget(snapshot);
    return failed;
}
