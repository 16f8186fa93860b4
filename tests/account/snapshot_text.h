/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A snapshot's counting part as lines of text, every row and every number, so that two can be compared.
 */
#ifndef PORTSNIFF_TESTS_SNAPSHOT_TEXT_H
#define PORTSNIFF_TESTS_SNAPSHOT_TEXT_H

#include "portsniff/account.h"
#include "portsniff/snapshot.h"

/* To be freed by the caller. */
char *snapshot_text(const struct ps_snapshot *snapshot);
/* The same of an account, collected now. */
char *account_text(const struct ps_account *account);
/* Fails the test, showing the first line in which they differ. */
void assert_same_text(const char *what, const char *got, const char *expected);

#endif
