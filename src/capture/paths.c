/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Expands directories.  Their files are told apart by content; subdirectories, pipes and devices in them are passed over.
 */
#include "paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recognise.h"

/* ps_packet.source has 16 bits. */
#define FEEDS_MAX UINT16_MAX

static int no_memory(struct ps_error *error)
{
    return ps_error_set(error, "memory is out while listing the inputs; give fewer of them.");
}

/* Adds an input; NULL with a sentence when that cannot be. */
static struct ps_feed *add(struct ps_feeds *feeds, const char *name, enum ps_reader choice, struct ps_error *error)
{
    if (feeds->count == FEEDS_MAX) {
        ps_error_set(error, "more than %d inputs are given; merge some of them first, as with mergecap(1).", FEEDS_MAX);
        return NULL;
    }
    if (feeds->count == feeds->room) {
        size_t room = feeds->room ? feeds->room * 2 : 8;
        struct ps_feed *larger = realloc(feeds->feed, room * sizeof(*larger));
        if (!larger) {
            no_memory(error);
            return NULL;
        }
        feeds->feed = larger;
        feeds->room = room;
    }
    struct ps_feed *feed = &feeds->feed[feeds->count];
    if (ps_feed_init(feed, name, (uint16_t)feeds->count, choice) < 0) {
        no_memory(error);
        return NULL;
    }
    feeds->count++;
    return feed;
}

/* Whether a file in a directory is to be read.  One that cannot be opened or read is: its failure must show. */
static bool belongs(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return errno != ENOENT && errno != ELOOP; /* a link to nothing is passed over */
    if (!S_ISREG(status.st_mode))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return true;
    struct ps_stream *stream = ps_stream_open(fd, NULL, false);
    if (!stream) {
        close(fd);
        return true;
    }
    struct ps_facts facts;
    enum ps_container container = PS_CONTAINER_FAILED;
    if (ps_facts_init(&facts, path) == 0) {
        do
            container = ps_recognise(&stream, &facts);
        while (container == PS_CONTAINER_RETRY);
    }
    ps_facts_finish(&facts);
    ps_stream_close(stream);
    return container != PS_CONTAINER_NONE;
}

static int by_name(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;
    return strcmp(*a, *b);
}

/* Paths of captures.  Only these are kept of a directory, however many names are in it. */
struct found {
    char **path; /* owned, as they are */
    size_t count, room;
};

static void found_finish(struct found *found)
{
    for (size_t i = 0; i < found->count; i++)
        free(found->path[i]);
    free(found->path);
}

/* Takes the path over.  False when memory is out. */
static bool found_add(struct found *found, char *path)
{
    if (found->count == found->room) {
        size_t room = found->room ? found->room * 2 : 64;
        char **larger = realloc(found->path, room * sizeof(*larger));
        if (!larger) {
            free(path);
            return false;
        }
        found->path = larger;
        found->room = room;
    }
    found->path[found->count++] = path;
    return true;
}

/* Finds the captures in a directory, up to one more than can be read.  0, or the errno for which it ended too early. */
static int find_captures(DIR *open_directory, const char *directory, struct found *found)
{
    size_t length = strlen(directory);
    const char *between = length > 0 && directory[length - 1] == '/' ? "" : "/";
    const struct dirent *entry;
    for (errno = 0; found->count <= FEEDS_MAX && (entry = readdir(open_directory)); errno = 0) {
        char *path = NULL;
        if (asprintf(&path, "%s%s%s", directory, between, entry->d_name) < 0)
            return ENOMEM;
        if (!belongs(path))
            free(path);
        else if (!found_add(found, path))
            return ENOMEM;
    }
    return errno;
}

/* An entry in the list that says why the directory gives nothing. */
static int add_failed(struct ps_feeds *feeds, const char *directory, enum ps_reader choice, int failure,
                      struct ps_error *error)
{
    struct ps_feed *feed = add(feeds, directory, choice, error);
    if (!feed)
        return -1;
    if (failure)
        ps_error_set(&feed->facts.problem, "the directory %s cannot be listed: %s.", directory, strerror(failure));
    else
        ps_error_set(&feed->facts.problem,
                     "the directory %s holds no capture; pcap and pcapng files directly in it are read, also "
                     "compressed.",
                     directory);
    ps_facts_failed(&feed->facts);
    return 0;
}

static int add_directory(struct ps_feeds *feeds, const char *directory, enum ps_reader choice, struct ps_error *error)
{
    struct found found = {.path = NULL};
    DIR *open_directory = opendir(directory);
    if (!open_directory)
        return add_failed(feeds, directory, choice, errno, error);
    const int failure = find_captures(open_directory, directory, &found);
    int result = failure == ENOMEM ? no_memory(error) : 0;
    closedir(open_directory);
    if (found.count > 0)
        qsort(found.path, found.count, sizeof(*found.path), by_name);
    for (size_t i = 0; result == 0 && i < found.count; i++)
        result = add(feeds, found.path[i], choice, error) ? 0 : -1;
    if (result == 0 && (failure || found.count == 0))
        result = add_failed(feeds, directory, choice, failure, error);
    found_finish(&found);
    return result;
}

static bool is_directory(const char *path)
{
    struct stat status;
    return strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Standard input can be read once. */
static int add_standard_input(struct ps_feeds *feeds, enum ps_reader choice, struct ps_error *error)
{
    bool again = false;
    for (size_t i = 0; i < feeds->count; i++)
        again = again || strcmp(feeds->feed[i].facts.name, "-") == 0;
    struct ps_feed *feed = add(feeds, "-", choice, error);
    if (!feed)
        return -1;
    if (again) {
        ps_error_set(&feed->facts.problem, "standard input is given more than once; it can be read only once.");
        ps_facts_failed(&feed->facts);
    }
    return 0;
}

/* The strings and sentences of a feed are pointed to from inside it: set anew after the last realloc. */
static void settle(struct ps_feeds *feeds, const struct ps_source_options *options)
{
    for (size_t i = 0; i < feeds->count; i++) {
        feeds->feed[i].unpack_memory = options->unpack_memory;
        if (feeds->feed[i].facts.input.failed)
            ps_facts_failed(&feeds->feed[i].facts);
    }
}

int ps_feeds_init(struct ps_feeds *feeds, const struct ps_source_options *options, struct ps_error *error)
{
    *feeds = (struct ps_feeds){0};
    for (size_t i = 0; i < options->path_count; i++) {
        const char *path = options->paths[i];
        int result = 0;
        if (strcmp(path, "-") == 0)
            result = add_standard_input(feeds, options->reader, error);
        else if (is_directory(path))
            result = add_directory(feeds, path, options->reader, error);
        else
            result = add(feeds, path, options->reader, error) ? 0 : -1;
        if (result < 0)
            return -1;
    }
    settle(feeds, options);
    return 0;
}

void ps_feeds_finish(struct ps_feeds *feeds)
{
    for (size_t i = 0; i < feeds->count; i++)
        ps_feed_finish(&feeds->feed[i]);
    free(feeds->feed);
    *feeds = (struct ps_feeds){0};
}
