/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which rows of a table a report will show: the orders that it may ask for.
 */
#ifndef PORTSNIFF_ACCOUNT_CHOOSE_H
#define PORTSNIFF_ACCOUNT_CHOOSE_H

#include "portsniff/best.h"
#include "portsniff/snapshot.h"

/* The order of a table under `sort`: its standard order where it has no other. */
ps_compare *ps_choose_flows(enum ps_sort sort);
ps_compare *ps_choose_services(enum ps_sort sort);
ps_compare *ps_choose_ports(enum ps_sort sort);
ps_compare *ps_choose_pairs(enum ps_sort sort);
ps_compare *ps_choose_hosts(enum ps_sort sort);

#endif
