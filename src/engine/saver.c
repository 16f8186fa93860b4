/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between the loop and portsniff/save.h.
 */
#include "saver.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "portsniff/save.h"
#include "tell.h"

/* The directory of a path; false when that cannot be told. */
static bool directory_of(const char *path, struct stat *ret_there)
{
    const char *slash = strrchr(path, '/');
    char name[PATH_MAX] = ".";
    size_t length = slash ? (size_t)(slash - path) + 1 : 1;
    if (length >= sizeof(name))
        return false;
    if (slash)
        memcpy(name, path, length);
    return stat(name, ret_there) == 0;
}

/* Whether two paths, of which neither need exist, are of the same name in the same directory. */
static bool same_place(const char *a, const char *b)
{
    const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');
    struct stat in_a, in_b;
    return strcmp(slash_a ? slash_a + 1 : a, slash_b ? slash_b + 1 : b) == 0 && directory_of(a, &in_a) &&
           directory_of(b, &in_b) && in_a.st_dev == in_b.st_dev && in_a.st_ino == in_b.st_ino;
}

/* The report would replace what was saved, or both would be mixed. */
static int check_places(const struct ps_config *config, struct ps_error *error)
{
    const char *saved = config->save.path, *report = config->output;
    if (!report || strcmp(report, "-") == 0 || strcmp(saved, "-") == 0 || !same_place(saved, report))
        return 0;
    return ps_error_set(
        error, "%s is to hold both the packets (-w) and the report (-o); give one of them another name.", report);
}

int ps_saver_open(struct saver *saver, const struct ps_config *config, struct ps_error *error)
{
    struct ps_save_options options = config->save;
    *saver = (struct saver){0};
    if (!options.path)
        return 0;
    options.filter = config->source.filter;
    if (check_places(config, error) || ps_save_open(&options, &saver->save, error))
        return -1;
    if (config->output && ps_save_protect(saver->save, config->output, error))
        return -1;
    for (size_t i = 0; i < config->source.path_count; i++)
        if (ps_save_protect(saver->save, config->source.paths[i], error))
            return -1;
    return 0;
}

int ps_saver_begin(struct saver *saver, const struct ps_source *source, struct ps_error *error)
{
    if (!saver->save)
        return 0;
    for (size_t i = 0; i < ps_source_input_count(source); i++) {
        const struct ps_input *input = ps_source_input(source, i);
        const struct ps_save_interface interface = {
            .name = input->name,
            .link_type = input->link_type_count ? input->link_types[0] : -1,
            .snapshot_length = input->snapshot_length,
        };
        if ((input->state == PS_LINK_NONE && ps_save_protect(saver->save, input->name, error)) ||
            ps_save_interface(saver->save, &interface, error))
            return -1;
    }
    return ps_save_begin(saver->save, error);
}

void ps_saver_batch(struct saver *saver, const struct ps_batch *batch)
{
    struct ps_error error;
    if (saver->save && !ps_save_batch(saver->save, batch, &error))
        ps_tell(&error);
}

/* What was lost so far: each file says what was lost while it was written. */
static void tell_statistics(struct saver *saver, struct ps_source *source)
{
    for (size_t i = 0; i < ps_source_input_count(source); i++) {
        const struct ps_input *input = ps_source_input(source, i);
        struct ps_loss loss;
        ps_source_loss(source, i, &loss);
        bool live = input->state != PS_LINK_NONE;
        const struct ps_save_counts counts = {
            .received = input->packets_read + loss.kernel,
            .dropped_by_kernel = live ? loss.kernel : input->dropped_by_kernel,
            .dropped_by_interface = live ? loss.interface : input->dropped_by_interface,
            .has_received = live,
            .has_dropped_by_kernel = live || input->has_drops,
            .has_dropped_by_interface = live ? loss.has_interface : input->has_drops,
        };
        ps_save_statistics(saver->save, (uint16_t)i, &counts);
    }
}

void ps_saver_tick(struct saver *saver, struct ps_source *source, int64_t now_ns)
{
    struct ps_error error;
    if (!saver->save)
        return;
    tell_statistics(saver, source);
    if (!ps_save_tick(saver->save, now_ns, &error))
        ps_tell(&error);
}

void ps_saver_end(struct saver *saver, struct ps_source *source)
{
    struct ps_error error;
    if (!saver->save)
        return;
    tell_statistics(saver, source);
    if (!ps_save_end(saver->save, &error))
        ps_tell(&error);
}

uint64_t ps_saver_missed(const struct saver *saver)
{
    struct ps_save_facts facts;
    if (!saver->save)
        return 0;
    ps_save_facts(saver->save, &facts);
    return facts.missed;
}

bool ps_saver_stopped(const struct saver *saver)
{
    struct ps_save_facts facts = {0};
    if (saver->save)
        ps_save_facts(saver->save, &facts);
    return facts.problem != NULL;
}

int ps_saver_directory(const struct saver *saver)
{
    return saver->save ? ps_save_directory(saver->save) : -1;
}

void ps_saver_close(struct saver *saver)
{
    ps_save_close(saver->save);
    saver->save = NULL;
}
