/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One file after the other: begins and ends them, and deletes the oldest where only so many are kept.
 *
 * The oldest goes before the next one is begun, so that the disk never holds more than was asked for.  Only files of
 * this run are deleted.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "saver.h"

void ps_save_set_period(struct ps_save *save, int64_t time_ns)
{
    int64_t width = (int64_t)save->options.rotate_ns, rest;
    save->period_start_ns = INT64_MIN;
    save->period_end_ns = INT64_MAX;
    if (width == 0 || time_ns == PS_TIME_NONE)
        return;
    rest = time_ns % width;
    rest += rest < 0 ? width : 0;
    if (time_ns < INT64_MIN + rest)
        return;
    save->period_start_ns = time_ns - rest;
    save->period_end_ns = save->period_start_ns > INT64_MAX - width ? INT64_MAX : save->period_start_ns + width;
}

/* A time for a name when the packet has none: that of the packet before, or of the clock. */
static int64_t time_for_name(const struct ps_save *save, int64_t time_ns)
{
    if (time_ns != PS_TIME_NONE)
        return time_ns;
    if (save->last_packet_ns != PS_TIME_NONE)
        return save->last_packet_ns;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Deletes the file that is one too many once file `number` exists, and remembers the new one. */
static void make_room(struct ps_save *save, uint64_t number, int64_t time_ns)
{
    char oldest[NAME_MAX + 1];
    uint64_t keep = save->options.keep_files;
    if (!save->stamps)
        return;
    int64_t *stamp = &save->stamps[number % keep];
    if (number > keep) {
        ps_save_name_rotated(&save->name, number - keep, *stamp, oldest);
        if (unlinkat(save->place.directory, oldest, 0) == 0 || errno == ENOENT)
            save->facts.deleted++;
        else
            save->facts.undeletable++;
    }
    *stamp = time_ns;
}

static bool stop_at_file(struct ps_save *save, int why, const struct ps_error *error)
{
    if (save->begun)
        ps_error_set(&save->problem,
                     "%s Saving stopped after %" PRIu64 " packets in %" PRIu64 " files; counting goes on.", error->text,
                     save->facts.packets, save->facts.files);
    else
        save->problem = *error;
    return ps_save_stop(save, why);
}

static bool open_file(struct ps_save *save, int64_t time_ns)
{
    char name[NAME_MAX + 1];
    struct ps_error error;
    int why;
    if (save->rotates) {
        int64_t stamp = time_for_name(save, time_ns);
        uint64_t number = save->facts.files + 1;
        make_room(save, number, stamp);
        ps_save_name_rotated(&save->name, number, stamp, name);
    } else {
        ps_save_name_single(&save->name, name);
    }
    if (ps_save_file_open(&save->file, &save->place, name, save->rotates, &why, &error) == 0)
        return true;
    return stop_at_file(save, why, &error);
}

bool ps_save_next_file(struct ps_save *save, int64_t time_ns)
{
    if (!save->file.standard_output && !open_file(save, time_ns))
        return false;
    save->facts.files++;
    save->length = save->packets = 0;
    save->first_ns = save->last_ns = PS_TIME_NONE;
    for (size_t i = 0; i < save->origin_count; i++)
        save->origin[i].delivered = 0;
    ps_save_set_period(save, time_ns);
    return ps_save_put_section(save) && ps_save_describe_known(save);
}

bool ps_save_end_file(struct ps_save *save)
{
    /* A quiet stretch at the end was captured too. */
    int64_t quiet_until = save->now_ns < save->period_end_ns ? save->now_ns : save->period_end_ns;
    if (save->now_ns != PS_TIME_NONE && quiet_until > save->last_ns)
        save->last_ns = quiet_until;
    if (!ps_save_put_statistics(save) || !ps_save_hand_over(save))
        return false;
    int why = ps_save_end_packed(save), why_not_closed = ps_save_file_close(&save->file);
    if (!why)
        why = why_not_closed;
    if (!why)
        return true;
    ps_error_set(
        &save->problem,
        "cannot end %s: %s; what is saved in it may be incomplete, no more will be saved, and counting goes on.",
        save->file.shown, strerror(why));
    return ps_save_stop(save, why);
}
