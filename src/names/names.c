/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Service names by transport and port: from a file that was asked for, the system's services file
 * and the built-in table, earlier ones first.
 *
 * A lookup is one array access. Never asks a name server and never uses getservbyport(), whose
 * answer depends on the machine's name service switch.
 */
#include "portsniff/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names_internal.h"

#define SYSTEM_FILE "/etc/services"

/* No services file that people use comes near; guards against devices and mistaken paths. */
#define FILE_MAX ((size_t)16 << 20)

#define PORTS 65536u

struct ps_names {
    /* Where the name begins in `pool`; 0, where the empty string lies, when there is none. */
    uint32_t offset[PS_TRANSPORT_COUNT][PORTS];
    char *pool;
    size_t pool_used, pool_size;
};

const char *ps_port_class_name(enum ps_port_class class)
{
    static const char *const names[PS_CLASS_COUNT] = {
        [PS_CLASS_WELL_KNOWN] = "well-known",
        [PS_CLASS_REGISTERED] = "registered",
        [PS_CLASS_DYNAMIC] = "dynamic",
    };
    return (unsigned)class < PS_CLASS_COUNT ? names[class] : "";
}

/* Room for `length` more bytes in the pool. Returns 0, or -1 when memory is out. */
static int reserve(struct ps_names *names, size_t length)
{
    if (names->pool_size - names->pool_used >= length)
        return 0;
    size_t size = names->pool_size ? names->pool_size : 8192;
    while (size - names->pool_used < length)
        size *= 2;
    char *pool = realloc(names->pool, size);
    if (pool == NULL)
        return -1;
    names->pool = pool;
    names->pool_size = size;
    return 0;
}

/* Remembers a name unless the port has one already; a ps_services_entry. */
static int add(void *context, enum ps_transport transport, uint16_t port, const char *name, size_t length)
{
    struct ps_names *names = context;
    if (names->offset[transport][port] != 0)
        return 0;
    if (reserve(names, length + 1) < 0)
        return -1;
    memcpy(names->pool + names->pool_used, name, length);
    names->pool[names->pool_used + length] = '\0';
    names->offset[transport][port] = (uint32_t)names->pool_used;
    names->pool_used += length + 1;
    return 0;
}

static int add_builtin(struct ps_names *names)
{
    for (size_t i = 0; i < ps_builtin_service_count; i++) {
        const struct ps_builtin_service *service = &ps_builtin_services[i];
        for (unsigned t = PS_TRANSPORT_TCP; t < PS_TRANSPORT_COUNT; t++) {
            if ((service->transports & PS_TRANSPORT_BIT(t)) != 0 &&
                add(names, (enum ps_transport)t, service->port, service->name, strlen(service->name)) < 0)
                return -1;
        }
    }
    return 0;
}

/* The whole of an open file, at most FILE_MAX bytes. Returns the text (to be freed), or NULL with
 * errno set; EFBIG when there is more. */
static char *read_all(FILE *file, size_t *ret_length)
{
    char *text = NULL;
    size_t used = 0, size = 0;
    for (;;) {
        if (used == size) {
            size = size ? size * 2 : 32768;
            char *larger = size > 2 * FILE_MAX ? NULL : realloc(text, size);
            if (larger == NULL) {
                int failure = size > 2 * FILE_MAX ? EFBIG : ENOMEM;
                free(text);
                errno = failure;
                return NULL;
            }
            text = larger;
        }
        size_t got = fread(text + used, 1, size - used, file);
        used += got;
        if (got == 0)
            break;
    }
    int failure = ferror(file) ? errno : used > FILE_MAX ? EFBIG : 0;
    if (failure != 0) {
        free(text);
        errno = failure;
        return NULL;
    }
    *ret_length = used;
    return text;
}

/* Adds the names of one services file. Returns 0, or -1 with `error` set. */
static int add_file(struct ps_names *names, const char *path, bool strict, struct ps_error *error)
{
    FILE *file = fopen(path, "re");
    size_t length = 0;
    char *text = file != NULL ? read_all(file, &length) : NULL;
    int failure = errno;
    if (file != NULL)
        (void)fclose(file);
    if (text == NULL)
        return ps_error_set(error,
                            "cannot read service names from %s: %s.\n"
                            "  --services takes a file in the format of /etc/services.",
                            path, failure == EFBIG ? "larger than 16 MiB" : strerror(failure));
    int result = ps_services_parse(text, length, path, strict, add, names, error);
    free(text);
    return result;
}

int ps_names_create_from(const char *file, const char *system_file, bool numeric, struct ps_names **ret_names,
                         struct ps_error *error)
{
    struct ps_names *names = calloc(1, sizeof(*names));
    if (names == NULL || reserve(names, 1) < 0) {
        free(names);
        return ps_error_set(error, "cannot load service names: out of memory.");
    }
    names->pool[names->pool_used++] = '\0';

    /* A file that was asked for is held to its format even when no name of it will be shown. */
    if (file != NULL && add_file(names, file, true, error) < 0) {
        ps_names_destroy(names);
        return -1;
    }
    if (numeric) {
        memset(names->offset, 0, sizeof(names->offset));
        *ret_names = names;
        return 0;
    }
    /* The system's file may be missing, and odd lines in it are passed over. */
    if (system_file != NULL)
        (void)add_file(names, system_file, false, NULL);
    if (add_builtin(names) < 0) {
        ps_names_destroy(names);
        return ps_error_set(error, "cannot load service names: out of memory.");
    }
    *ret_names = names;
    return 0;
}

int ps_names_create(const char *file, int numeric, struct ps_names **ret_names, struct ps_error *error)
{
    return ps_names_create_from(file, SYSTEM_FILE, numeric != 0, ret_names, error);
}

void ps_names_destroy(struct ps_names *names)
{
    if (names == NULL)
        return;
    free(names->pool);
    free(names);
}

const char *ps_service_name(const struct ps_names *names, enum ps_transport transport, uint16_t port)
{
    if ((unsigned)transport >= PS_TRANSPORT_COUNT)
        return "";
    uint32_t offset = names->offset[transport][port];
    /* UDP-Lite uses UDP's port numbers and their meanings (RFC 3828 section 6). */
    if (offset == 0 && transport == PS_TRANSPORT_UDPLITE)
        offset = names->offset[PS_TRANSPORT_UDP][port];
    return names->pool + offset;
}
