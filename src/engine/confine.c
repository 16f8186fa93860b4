/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the config to what may still be opened.
 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portsniff/engine.h"
#include "portsniff/guard.h"
#include "tell.h"

/* Where names in a filter ("port http") come from.  The DNS is not among them. */
static const char *const name_files[] = {
    "/etc/nsswitch.conf", "/etc/services", "/etc/protocols", "/etc/hosts",
    "/etc/networks",      "/etc/ethers",   "/etc/gai.conf",  "/etc/host.conf",
};

#define NAME_FILES (sizeof(name_files) / sizeof(name_files[0]))

struct needs {
    struct ps_guard_options guard;
    const char **read; /* owned */
    int report;        /* the directory of the report, owned, or -1 */
    int directory[2];
};

/* The directory in which `path` lies, or -1. */
static int directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const size_t length = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
    char *name = slash ? strndup(path, length) : strdup(".");
    int fd = name ? open(name, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    free(name);
    return fd;
}

/* Captures, and what their filter's names are looked up in. */
static int need_reading(struct needs *needs, const struct ps_config *config)
{
    const struct ps_source_options *source = &config->source;
    needs->read = calloc(source->path_count + NAME_FILES + 1, sizeof(*needs->read));
    if (!needs->read)
        return -1;
    size_t count = 0;
    for (size_t i = 0; i < source->path_count; i++)
        needs->read[count++] = source->paths[i];
    /* Only --show-sandbox may name none. */
    if (source->path_count == 0)
        needs->read[count++] = ".";
    for (size_t i = 0; source->filter && i < NAME_FILES; i++)
        needs->read[count++] = name_files[i];
    needs->guard.read = needs->read;
    needs->guard.read_count = count;
    return 0;
}

static void need_writing(struct needs *needs, int fd)
{
    if (fd < 0)
        return;
    needs->directory[needs->guard.directory_count++] = fd;
    needs->guard.directory = needs->directory;
}

/* What becomes of the report's file after the drop. */
enum report_way {
    REPORT_STAYS,   /* it is open, and that is all */
    REPORT_RENAMED, /* gets its name when it is whole */
    REPORT_REOPENED /* a hangup makes a live capture begin it anew (log rotation) */
};

static int no_memory(struct ps_error *error)
{
    return ps_error_set(error, "memory is out while giving up privileges.");
}

static int needs_init(struct needs *needs, const struct ps_config *config, enum report_way way, const char *report,
                      int save, struct ps_error *error)
{
    *needs = (struct needs){.report = way != REPORT_STAYS ? directory_of(report) : -1};
    needs->guard = (struct ps_guard_options){
        .mode = config->sandbox,
        .user = config->user,
        .live = config->source.live.interface_count > 0,
        .renames = way == REPORT_RENAMED,
        .creates = save >= 0 || way == REPORT_REOPENED,
        .file = -1,
    };
    need_writing(needs, needs->report);
    need_writing(needs, save);
    /* Without it the report could not be brought to its place at the end. */
    if (way != REPORT_STAYS && needs->report < 0)
        return ps_error_set(error, "cannot open the directory of %s: %s.", report, strerror(errno));
    return needs->guard.live || need_reading(needs, config) == 0 ? 0 : no_memory(error);
}

static void needs_finish(struct needs *needs)
{
    free(needs->read);
    if (needs->report >= 0)
        close(needs->report);
}

int ps_confine(const struct ps_config *config, const struct output *output, int save_directory, struct ps_error *error)
{
    struct needs needs;
    struct ps_error missing;
    const bool root = geteuid() == 0, live = config->source.live.interface_count > 0;
    enum report_way way = REPORT_STAYS;
    if (output->partial)
        way = REPORT_RENAMED;
    else if (live && output->path && ps_output_is_file(output))
        way = REPORT_REOPENED;
    int result =
        needs_init(&needs, config, way, output->partial ? output->target : output->path, save_directory, error);
    if (!result) {
        needs.guard.file = output->partial ? output->fd : -1;
        result = ps_guard_drop(&needs.guard, &missing, error);
        /* Elsewhere nobody who runs it can do anything about it, and there is less to lose. */
        if (!result && root && live && missing.text[0])
            ps_tell(&missing);
    }
    needs_finish(&needs);
    return result;
}

/* What ps_confine() would find, for a report that is a file. */
static enum report_way expected_way(const struct ps_config *config)
{
    if (!config->output)
        return REPORT_STAYS;
    if (config->source.live.interface_count > 0)
        return config->report.format == PS_FORMAT_JSON ? REPORT_RENAMED : REPORT_REOPENED;
    return config->interval_ns ? REPORT_STAYS : REPORT_RENAMED;
}

enum ps_exit ps_engine_show_sandbox(const struct ps_config *config)
{
    struct needs needs;
    struct ps_error error = {.text = ""};
    struct ps_out out;
    const bool saves = config->save.path && strcmp(config->save.path, "-") != 0;
    int save = saves ? directory_of(config->save.path) : -1;
    int result = needs_init(&needs, config, expected_way(config), config->output, save, &error);
    if (!result && ps_out_init(&out, STDOUT_FILENO))
        result = no_memory(&error);
    if (!result) {
        ps_out_format(&out, "What `portsniff %s` gives up here before it looks at the first packet:\n\n",
                      needs.guard.live ? "-i" : "-r");
        result = ps_guard_show(&needs.guard, &out, &error);
        ps_out_finish(&out);
    }
    ps_tell(&error);
    needs_finish(&needs);
    if (save >= 0)
        close(save);
    return result ? PS_EXIT_FAILED : PS_EXIT_COMPLETE;
}
