/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Completion scripts for bash, zsh and fish, made of the option table. They need nothing but the
 * shell itself, and never run portsniff.
 */
#include <string.h>

#include "options.h"
#include "portsniff/cli.h"

/* The words of an option with `separator` between them, each followed by `suffix`. */
static void write_words(const struct ps_option *option, const char *separator, const char *suffix, struct ps_out *out)
{
    const char *before = "";

    for (const struct ps_word *word = option->words; word->name != NULL; word++) {
        if (word->later != NULL)
            continue;
        ps_out_format(out, "%s%s%s", before, word->name, suffix);
        before = separator;
    }
}

/* --- bash ------------------------------------------------------------------------------------- */

/* "-r" and "--read", as a pattern of case or as words. */
static void write_spellings(const struct ps_option *option, char separator, struct ps_out *out)
{
    if (option->letter != '\0')
        ps_out_format(out, "-%c", option->letter);
    if (option->letter != '\0' && option->name != NULL)
        ps_out_char(out, separator);
    if (option->name != NULL)
        ps_out_format(out, "--%s", option->name);
}

static void write_bash_case(const struct ps_option *option, struct ps_out *out)
{
    ps_out_text(out, "    ");
    write_spellings(option, '|', out);
    ps_out_text(out, ")\n");
    switch (option->kind) {
    case PS_KIND_FILE:
        ps_out_text(out, "        compopt -o filenames 2>/dev/null\n"
                         "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n");
        break;
    case PS_KIND_INTERFACE:
        ps_out_text(
            out, "        mapfile -t COMPREPLY < <(compgen -W \"any $(cd /sys/class/net && echo *)\" -- \"$cur\")\n");
        break;
    case PS_KIND_WORDS:
        ps_out_text(out, "        compopt -o nospace 2>/dev/null\n"
                         "        mapfile -t COMPREPLY < <(compgen -P \"${cur%\"${cur##*,}\"}\" -W '");
        write_words(option, " ", "", out);
        ps_out_text(out, "' -- \"${cur##*,}\")\n");
        break;
    case PS_KIND_TUNNEL_PORT:
        ps_out_text(out, "        compopt -o nospace 2>/dev/null\n");
        __attribute__((fallthrough));
    case PS_KIND_WORD:
        ps_out_text(out, "        mapfile -t COMPREPLY < <(compgen -W '");
        write_words(option, " ", option->kind == PS_KIND_WORD ? "" : "=", out);
        ps_out_text(out, "' -- \"$cur\")\n");
        break;
    default: /* a number or a time: nothing to offer */
        break;
    }
    ps_out_text(out, "        return\n        ;;\n");
}

static void write_bash(struct ps_out *out)
{
    ps_out_text(out, "# bash completion for portsniff                           -*- shell-script -*-\n"
                     "# Made from portsniff's option table; do not edit.\n"
                     "\n"
                     "_portsniff()\n"
                     "{\n"
                     "    local cur=${COMP_WORDS[COMP_CWORD]}\n"
                     "    local option=${COMP_WORDS[COMP_CWORD - 1]}\n"
                     "\n"
                     "    # bash cuts words at \"=\", so --view=po arrives as three of them.\n"
                     "    if [[ $cur == \"=\" ]]; then\n"
                     "        cur=\"\"\n"
                     "    elif [[ $option == \"=\" ]]; then\n"
                     "        option=${COMP_WORDS[COMP_CWORD - 2]}\n"
                     "    fi\n"
                     "    COMPREPLY=()\n"
                     "    case $option in\n");
    for (size_t i = 0; i < ps_option_count; i++)
        if (ps_option_is_documented(&ps_options[i]) && ps_options[i].kind != PS_KIND_FLAG)
            write_bash_case(&ps_options[i], out);
    ps_out_text(out, "    esac\n"
                     "    if [[ $cur == -* ]]; then\n"
                     "        mapfile -t COMPREPLY < <(compgen -W '");
    const char *before = "";
    for (size_t i = 0; i < ps_option_count; i++) {
        if (!ps_option_is_documented(&ps_options[i]))
            continue;
        ps_out_text(out, before);
        write_spellings(&ps_options[i], ' ', out);
        before = " ";
    }
    ps_out_text(out, "' -- \"$cur\")\n"
                     "    fi\n"
                     "}\n"
                     "\n"
                     "complete -F _portsniff portsniff\n");
}

/* --- zsh -------------------------------------------------------------------------------------- */

