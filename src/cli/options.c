/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is asked of the option table.
 *
 * Refuses to know what the options do to a run: that is apply.c's business.
 */
#include "options.h"

#include <stdio.h>

static const char *const group_titles[] = {
    [PS_GROUP_INPUT] = "Input",   [PS_GROUP_LIVE] = "Live capture",     [PS_GROUP_COUNTING] = "Counting",
    [PS_GROUP_OUTPUT] = "Output", [PS_GROUP_SAVING] = "Saving packets", [PS_GROUP_OTHER] = "Other",
};
_Static_assert(sizeof(group_titles) / sizeof(group_titles[0]) == PS_GROUP_COUNT, "a title per group");

char *ps_option_spelling(const struct ps_option *option, char *to, size_t size)
{
    if (option->name != NULL)
        snprintf(to, size, "--%s", option->name);
    else
        snprintf(to, size, "-%c", option->letter);
    return to;
}

bool ps_option_is_documented(const struct ps_option *option)
{
    return option->visibility == PS_SHOWN || option->visibility == PS_MANUAL_ONLY;
}

const char *ps_option_group_title(enum ps_option_group group)
{
    return group_titles[group];
}
