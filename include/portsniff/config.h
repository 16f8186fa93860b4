/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Everything a run is told: filled by cli/ from the command line, read-only afterwards.  Room: cli (read by engine).
 */
#ifndef PORTSNIFF_CONFIG_H
#define PORTSNIFF_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/decode.h"
#include "portsniff/guard.h"
#include "portsniff/report.h"
#include "portsniff/save.h"
#include "portsniff/source.h"

enum ps_action {
    PS_ACTION_RUN,
    PS_ACTION_LIST,    /* of interfaces */
    PS_ACTION_SANDBOX, /* what a run like this would give up */
    PS_ACTION_HELP,
    PS_ACTION_VERSION,
    PS_ACTION_COMPLETION,
    PS_ACTION_MAN
};

enum ps_when {
    PS_WHEN_AUTO,
    PS_WHEN_ALWAYS,
    PS_WHEN_NEVER
};

struct ps_config {
    enum ps_action action;
    const char *completion_shell;    /* for PS_ACTION_COMPLETION: "bash", "zsh", "fish" */
    struct ps_source_options source; /* paths or interfaces, and filter; owned by the config */
    struct ps_decode_options decode;
    struct ps_report_options report; /* color, utf8 and width are decided by the engine from `color` and the terminal */
    enum ps_when color;
    struct ps_save_options save; /* path NULL: nothing is saved; owned by the config */
    uint64_t interval_ns;        /* 0: none for saved captures, the standard for live capture */
    uint64_t count;              /* stop after so many packets counted; 0: no limit */
    uint64_t duration_ns;        /* live capture stops after so long; 0: no limit */
    uint64_t max_memory;         /* bytes; 0: no bound for saved captures, the standard for live capture */
    uint64_t threads;            /* that count; 0: as many as are good */
    const char *output;          /* path, or NULL for standard output */
    const char *services;        /* path, or NULL */
    enum ps_guard_mode sandbox;
    const char *user; /* to become, name or number, or NULL */
    bool quiet;       /* no progress line, no first line */
    bool self;        /* report what the run itself needed */
    void *storage;    /* what the strings above live in; owned */
};

#endif