/* What _arguments offers behind an option: ":message:action". */
static void write_zsh_value(const struct ps_option *option, struct ps_out *out)
{
    ps_out_format(out, ":%s:", option->argument);
    switch (option->kind) {
    case PS_KIND_FILE:
        ps_out_text(out, "_files");
        break;
    case PS_KIND_INTERFACE:
        ps_out_text(out, "compadd - any /sys/class/net/*(N\\:t)");
        break;
    case PS_KIND_WORD:
        ps_out_char(out, '(');
        write_words(option, " ", "", out);
        ps_out_char(out, ')');
        break;
    case PS_KIND_WORDS:
        ps_out_text(out, "_sequence compadd - ");
        write_words(option, " ", "", out);
        break;
    case PS_KIND_TUNNEL_PORT:
        ps_out_text(out, "compadd -S \"\" - ");
        write_words(option, " ", "=", out);
        break;
    default: /* a number or a time: the message alone */
        ps_out_char(out, ' ');
        break;
    }
}

/* One spec of _arguments: '(-r --read)'{-r+,--read=}'[help]:FILE:_files' */
static void write_zsh_option(const struct ps_option *option, struct ps_out *out)
{
    const bool value = option->argument != NULL;

    ps_out_text(out, "    '");
    if (option->repeats) {
        ps_out_char(out, '*');
    } else {
        ps_out_char(out, '(');
        write_spellings(option, ' ', out);
        ps_out_char(out, ')');
    }
    if (option->letter != '\0' && option->name != NULL)
        ps_out_format(out, "'{-%c%s,--%s%s}'", option->letter, value ? "+" : "", option->name, value ? "=" : "");
    else if (option->name != NULL)
        ps_out_format(out, "--%s%s", option->name, value ? "=" : "");
    else
        ps_out_format(out, "-%c%s", option->letter, value ? "+" : "");
    ps_out_format(out, "[%s]", option->help);
    if (value)
        write_zsh_value(option, out);
    ps_out_text(out, "' \\\n");
}

static void write_zsh(struct ps_out *out)
{
    ps_out_text(out, "#compdef portsniff\n"
                     "# Made from portsniff's option table; do not edit.\n"
                     "\n"
                     "_arguments -s -S \\\n");
    for (size_t i = 0; i < ps_option_count; i++)
        if (ps_option_is_documented(&ps_options[i]))
            write_zsh_option(&ps_options[i], out);
    ps_out_text(out, "    '*:filter:()'\n");
}

/* --- fish ------------------------------------------------------------------------------------- */

static void write_fish_option(const struct ps_option *option, struct ps_out *out)
{
    ps_out_text(out, "complete -c portsniff");
    if (option->letter != '\0')
        ps_out_format(out, " -s %c", option->letter);
    if (option->name != NULL)
        ps_out_format(out, " -l %s", option->name);
    switch (option->kind) {
    case PS_KIND_FLAG:
        break;
    case PS_KIND_FILE:
        ps_out_text(out, " -r -F");
        break;
    case PS_KIND_INTERFACE:
        ps_out_text(out, " -x -a 'any (cd /sys/class/net; and printf \"%s\\n\" *)'");
        break;
    case PS_KIND_WORD:
        ps_out_text(out, " -x -a '");
        write_words(option, " ", "", out);
        ps_out_char(out, '\'');
        break;
    case PS_KIND_WORDS:
        ps_out_text(out, " -x -a '(__fish_append , ");
        write_words(option, " ", "", out);
        ps_out_text(out, ")'");
        break;
    case PS_KIND_TUNNEL_PORT:
        ps_out_text(out, " -x -a '");
        write_words(option, " ", "=", out);
        ps_out_char(out, '\'');
        break;
    default:
        ps_out_text(out, " -x");
        break;
    }
    ps_out_format(out, " -d '%s'\n", option->help);
}

static void write_fish(struct ps_out *out)
{
    ps_out_text(out, "# fish completion for portsniff\n"
                     "# Made from portsniff's option table; do not edit.\n"
                     "\n"
                     "complete -c portsniff -f\n");
    for (size_t i = 0; i < ps_option_count; i++)
        if (ps_option_is_documented(&ps_options[i]))
            write_fish_option(&ps_options[i], out);
}

int ps_cli_completion(const char *shell, struct ps_out *out)
{
    static const struct {
        const char *shell;
        void (*write)(struct ps_out *out);
    } writers[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};

    for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
        if (strcmp(writers[i].shell, shell) == 0) {
            writers[i].write(out);
            return 0;
        }
    }
    return -1;
}
