/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports held against files, and the measuring of lines.
 */
#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 65536

void expect_file(const char *directory, const char *name, const char *text)
{
    static char want[TEXT_MAX];
    char path[1024];
    bool update = getenv("PS_UPDATE_EXPECTED") != NULL;
    (void)snprintf(path, sizeof(path), "%s/%s.txt", directory, name);
    FILE *file = fopen(path, update ? "w" : "r");
    if (file == NULL)
        fail_msg("%s is missing", path);
    size_t length = update ? fwrite(text, 1, strlen(text), file) : fread(want, 1, sizeof(want) - 1, file);
    assert_int_equal(fclose(file), 0);
    if (update)
        return;
    want[length] = '\0';
    if (strcmp(text, want) != 0)
        fail_msg("%s differs; the report is:\n%s", path, text);
}

size_t longest_line(const char *text)
{
    size_t longest = 0, width = 0;
    for (; *text != '\0'; text++) {
        if (*text == '\033') {
            text += strcspn(text, "m");
            continue;
        }
        width = *text == '\n' ? 0 : width + (((unsigned char)*text & 0xc0) != 0x80);
        longest = width > longest ? width : longest;
    }
    return longest;
}

void strip_colors(char *text)
{
    char *to = text;
    for (; *text != '\0'; text++) {
        if (*text == '\033')
            text += strcspn(text, "m");
        else
            *to++ = *text;
    }
    *to = '\0';
}
