/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Saves the packets that are counted: takes batches, decides when a file is full, and answers for what became of it.
 *
 * The format is pcapng (draft-ietf-opsawg-pcapng), whatever the name ends in: only there is room for several
 * interfaces, for nanoseconds, and for what was lost.
 */
#include "portsniff/save.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "portsniff/printable.h"
#include "saver.h"

#define SECOND         INT64_C(1000000000)
/* Blocks wait no longer than this for a full chunk; packed stretches should not be too short. */
#define WAIT_NS        (1 * SECOND)
#define WAIT_PACKED_NS (10 * SECOND)
/* Packets may come so much later than the clock says. */
#define LATE_NS        (1 * SECOND)
/* So many names are remembered, eight bytes each. */
#define KEEP_MAX       UINT64_C(1000000)

static int out_of_memory(struct ps_error *error)
{
    return ps_error_set(error, "cannot prepare saving: memory is out.");
}

/* --- opening --- */

static int check_options(const struct ps_save_options *options, bool rotates, struct ps_error *error)
{
    if (rotates && strcmp(options->path, "-") == 0)
        return ps_error_set(error, "cannot rotate (--rotate-...) what goes to standard output; name a file with -w.");
    if (options->keep_files > 0 && !rotates)
        return ps_error_set(error,
                            "--rotate-keep says how many files are kept, but nothing says when another begins; add "
                            "--rotate-size, --rotate-time or --rotate-count.");
    if (options->keep_files > KEEP_MAX)
        return ps_error_set(error, "--rotate-keep is at most 1000000 files.");
    if (options->rotate_ns > INT64_MAX)
        return ps_error_set(error, "--rotate-time is longer than time is counted.");
    if (options->comment && strlen(options->comment) > PS_OPTION_MAX)
        return ps_error_set(error, "--comment is longer than %u bytes, which is all that the format has room for.",
                            PS_OPTION_MAX);
    return 0;
}

/* The block that begins every section. */
static int prepare_section(struct ps_save *save, struct ps_error *error)
{
    struct utsname system;
    char name[sizeof(system.sysname) + sizeof(system.release) + 1] = "";
    bool known = uname(&system) == 0;
    if (known)
        snprintf(name, sizeof(name), "%s %s", system.sysname, system.release);
    const char *text = save->options.comment;
    size_t size = text ? strlen(text) + 1 : 1;
    char *comment = malloc(size);
    if (!comment)
        return out_of_memory(error);
    ps_printable(comment, size, text ? text : "");
    const struct ps_block_section_texts texts = {
        .comment = text ? comment : NULL,
        .hardware = known ? system.machine : NULL,
        .system = known ? name : NULL,
        .application = "portsniff " PS_VERSION,
    };
    ps_block_section(&save->section_header, &texts);
    free(comment);
    return save->section_header.failed ? out_of_memory(error) : 0;
}

static int prepare(struct ps_save *save, struct ps_error *error)
{
    const struct ps_save_options *options = &save->options;
    bool to_standard_output = strcmp(options->path, "-") == 0;
    save->rotates = options->rotate_bytes || options->rotate_ns || options->rotate_packets;
    save->facts.rotates = save->rotates;
    save->facts.to_standard_output = to_standard_output;
    save->facts.path = to_standard_output ? "standard output" : options->path;
    if (check_options(options, save->rotates, error) < 0 || prepare_section(save, error) < 0)
        return -1;
    if (!to_standard_output &&
        (ps_save_name_init(&save->name, options->path, options->packing, save->rotates, error) < 0 ||
         ps_save_place_init(&save->place, save->name.directory, error) < 0))
        return -1;
    enum ps_save_packing packing = to_standard_output ? options->packing : save->name.packing;
    bool packs = packing == PS_SAVE_GZIP || packing == PS_SAVE_ZSTD;
    if (packs && ps_save_packer_create(packing, &save->packer, error) < 0)
        return -1;
    save->chunk = packs ? PS_SAVE_PACKED_CHUNK : PS_SAVE_CHUNK;
    if (options->keep_files > 0)
        save->stamps = calloc(options->keep_files, sizeof(*save->stamps));
    if (!ps_block_need(&save->waiting, save->chunk) || (options->keep_files > 0 && !save->stamps))
        return out_of_memory(error);
    return to_standard_output ? ps_save_file_standard_output(&save->file, error) : 0;
}

int ps_save_open(const struct ps_save_options *options, struct ps_save **ret_save, struct ps_error *error)
{
    struct ps_save *save = calloc(1, sizeof(*save));
    if (!save)
        return out_of_memory(error);
    tzset(); /* looks for the zone's file once, even for UTC: not below a sandbox */
    save->options = *options;
    save->place.directory = save->file.fd = -1;
    save->now_ns = save->last_packet_ns = save->handed_over_ns = PS_TIME_NONE;
    if (prepare(save, error) < 0) {
        ps_save_close(save);
        return -1;
    }
    *ret_save = save;
    return 0;
}

int ps_save_directory(const struct ps_save *save)
{
    return save->place.directory;
}

bool ps_save_rotates(const struct ps_save *save)
{
    return save->rotates;
}

int ps_save_protect(struct ps_save *save, const char *path, struct ps_error *error)
{
    return ps_save_place_protect(&save->place, path) < 0 ? out_of_memory(error) : 0;
}

int ps_save_begin(struct ps_save *save, struct ps_error *error)
{
    if (save->rotates) {
        if (ps_save_place_try(&save->place, error) < 0)
            return -1;
    } else if (!ps_save_next_file(save, PS_TIME_NONE) || !ps_save_hand_over(save)) {
        if (error)
            *error = save->problem;
        return -1;
    }
    save->begun = true;
    return 0;
}

