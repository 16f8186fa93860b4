/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a fuzz target says that something which must hold does not.
 */
#ifndef PORTSNIFF_FUZZ_RULE_H
#define PORTSNIFF_FUZZ_RULE_H

#include <stdbool.h>
#include <stdint.h>

/* Ends the program with the rule on standard error, which a fuzzer takes for a crash. */
_Noreturn void rule_broken(const char *what);

static inline void rule(bool holds, const char *what)
{
    if (!holds)
        rule_broken(what);
}

/* The same for two numbers that must be one; says both. */
void rule_same(uint64_t one, uint64_t other, const char *what);

/* The same for texts that reach a person: printable ASCII and whole UTF-8 characters, and with `lines` newlines. */
void rule_printable(const char *text, bool lines, const char *what);

#endif
