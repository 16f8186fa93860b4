/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The option table, and what is made of it: nothing appears twice, defaults are what the parser
 * takes for granted, and --help fits on one screen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "portsniff/cli.h"

#define SCREEN_LINES   24
#define SCREEN_COLUMNS 80

static bool same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static void names_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < ps_option_count; i++) {
        const struct ps_option *option = &ps_options[i];
        assert_true(option->name != NULL || option->letter != '\0');
        for (size_t j = i + 1; j < ps_option_count; j++) {
            assert_false(same_text(option->name, ps_options[j].name));
            assert_false(option->letter != '\0' && option->letter == ps_options[j].letter);
        }
    }
}

/* Quotes and brackets have a meaning in the scripts that help texts are put into. */
static void texts_are_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < ps_option_count; i++) {
        const struct ps_option *option = &ps_options[i];
        assert_true((option->kind == PS_KIND_FLAG) == (option->argument == NULL));
        assert_true((option->visibility == PS_NOT_YET) == (option->later != NULL));
        if (!ps_option_is_documented(option))
            continue;
        assert_non_null(option->help);
        assert_null(strpbrk(option->help, "'\"[]\\$`"));
        assert_non_null(option->manual);
        assert_int_equal(option->manual[strlen(option->manual) - 1], '\n');
    }
}

/* Giving an option its default must change nothing. */
static void defaults_are_true(void **state)
{
    (void)state;
    for (size_t i = 0; i < ps_option_count; i++) {
        char value[128];
        struct ps_config without, with;
        struct ps_error error;

        if (ps_options[i].standard == NULL)
            continue;
        snprintf(value, sizeof(value), "--%s=%s", ps_options[i].name, ps_options[i].standard);
        char *argv[] = {(char[]){"portsniff"}, (char[]){"-rx"}, value};
        assert_int_equal(ps_cli_parse(2, argv, &without, &error), 0);
        assert_int_equal(ps_cli_parse(3, argv, &with, &error), 0);
        assert_int_equal(without.source.reader, with.source.reader);
        assert_memory_equal(&without.decode, &with.decode, sizeof(with.decode));
        assert_memory_equal(&without.report, &with.report, sizeof(with.report));
        assert_int_equal(without.color, with.color);
        ps_cli_finish(&without);
        ps_cli_finish(&with);
    }
}

static void help_fits_a_screen(void **state)
{
    struct ps_out out;
    size_t lines = 0, columns = 0;

    (void)state;
    assert_int_equal(ps_out_memory(&out), 0);
    ps_cli_help(&out);
    for (size_t i = 0; i < out.used; i++) {
        columns = out.buffer[i] == '\n' ? 0 : columns + 1;
        lines += out.buffer[i] == '\n';
        /* A full last column makes some terminals wrap. */
        assert_true(columns < SCREEN_COLUMNS);
    }
    /* The shell's prompt needs a line too. */
    assert_in_range(lines, 10, SCREEN_LINES - 1);
    ps_out_finish(&out);
}

static void unknown_shell(void **state)
{
    struct ps_out out;

    (void)state;
    assert_int_equal(ps_out_memory(&out), 0);
    assert_int_equal(ps_cli_completion("tcsh", &out), -1);
    assert_int_equal(ps_cli_completion("", &out), -1);
    assert_int_equal(out.used, 0);
    for (const struct ps_word *shell = ps_shell_words; shell->name != NULL; shell++) {
        const size_t used = out.used;
        assert_int_equal(ps_cli_completion(shell->name, &out), 0);
        assert_true(out.used > used);
    }
    ps_out_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique),   cmocka_unit_test(texts_are_complete), cmocka_unit_test(defaults_are_true),
        cmocka_unit_test(help_fits_a_screen), cmocka_unit_test(unknown_shell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
