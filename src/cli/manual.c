/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The OPTIONS section of portsniff(1) in mdoc(7), made of the option table.
 */
#include "options.h"
#include "portsniff/cli.h"

/* ".It Fl r Ar FILE , Fl -read Ns = Ns Ar FILE" */
static void write_heading(const struct ps_option *option, struct ps_out *out)
{
    ps_out_text(out, ".It");
    if (option->letter != '\0') {
        ps_out_format(out, " Fl %c", option->letter);
        if (option->argument != NULL)
            ps_out_format(out, " Ar %s", option->argument);
    }
    if (option->letter != '\0' && option->name != NULL)
        ps_out_text(out, " ,");
    if (option->name != NULL) {
        ps_out_format(out, " Fl -%s", option->name);
        if (option->argument != NULL)
            ps_out_format(out, " Ns = Ns Ar %s", option->argument);
    }
    ps_out_char(out, '\n');
}

static void write_words(const struct ps_word *words, struct ps_out *out)
{
    ps_out_text(out, ".Bl -tag -width \"ephemeral\" -compact\n");
    for (; words->name != NULL; words++)
        if (words->later == NULL)
            ps_out_format(out, ".It Cm %s\n%s\n", words->name, words->help);
    ps_out_text(out, ".El\n");
}

static void write_option(const struct ps_option *option, struct ps_out *out)
{
    write_heading(option, out);
    ps_out_text(out, option->manual);
    if (option->standard != NULL)
        ps_out_format(out, "The default is\n.Cm %s .\n", option->standard);
    if (option->words != NULL)
        write_words(option->words, out);
}

static void write_group(enum ps_option_group group, struct ps_out *out)
{
    ps_out_format(out, ".Ss %s\n.Bl -tag -width Ds\n", ps_option_group_title(group));
    for (size_t i = 0; i < ps_option_count; i++)
        if (ps_option_is_documented(&ps_options[i]) && ps_options[i].group == group)
            write_option(&ps_options[i], out);
    ps_out_text(out, ".El\n");
}

void ps_cli_man_options(struct ps_out *out)
{
    ps_out_text(out, ".Sh OPTIONS\n"
                     ".\\\" Made from portsniff's option table; do not edit this section.\n"
                     "Long options may be shortened as long as they stay unambiguous.\n"
                     "Where an option that does not add up is given twice, the last one counts.\n");
    for (int group = 0; group < PS_GROUP_COUNT; group++)
        write_group((enum ps_option_group)group, out);
}
