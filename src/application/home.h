/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of home ports, as home.c reads it.
 */
#ifndef PS_APPLICATION_HOME_H
#define PS_APPLICATION_HOME_H

#include <stddef.h>
#include <stdint.h>

/* Ports on which an application is no surprise. */
struct ps_home {
    uint8_t application; /* enum ps_application */
    uint8_t transports;  /* PS_SIGNATURE_... */
    uint8_t usual;       /* 1: who sees the port expects the application */
    uint16_t low, high;  /* both included */
};

extern const struct ps_home ps_application_homes[];
extern const size_t ps_application_homes_count;

#endif
