/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as a capture, through everything: reading, decoding, counting, findings, report.  Input: two bytes of
 * switches, then the file, compressed or not.
 *
 * Read by batches, by tiny blocks, by several threads or in parts that are merged, the report is the same to the byte; and
 * with tunnels looked through or not, the ledger has every packet once, with all its bytes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/source_private.h"
#include "engine/pipeline.h"
#include "portsniff/findings.h"
#include "portsniff/report.h"
#include "rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How a capture is counted, and what is reported of it. */
struct manner {
    unsigned threads; /* 0: by batches */
    uint32_t block_size;
    uint64_t cut; /* packets in the first part; 0: one part */
    unsigned views;
};

enum switches {
    INNER = 1,
    CREDIT = 2,
    BOTH_MODES = 4
};

/* What it came to. */
struct whole {
    bool opened;
    uint64_t packets, ledger_packets, ledger_bytes, input_bytes;
    struct ps_error error;
    char *report; /* owned; NULL: none */
    size_t length;
};

static const struct ps_decoder *decoder_of(unsigned switches)
{
    static struct ps_decoder *decoders[4];
    unsigned which = switches & (INNER | CREDIT);
    if (!decoders[which]) {
        const struct ps_decode_options options = {.tunnels_inner = which & INNER, .fragments_credit = which & CREDIT};
        decoders[which] = ps_decoder_create(&options);
    }
    rule(decoders[which] != NULL, "there is memory");
    return decoders[which];
}

/* The capture as a file that no disk has. */
static const char *file_of(const uint8_t *data, size_t size)
{
    static char path[40];
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("fuzzed", MFD_CLOEXEC);
    rule(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size, "there is room for a file");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return path;
}

/* --- counting --- */

struct tally {
    struct ps_account *account[2];
    struct ps_fragments *fragments[2];
};

static void tally_init(struct tally *tally, unsigned switches, bool parts)
{
    *tally = (struct tally){.account = {ps_account_create(), parts ? ps_account_create_part() : NULL}};
    for (int i = 0; i < (parts ? 2 : 1); i++) {
        tally->fragments[i] = switches & CREDIT ? ps_fragments_create(i == 0) : NULL;
        rule(tally->account[i] && (tally->fragments[i] || !(switches & CREDIT)), "there is memory");
    }
}

/* Joins the parts. */
static void tally_settle(struct tally *tally)
{
    if (tally->account[1])
        ps_account_merge(tally->account[0], tally->account[1]);
    if (tally->fragments[1])
        ps_fragments_merge(tally->fragments[0], tally->account[0], tally->fragments[1], tally->account[1]);
    if (tally->fragments[0])
        ps_fragments_settle(tally->fragments[0]);
    rule(ps_account_waiting(tally->account[0]) == 0, "nothing waits at the end");
    rule(!ps_account_failed(tally->account[0]), "there is memory");
}

static void tally_finish(struct tally *tally)
{
    for (int i = 0; i < 2; i++) {
        ps_fragments_destroy(tally->fragments[i]);
        ps_account_destroy(tally->account[i]);
    }
}

static void by_batches(struct ps_source *source, unsigned switches, uint64_t cut, struct tally *tally,
                       struct whole *whole)
{
    static struct ps_batch batch;
    static struct ps_keys keys;
    enum ps_next next;
    while ((next = ps_source_next(source, &batch)) == PS_NEXT_BATCH || next == PS_NEXT_NONE_YET) {
        if (next == PS_NEXT_NONE_YET)
            continue;
        ps_decode(decoder_of(switches), &batch, &keys);
        uint64_t before = whole->packets;
        size_t first = !cut ? keys.count : cut > before ? (size_t)(cut - before) : 0;
        first = first < keys.count ? first : keys.count;
        if (first > 0)
            ps_account_add(tally->account[0], tally->fragments[0], &keys, 0, first);
        if (first < keys.count)
            ps_account_add(tally->account[1], tally->fragments[1], &keys, first, keys.count);
        whole->packets += keys.count;
    }
    if (next == PS_NEXT_ERROR)
        whole->error = *ps_source_error(source);
}

static void by_blocks(struct ps_source *source, unsigned switches, const struct manner *manner, struct tally *tally,
                      struct whole *whole)
{
    static const volatile sig_atomic_t stop = 0;
    struct progress progress = {.wanted = false};
    const struct pipeline_job job = {.source = source,
                                     .decoder = decoder_of(switches),
                                     .account = tally->account[0],
                                     .fragments = tally->fragments[0],
                                     .progress = &progress,
                                     .stop = &stop,
                                     .threads = manner->threads};
    source->road.block_size = manner->block_size;
    ps_pipeline_run(&job, &whole->packets, &whole->error);
}

/* --- the report --- */

static void describe(const struct ps_source *source, unsigned switches, struct ps_snapshot *s)
{
    const struct ps_input *input = ps_source_input(source, 0);
    s->generator = "portsniff";
    s->mode_tunnels = switches & INNER ? "inner" : "outer";
    s->mode_fragments = switches & CREDIT ? "credit" : "header";
    s->final = true;
    s->input = calloc(1, sizeof(*s->input));
    rule(s->input != NULL, "there is memory");
    s->input_count = 1;
    s->input[0] = (struct ps_input_row){.name = input->name,
                                        .format = input->format,
                                        .link_type_count = input->link_type_count,
                                        .packets = input->packets,
                                        .bytes = input->bytes,
                                        .packets_read = input->packets_read,
                                        .damaged = input->damaged,
                                        .damage_offset = input->damage_offset,
                                        .damage = input->damage};
    memcpy(s->input[0].link_types, input->link_types, sizeof(input->link_types));
}

