/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The order in which things are given up, and what is said when one of them cannot be.
 */
#include "portsniff/guard.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "portsniff/printable.h"
#include "steps.h"

#define SHOW_COLUMN 30 /* of what is said about a step */
#define SHOW_WIDTH  80

static const char *const step_names[GUARD_STEPS] = {
    [GUARD_PROGRAMS] = "new privileges",   [GUARD_BOUNDS] = "capability bounds", [GUARD_USER] = "user",
    [GUARD_CAPABILITIES] = "capabilities", [GUARD_TRACING] = "core and tracing", [GUARD_FILES] = "files",
    [GUARD_NETWORK] = "network",           [GUARD_SIGNALS] = "other processes",  [GUARD_CALLS] = "system calls",
};

static const char *const state_names[] = {
    [GUARD_OPEN] = "not reached", [GUARD_DONE] = "enforced", [GUARD_NEEDLESS] = "-",
    [GUARD_MISSING] = "missing",  [GUARD_FAILED] = "failed",
};

void ps_guard_note(struct guard *guard, enum guard_step step, enum guard_state state, const char *format, ...)
{
    struct guard_outcome *outcome = &guard->outcome[step];
    char text[sizeof(outcome->text)];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    outcome->state = state;
    ps_printable(outcome->text, sizeof(outcome->text), text);
}

/* Without it, a set-user-ID program could be started, and Landlock and seccomp could not be used without privileges. */
static void forbid_new_privileges(struct guard *guard)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        ps_guard_note(guard, GUARD_PROGRAMS, GUARD_DONE, "no program can be given more rights than this one has");
    else
        ps_guard_note(guard, GUARD_PROGRAMS, GUARD_MISSING, "PR_SET_NO_NEW_PRIVS: %s", strerror(errno));
}

/* Once more: another user means that the kernel has set it anew. */
static void forbid_tracing(struct guard *guard)
{
    if (GUARD_INSTRUMENTED) {
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        ps_guard_note(guard, GUARD_TRACING, GUARD_NEEDLESS,
                      "this build is instrumented and traces itself; no core is dumped");
    } else if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0) {
        ps_guard_note(guard, GUARD_TRACING, GUARD_DONE,
                      "no core is dumped, other processes of the user see nothing of it");
    } else {
        ps_guard_note(guard, GUARD_TRACING, GUARD_MISSING, "PR_SET_DUMPABLE: %s", strerror(errno));
    }
}

static bool failed(const struct guard *guard)
{
    bool strict = guard->options->mode == PS_GUARD_STRICT;
    for (int i = 0; i < GUARD_STEPS; i++) {
        enum guard_state state = guard->outcome[i].state;
        if (state == GUARD_FAILED || (strict && state == GUARD_MISSING))
            return true;
    }
    return false;
}

/* Takes the steps up to the first that ends it. */
static void take_steps(struct guard *guard)
{
    static void (*const steps[])(struct guard *) = {
        forbid_new_privileges, ps_guard_capability_bounds, ps_guard_user,  ps_guard_capabilities,
        forbid_tracing,        ps_guard_landlock,          ps_guard_calls,
    };
    /* Reads /etc/localtime, which otherwise the first date that is written would. */
    tzset();
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !failed(guard); i++)
        steps[i](guard);
}

static int tell_failure(const struct guard *guard, struct ps_error *error)
{
    for (int i = 0; i < GUARD_STEPS; i++) {
        const struct guard_outcome *outcome = &guard->outcome[i];
        if (outcome->state == GUARD_FAILED)
            return ps_error_set(error, "%s.", outcome->text);
        if (outcome->state == GUARD_MISSING)
            return ps_error_set(error,
                                "the sandbox would not be complete, as --sandbox=strict wants it: %s: %s; give "
                                "--sandbox=auto to go on without.",
                                step_names[i], outcome->text);
    }
    return -1;
}

static void tell_missing(const struct guard *guard, struct ps_error *ret_missing)
{
    char text[sizeof(ret_missing->text)];
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < GUARD_STEPS && used < sizeof(text); i++) {
        const struct guard_outcome *outcome = &guard->outcome[i];
        if (outcome->state == GUARD_MISSING)
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s: %s", used ? "; " : "", step_names[i],
                                     outcome->text);
    }
    ret_missing->text[0] = '\0';
    if (used)
        ps_error_set(ret_missing, "parts of the sandbox are missing here (see --show-sandbox): %s.", text);
}

int ps_guard_drop(const struct ps_guard_options *options, struct ps_error *ret_missing, struct ps_error *error)
{
    struct guard guard = {.options = options};
    if (ret_missing)
        ret_missing->text[0] = '\0';
    if (options->mode == PS_GUARD_OFF) {
        if (options->user)
            return ps_error_set(error,
                                "--user and --sandbox=off exclude each other: becoming another user is a part of "
                                "the sandbox; leave one of them out.");
        return 0;
    }
    take_steps(&guard);
    if (failed(&guard))
        return tell_failure(&guard, error);
    if (ret_missing)
        tell_missing(&guard, ret_missing);
    return 0;
}

/* The text from its column on, in lines that end before SHOW_WIDTH where there is a blank. */
static void write_clause(struct ps_out *out, const char *text)
{
    const size_t room = SHOW_WIDTH - SHOW_COLUMN;
    size_t length = strlen(text);
    while (length > room) {
        size_t cut = room;
        while (cut > 0 && text[cut] != ' ')
            cut--;
        if (cut == 0)
            break;
        ps_out_bytes(out, text, cut);
        ps_out_char(out, '\n');
        ps_out_repeat(out, ' ', SHOW_COLUMN);
        text += cut + 1;
        length -= cut + 1;
    }
    ps_out_text(out, text);
    ps_out_char(out, '\n');
}

int ps_guard_show(const struct ps_guard_options *options, struct ps_out *out, struct ps_error *error)
{
    struct guard guard = {.options = options};
    if (options->mode == PS_GUARD_OFF) {
        ps_out_text(out, "Nothing is given up: --sandbox=off.\n");
        return 0;
    }
    take_steps(&guard);
    for (int i = 0; i < GUARD_STEPS; i++) {
        ps_out_format(out, "  %-18s%-10s", step_names[i], state_names[guard.outcome[i].state]);
        write_clause(out, guard.outcome[i].text);
    }
    if (guard.outcome[GUARD_CALLS].state == GUARD_DONE && !GUARD_INSTRUMENTED) {
        ps_out_text(out, "\nSystem calls that are left:\n");
        ps_guard_calls_list(options, out);
    }
    return failed(&guard) ? tell_failure(&guard, error) : 0;
}
