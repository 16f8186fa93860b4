/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The built-in names: what stands in for /etc/services where that is missing or short. The names themselves are in
 * services.def.
 */
#include "names_internal.h"

#define T PS_TRANSPORT_BIT(PS_TRANSPORT_TCP)
#define U PS_TRANSPORT_BIT(PS_TRANSPORT_UDP)
#define S PS_TRANSPORT_BIT(PS_TRANSPORT_SCTP)
#define D PS_TRANSPORT_BIT(PS_TRANSPORT_DCCP)

const struct ps_builtin_service ps_builtin_services[] = {
#define PS_SERVICE(number, bits, text) {.port = (number), .transports = (bits), .name = (text)},
#include "services.def"
#undef PS_SERVICE
};

const size_t ps_builtin_service_count = sizeof(ps_builtin_services) / sizeof(ps_builtin_services[0]);
