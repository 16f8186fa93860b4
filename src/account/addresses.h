/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv6 addresses by number, so that a flow's key is short.
 */
#ifndef PORTSNIFF_ACCOUNT_ADDRESSES_H
#define PORTSNIFF_ACCOUNT_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/key.h"

struct addresses; /* addresses.c */

struct addresses *ps_addresses_create(void);
void ps_addresses_destroy(struct addresses *addresses);
/* Makes room for `n` more; false when memory is out. */
bool ps_addresses_reserve(struct addresses *addresses, size_t n);
/* The number of an address, given when it is new.  Room must have been reserved. */
uint32_t ps_addresses_number(struct addresses *addresses, const struct ps_address *address);
/* False when the address has no number. */
bool ps_addresses_find(const struct addresses *addresses, const struct ps_address *address, uint32_t *ret_number);
struct ps_address ps_addresses_get(const struct addresses *addresses, uint32_t number);

#endif
