/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocks wait in one large buffer and are handed to the system in few calls, always whole ones: whatever ends the run,
 * the file ends with a whole block, but for a write that was torn by the end itself.  And how saving stops.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "saver.h"

/* What to do about it; a sentence that begins with a blank, or nothing. */
static const char *advice_for(int why)
{
    switch (why) {
    case ENOSPC:
    case EDQUOT:
        return " Make room, or keep fewer files (--rotate-keep), and start anew.";
    case EFBIG:
        return " Raise the limit (ulimit -f), or begin another file earlier (--rotate-size), and start anew.";
    case EIO:
        return " Look after the disk (dmesg), and save elsewhere.";
    case EROFS:
        return " Save elsewhere.";
    default:
        return "";
    }
}

bool ps_save_stop(struct ps_save *save, int why)
{
    struct ps_save_facts *facts = &save->facts;
    facts->problem = save->problem.text;
    facts->problem_number = why;
    facts->missed += save->packets_waiting;
    save->packets_waiting = 0;
    save->waiting.used = 0;
    ps_save_file_close(&save->file);
    return false;
}

/* The sentence for a file that cannot be written on. */
static bool stop_writing(struct ps_save *save, int why)
{
    uint64_t inside = save->packets - save->packets_waiting;
    if (!save->begun)
        ps_error_set(&save->problem, "cannot write to %s: %s.%s", save->file.shown, strerror(why), advice_for(why));
    else if (why == EPIPE)
        ps_error_set(&save->problem,
                     "saving to %s stopped after %" PRIu64 " packets: nobody reads it any more; counting goes on.",
                     save->file.shown, inside);
    else
        ps_error_set(&save->problem,
                     "cannot write to %s: %s; %" PRIu64 " packets are saved in it, no more will be, and counting "
                     "goes on.%s",
                     save->file.shown, strerror(why), inside, advice_for(why));
    return ps_save_stop(save, why);
}

int ps_save_end_packed(struct ps_save *save)
{
    const uint8_t *bytes;
    size_t length = save->packer ? ps_save_pack_end(save->packer, &bytes) : 0, written;
    int why = length > 0 ? ps_save_file_write(&save->file, bytes, length, &written) : 0;
    save->facts.bytes += why ? 0 : length;
    return why;
}

/* A write took some bytes only: those that are whole blocks count, and the rest is cut off. */
static bool stop_torn(struct ps_save *save, int why, size_t written)
{
    uint64_t packets = 0;
    size_t whole = save->packer ? 0 : ps_block_whole(save->waiting.bytes, written, &packets);
    save->file.length += whole;
    save->facts.bytes += whole;
    save->facts.packets += packets;
    save->packets_waiting -= packets;
    ps_save_file_cut(&save->file, save->file.length);
    ps_save_end_packed(save);
    return stop_writing(save, why);
}

static bool stop_packing(struct ps_save *save)
{
    ps_error_set(&save->problem,
                 "cannot compress what goes to %s: memory is out; %" PRIu64
                 " packets are saved in it, no more will be, "
                 "and counting goes on.",
                 save->file.shown, save->packets - save->packets_waiting);
    ps_save_end_packed(save);
    return ps_save_stop(save, ENOMEM);
}

static bool stop_deleted(struct ps_save *save)
{
    ps_error_set(&save->problem,
                 "%s was deleted while it was written, %" PRIu64 " packets with it; no more will be saved, and "
                 "counting goes on.",
                 save->file.shown, save->packets);
    return ps_save_stop(save, ENOENT);
}

bool ps_save_hand_over(struct ps_save *save)
{
    const uint8_t *bytes = save->waiting.bytes;
    size_t length = save->waiting.used, written;
    if (ps_save_file_deleted(&save->file))
        return stop_deleted(save);
    if (length == 0)
        return true;
    if (save->packer && ps_save_pack(save->packer, bytes, length, &bytes, &length) < 0)
        return stop_packing(save);
    int why = ps_save_file_write(&save->file, bytes, length, &written);
    if (why)
        return stop_torn(save, why, written);
    save->file.length += length;
    save->facts.bytes += length;
    save->facts.packets += save->packets_waiting;
    save->packets_waiting = 0;
    save->waiting.used = 0;
    return true;
}

uint8_t *ps_save_room(struct ps_save *save, size_t size)
{
    struct ps_block_bytes *waiting = &save->waiting;
    if (waiting->used + size > save->chunk && waiting->used > 0 && !ps_save_hand_over(save))
        return NULL;
    if (!ps_block_need(waiting, size)) {
        ps_error_set(&save->problem, "cannot go on saving to %s: memory is out; counting goes on.", save->file.shown);
        ps_save_stop(save, ENOMEM);
        return NULL;
    }
    uint8_t *at = waiting->bytes + waiting->used;
    waiting->used += size;
    save->length += size;
    return at;
}
