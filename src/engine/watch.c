/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Live capture.
 */
#include "watch.h"

#include "tell.h"

enum ps_exit ps_watch_run(const struct ps_config *config)
{
    struct ps_error error;
    ps_error_set(&error, "cannot capture on %s: live capture is not complete yet.", config->source.live.interfaces[0]);
    ps_tell(&error);
    return PS_EXIT_FAILED;
}