/* --- batches --- */

static bool is_open(const struct ps_save *save)
{
    return save->file.fd >= 0;
}

static bool is_over(const struct ps_save *save)
{
    return !save->begun || save->ended || save->facts.problem;
}

/* Whether this packet belongs into the next file. */
static bool is_full(const struct ps_save *save, const struct ps_packet *packet, uint64_t cost)
{
    const struct ps_save_options *options = &save->options;
    if (save->packets == 0 || !save->rotates)
        return false;
    if (options->rotate_packets && save->packets >= options->rotate_packets)
        return true;
    if (packet->time_ns >= save->period_end_ns && save->period_end_ns != INT64_MAX)
        return true;
    return options->rotate_bytes && save->length + cost + save->closing > options->rotate_bytes;
}

/* The first packet with a time decides which period the file is of. */
static inline void note_time(struct ps_save *save, int64_t time_ns)
{
    if (time_ns == PS_TIME_NONE)
        return;
    if (save->first_ns == PS_TIME_NONE) {
        save->first_ns = save->last_ns = time_ns;
        ps_save_set_period(save, time_ns);
    }
    if (time_ns < save->first_ns)
        save->first_ns = time_ns;
    if (time_ns > save->last_ns)
        save->last_ns = time_ns;
    save->last_packet_ns = time_ns;
}

static bool put_by_road(struct ps_save *save, const struct ps_packet *packet)
{
    enum ps_save_road road;
    struct ps_save_origin *origin = ps_save_origin_of(save, packet->source);
    if (!origin) {
        ps_error_set(&save->problem, "cannot go on saving: memory is out; counting goes on.");
        return ps_save_stop(save, ENOMEM);
    }
    uint64_t cost = ps_save_cost(save, origin, packet, &road);
    if (!is_open(save) || is_full(save, packet, cost)) {
        if ((is_open(save) && !ps_save_end_file(save)) || !ps_save_next_file(save, packet->time_ns))
            return false;
        ps_save_cost(save, origin, packet, &road);
    }
    if (!ps_save_put_packet(save, origin, packet, road))
        return false;
    origin->delivered++;
    return true;
}

/* Nearly every packet: the interface is the one that its input's last packet had, and the file goes on. */
static bool put_known(struct ps_save *save, const struct ps_packet *packet)
{
    if (packet->source >= save->origin_count || !is_open(save) || packet->time_ns < 0)
        return false;
    struct ps_save_origin *origin = &save->origin[packet->source];
    size_t size = ps_block_enhanced_size(packet->captured);
    if (origin->section != save->section || origin->met_link_type != packet->link_type || is_full(save, packet, size) ||
        save->waiting.used + size > save->chunk)
        return false;
    ps_block_enhanced(save->waiting.bytes + save->waiting.used, packet, origin->id, (uint64_t)packet->time_ns);
    save->waiting.used += size;
    save->length += size;
    origin->delivered++;
    return true;
}

bool ps_save_batch(struct ps_save *save, const struct ps_batch *batch, struct ps_error *error)
{
    if (is_over(save)) {
        save->facts.missed += batch->count;
        return true;
    }
    for (size_t i = 0; i < batch->count; i++) {
        const struct ps_packet *packet = &batch->packet[i];
        if (!put_known(save, packet) && !put_by_road(save, packet)) {
            save->facts.missed += batch->count - i;
            if (error)
                *error = save->problem;
            return false;
        }
        save->packets++;
        save->packets_waiting++;
        note_time(save, packet->time_ns);
    }
    return true;
}

/* --- time that passes without packets --- */

static bool tick(struct ps_save *save)
{
    const int64_t now = save->now_ns, wait = save->packer ? WAIT_PACKED_NS : WAIT_NS;
    if (!is_open(save))
        return true;
    if (now < save->period_start_ns) /* the clock was set back: the period ends by the new time */
        ps_save_set_period(save, now);
    if (save->period_end_ns < INT64_MAX - LATE_NS && now >= save->period_end_ns + LATE_NS)
        return ps_save_end_file(save);
    const int64_t last = save->handed_over_ns;
    bool waited = last == PS_TIME_NONE || now < last || now - last >= wait;
    if (!waited && save->file.regular)
        return true;
    save->handed_over_ns = now;
    return ps_save_hand_over(save);
}

bool ps_save_tick(struct ps_save *save, int64_t now_ns, struct ps_error *error)
{
    save->now_ns = now_ns;
    if (is_over(save) || tick(save))
        return true;
    if (error)
        *error = save->problem;
    return false;
}

/* --- the end --- */

bool ps_save_end(struct ps_save *save, struct ps_error *error)
{
    if (is_over(save))
        return true;
    bool empty = save->facts.files == 0;
    bool good = (!empty || ps_save_next_file(save, save->now_ns)) && (!is_open(save) || ps_save_end_file(save));
    save->ended = true;
    if (!good && error)
        *error = save->problem;
    return good;
}

void ps_save_facts(const struct ps_save *save, struct ps_save_facts *ret_facts)
{
    *ret_facts = save->facts;
    ret_facts->last = save->file.shown;
}

void ps_save_close(struct ps_save *save)
{
    if (!save)
        return;
    ps_save_end(save, NULL);
    ps_save_file_close(&save->file);
    ps_save_place_finish(&save->place);
    ps_save_name_finish(&save->name);
    ps_save_packer_destroy(save->packer);
    ps_save_described_finish(&save->described);
    for (size_t i = 0; i < save->origin_count; i++)
        free(save->origin[i].name);
    free(save->origin);
    free(save->file.shown);
    free(save->section_header.bytes);
    free(save->scratch.bytes);
    free(save->waiting.bytes);
    free(save->stamps);
    free(save);
}
