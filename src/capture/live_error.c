/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a person is told when an interface cannot be captured on, with the command that helps.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "live_private.h"

void ps_live_notice(struct ps_live *live, const char *format, ...)
{
    struct ps_live_notices *notices = &live->notices;
    const unsigned room = sizeof(notices->text) / sizeof(notices->text[0]);
    va_list arguments;
    va_start(arguments, format);
    ps_error_vset(&notices->text[notices->written++ % room], format, arguments);
    va_end(arguments);
    /* Nobody fetches them: the oldest go. */
    if (notices->written - notices->read > room)
        notices->read = notices->written - room;
}

/* The program as it has to be called: sudo looks for names in these places only. */
static void program(char *path, size_t room, const char **ret_command)
{
    static const char *const place[] = {"/usr/bin/", "/usr/local/bin/", "/bin/", "/usr/sbin/", "/usr/local/sbin/"};
    ssize_t length = readlink("/proc/self/exe", path, room - 1);
    if (length <= 0)
        length = snprintf(path, room, "portsniff");
    path[length] = '\0';
    *ret_command = path;
    for (size_t i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
        size_t prefix = strlen(place[i]);
        if (strncmp(path, place[i], prefix) == 0 && !strchr(path + prefix, '/'))
            *ret_command = path + prefix;
    }
}

int ps_live_refused(const char *interface, struct ps_error *error)
{
    char path[256];
    const char *command;
    program(path, sizeof(path), &command);
    return ps_error_set(
        error,
        "cannot capture on %s: this user may not (the capability CAP_NET_RAW is missing). Run it as root:\n"
        "  sudo %s -i %s\n"
        "  or give the program that one capability, once:\n"
        "  sudo setcap cap_net_raw=ep %s",
        interface, command, interface, path);
}

int ps_live_unknown(const char *interface, struct ps_error *error)
{
    const char *names[256], *near[3];
    size_t count = 0;
    struct if_nameindex *list = if_nameindex();
    for (size_t i = 0; list && list[i].if_index != 0 && count < sizeof(names) / sizeof(names[0]) - 1; i++)
        names[count++] = list[i].if_name;
    names[count++] = "any";
    size_t found = ps_nearest_names(interface, names, count, near, 3);
    char guess[128] = "";
    for (size_t i = 0; i < found; i++) {
        size_t used = strlen(guess);
        const char *before = i == 0 ? " Did you mean " : i + 1 < found ? ", " : " or ";
        snprintf(guess + used, sizeof(guess) - used, "%s%.32s%s", before, near[i], i + 1 == found ? "?" : "");
    }
    if (list)
        if_freenameindex(list);
    return ps_error_set(error, "there is no interface \"%s\".%s List what is there with: portsniff -D", interface,
                        guess);
}

int ps_live_failed(const char *interface, const char *why, struct ps_error *error)
{
    return ps_error_set(error, "cannot capture on %s: %s. List what can be captured on with: portsniff -D", interface,
                        why);
}
