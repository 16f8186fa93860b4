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

bool ps_service_registered(enum ps_transport transport, uint16_t port)
{
    size_t low = 0, high = ps_builtin_service_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ps_builtin_services[middle].port < port)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < ps_builtin_service_count && ps_builtin_services[low].port == port; low++) {
        uint8_t bits = ps_builtin_services[low].transports;
        if (bits & PS_TRANSPORT_BIT(transport) || (transport == PS_TRANSPORT_UDPLITE && bits & U))
            return true;
    }
    return false;
}
