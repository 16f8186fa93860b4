/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text from outside, made harmless: names of files and interfaces, words of the command line, whatever a file holds.
 * Room: base.
 */
#ifndef PORTSNIFF_PRINTABLE_H
#define PORTSNIFF_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length in bytes, 1 to 4, of the UTF-8 sequence (RFC 3629) that begins at `at`, and its code in *ret_code; 0 when it is
 * not well-formed. `at` is NUL-terminated, and a NUL is a sequence of length 1. */
size_t ps_utf8_read(const char *at, uint32_t *ret_code);

/* Whether a character steers a terminal or hides text on it, instead of being shown: controls (C0, DEL, C1), separators
 * of lines, and what Unicode (DerivedCoreProperties, Default_Ignorable_Code_Point) has without a shape of its own, among
 * it everything that turns the direction of text. Variation selectors, which only choose a shape, do not. */
bool ps_utf8_steers(uint32_t code);

/* Copies `text` to `to` (of `size` bytes, always NUL-terminated) with a `?` for every byte of what steers and of broken
 * UTF-8. Never cuts a character in two. Returns `to`. */
char *ps_printable(char *to, size_t size, const char *text);

/* The same with a `?` for every byte that is not ASCII: a terminal that does not expect UTF-8 may take the second byte
 * of a harmless letter for a C1 control. */
char *ps_printable_ascii(char *to, size_t size, const char *text);

#endif
