/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * portsniff: reads the command line and does what it asks for.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "portsniff/cli.h"
#include "portsniff/engine.h"
#include "portsniff/guard.h"

static int refuse(int parsed, const struct ps_error *error)
{
    fprintf(stderr, "portsniff: %s\n", error->text);
    return parsed == -1 ? PS_EXIT_USAGE : PS_EXIT_FAILED;
}

static int write_answer(const struct ps_config *config, struct ps_out *out)
{
    switch (config->action) {
    case PS_ACTION_HELP:
        ps_cli_help(out);
        return 0;
    case PS_ACTION_VERSION:
        ps_out_text(out, "portsniff " PS_VERSION "\n");
        return 0;
    case PS_ACTION_MAN:
        ps_cli_man_options(out);
        return 0;
    case PS_ACTION_COMPLETION:
        return ps_cli_completion(config->completion_shell, out);
    case PS_ACTION_RUN:
    case PS_ACTION_LIST:
    case PS_ACTION_SANDBOX:
        break;
    }
    return -1;
}

/* Everything that is answered from the program itself, without a capture. */
static int answer(const struct ps_config *config)
{
    struct ps_out out;

    if (ps_out_init(&out, STDOUT_FILENO) != 0) {
        fprintf(stderr, "portsniff: cannot write: memory is out.\n");
        return PS_EXIT_FAILED;
    }
    const int result = write_answer(config, &out);
    const int failure = ps_out_finish(&out);
    /* Whoever closes the pipe early has seen enough. */
    if (failure != 0 && failure != EPIPE) {
        fprintf(stderr, "portsniff: cannot write to standard output: %s.\n", strerror(failure));
        return PS_EXIT_FAILED;
    }
    return result == 0 ? PS_EXIT_COMPLETE : PS_EXIT_FAILED;
}

int main(int argc, char **argv)
{
    struct ps_config config;
    struct ps_error error;

    ps_guard_begin(argc, argv);
    /* A closed pipe is then an error of write(), which ends the run quietly and cleanly. */
    signal(SIGPIPE, SIG_IGN);
    /* So is a file that may not grow any further (ulimit -f). */
    signal(SIGXFSZ, SIG_IGN);
    /* Only which characters the terminal can show; numbers and times keep one form everywhere. */
    setlocale(LC_CTYPE, "");

    const int parsed = ps_cli_parse(argc, argv, &config, &error);
    if (parsed != 0)
        return refuse(parsed, &error);
    int status;
    if (config.action == PS_ACTION_RUN)
        status = (int)ps_engine_run(&config);
    else if (config.action == PS_ACTION_LIST)
        status = (int)ps_engine_list(&config);
    else if (config.action == PS_ACTION_SANDBOX)
        status = (int)ps_engine_show_sandbox(&config);
    else
        status = answer(&config);
    ps_cli_finish(&config);
    return status;
}
