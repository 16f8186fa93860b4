/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Defaults of the config, and the storage of its strings: a chain of blocks that is freed as one.
 */
#include "storage.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "portsniff/cli.h"

struct block {
    struct block *next;
    _Alignas(max_align_t) char bytes[];
};

/* What config->storage points to. */
struct storage {
    struct block *blocks;
    const char **paths;      /* config->source.paths, for the one who fills it */
    const char **interfaces; /* config->source.live.interfaces, the same */
    bool memory_out;
};

void *ps_config_allocate(struct ps_config *config, size_t size, struct ps_error *error)
{
    struct storage *const storage = config->storage;
    struct block *const block = malloc(sizeof(*block) + size);

    if (block == NULL) {
        storage->memory_out = true;
        ps_error_set(error, "cannot read the command line: memory is out.");
        return NULL;
    }
    block->next = storage->blocks;
    storage->blocks = block;
    return block->bytes;
}

bool ps_config_memory_out(const struct ps_config *config)
{
    const struct storage *const storage = config->storage;

    return storage == NULL || storage->memory_out;
}

char *ps_config_copy(struct ps_config *config, const char *text, struct ps_error *error)
{
    const size_t size = strlen(text) + 1;
    char *const copy = ps_config_allocate(config, size, error);

    return copy == NULL ? NULL : memcpy(copy, text, size);
}

int ps_config_add_path(struct ps_config *config, const char *path, struct ps_error *error)
{
    struct storage *const storage = config->storage;
    const char *const copy = ps_config_copy(config, path, error);

    if (copy == NULL)
        return -1;
    storage->paths[config->source.path_count++] = copy;
    return 0;
}

int ps_config_add_interface(struct ps_config *config, const char *name, struct ps_error *error)
{
    struct storage *const storage = config->storage;
    const char *const copy = ps_config_copy(config, name, error);

    if (copy == NULL)
        return -1;
    storage->interfaces[config->source.live.interface_count++] = copy;
    return 0;
}

int ps_config_init(struct ps_config *config, size_t path_max, struct ps_error *error)
{
    struct storage *const storage = calloc(1, sizeof(*storage));

    *config = (struct ps_config){
        .action = PS_ACTION_RUN,
        .source = {.reader = PS_READER_AUTO},
        .decode = {.tunnels_inner = true, .fragments_credit = true},
        .report = {.format = PS_FORMAT_TEXT,
                   .views = PS_VIEW_SUMMARY,
                   .top = 10,
                   .sort = PS_SORT_BYTES,
                   .width = 80,
                   .csv_header = true},
        .color = PS_WHEN_AUTO,
        .storage = storage,
    };
    if (storage == NULL)
        return ps_error_set(error, "cannot read the command line: memory is out.");
    storage->paths = ps_config_allocate(config, path_max * sizeof(*storage->paths), error);
    storage->interfaces = ps_config_allocate(config, path_max * sizeof(*storage->interfaces), error);
    config->source.paths = storage->paths;
    config->source.live.interfaces = storage->interfaces;
    return storage->paths == NULL || storage->interfaces == NULL ? -1 : 0;
}

void ps_cli_finish(struct ps_config *config)
{
    struct storage *const storage = config->storage;

    if (storage != NULL) {
        while (storage->blocks != NULL) {
            struct block *const block = storage->blocks;
            storage->blocks = block->next;
            free(block);
        }
        free(storage);
    }
    *config = (struct ps_config){0};
}