/* All rows of the views. */
static void write_report(const struct ps_source *source, unsigned switches, unsigned views, struct ps_account *account,
                         struct whole *whole)
{
    static struct ps_names *names;
    const struct ps_report_options options = {.format = PS_FORMAT_JSON, .views = views, .numeric = true, .width = 80};
    struct ps_snapshot snapshot;
    struct ps_out out;
    if (!names)
        rule(ps_names_create(NULL, 1, &names, NULL) == 0, "there are names");
    const struct ps_wish wish = ps_report_wish(&options);
    ps_account_set_evidence(account, ps_service_registered, NULL);
    ps_snapshot_init(&snapshot);
    rule(ps_findings_watch(&snapshot, &wish) == 0 && ps_account_collect(account, &wish, &snapshot) == 0 &&
             ps_findings_collect(&snapshot, names) == 0,
         "the account is collected");
    describe(source, switches, &snapshot);
    rule(ps_out_memory(&out) == 0 && ps_report_write(&snapshot, names, &options, &out) == 0, "there is memory");
    for (size_t i = 0; i < snapshot.ledger_count; i++) {
        whole->ledger_packets += snapshot.ledger[i].count.packets;
        whole->ledger_bytes += snapshot.ledger[i].count.bytes;
    }
    whole->report = out.buffer;
    whole->length = out.used;
    out.buffer = NULL;
    out.used = 0;
    ps_out_finish(&out);
    ps_snapshot_finish(&snapshot);
}

static void run(const char *path, unsigned switches, const struct manner *manner, struct whole *ret_whole)
{
    const struct ps_source_options options = {.paths = &path, .path_count = 1};
    struct ps_source *source = NULL;
    struct tally tally;
    *ret_whole = (struct whole){.opened = ps_source_open(&options, &source, &ret_whole->error) == 0};
    if (!ret_whole->opened)
        return;
    tally_init(&tally, switches, manner->cut > 0);
    if (manner->threads > 0)
        by_blocks(source, switches, manner, &tally, ret_whole);
    else
        by_batches(source, switches, manner->cut, &tally, ret_whole);
    tally_settle(&tally);
    ret_whole->input_bytes = ps_source_input(source, 0)->bytes;
    rule_same(ps_source_input(source, 0)->packets, ret_whole->packets, "the input knows its packets");
    write_report(source, switches, manner->views, tally.account[0], ret_whole);
    rule_same(ret_whole->ledger_packets, ret_whole->packets, "the ledger has every packet");
    rule_same(ret_whole->ledger_bytes, ret_whole->input_bytes, "the ledger has every byte");
    tally_finish(&tally);
    ps_source_close(source);
}

/* Some of the views, so that a run is quick, or all of them. */
static unsigned views_of(const uint8_t *data)
{
    static const unsigned some[] = {
        0xfff,
        PS_VIEW_PORTS | PS_VIEW_PAIRS | PS_VIEW_RANGES | PS_VIEW_HOSTS,
        PS_VIEW_SERVICES | PS_VIEW_FLOWS | PS_VIEW_EPHEMERAL,
        PS_VIEW_SUMMARY | PS_VIEW_TIMELINE | PS_VIEW_TUNNELS | PS_VIEW_LEDGER | PS_VIEW_FINDINGS,
    };
    unsigned views = some[data[0] >> 3 & 3];
    /* Of parts, a packet that was captured twice is not seen as such where the cut lies between. */
    bool parts = (data[1] & 3) == 1;
    return parts ? (views & ~(unsigned)(PS_VIEW_SUMMARY | PS_VIEW_FINDINGS)) : views;
}

static struct manner manner_of(const uint8_t *data, uint64_t packets)
{
    unsigned rest = data[1] / 4u, views = views_of(data);
    switch (data[1] & 3) {
    case 0:
        return (struct manner){.threads = 1, .block_size = 1 + rest * 8, .views = views};
    case 1:
        return (struct manner){.cut = packets * rest / 64, .views = views};
    default:
        return (struct manner){.threads = 2 + (data[1] & 1), .block_size = 16 + rest * 16, .views = views};
    }
}

static void must_equal(const struct whole *a, const struct whole *b)
{
    rule(a->opened == b->opened, "it is opened again");
    rule(strcmp(a->error.text, b->error.text) == 0, "the sentence is the same");
    rule_same(a->packets, b->packets, "there are as many packets");
    rule(a->length == b->length && memcmp(a->report, b->report, a->length) == 0, "the report is the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct whole expected, other;
    if (size < 2 || size > 65536)
        return 0;
    const char *path = file_of(data + 2, size - 2);
    const struct manner batches = {.views = views_of(data)}, ledger = {.views = PS_VIEW_LEDGER};
    run(path, data[0], &batches, &expected);
    if (!expected.opened)
        return 0;
    const struct manner manner = manner_of(data, expected.packets);
    run(path, data[0], &manner, &other);
    must_equal(&expected, &other);
    free(other.report);
    if (data[0] & BOTH_MODES) {
        run(path, data[0] ^ INNER, &ledger, &other);
        rule_same(expected.ledger_packets, other.ledger_packets, "inner and outer count the same packets");
        rule_same(expected.ledger_bytes, other.ledger_bytes, "inner and outer count the same bytes");
        free(other.report);
    }
    free(expected.report);
    return 0;
}
