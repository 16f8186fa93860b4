/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The built-in table: in order, no port named twice, names that fit into a table, and the ones
 * that everybody meets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "names_internal.h"

#define ALL_TRANSPORTS                                                                                               \
    (PS_TRANSPORT_BIT(PS_TRANSPORT_TCP) | PS_TRANSPORT_BIT(PS_TRANSPORT_UDP) | PS_TRANSPORT_BIT(PS_TRANSPORT_SCTP) | \
     PS_TRANSPORT_BIT(PS_TRANSPORT_DCCP))

static void sorted_and_unique(void **state)
{
    (void)state;
    assert_true(ps_builtin_service_count > 500);
    for (size_t i = 1; i < ps_builtin_service_count; i++) {
        const struct ps_builtin_service *before = &ps_builtin_services[i - 1], *here = &ps_builtin_services[i];
        if (here->port < before->port)
            fail_msg("%s at %u stands behind %u", here->name, here->port, before->port);
        for (size_t k = i; k-- > 0 && ps_builtin_services[k].port == here->port;) {
            if ((ps_builtin_services[k].transports & here->transports) != 0)
                fail_msg("port %u is both %s and %s", here->port, ps_builtin_services[k].name, here->name);
        }
    }
}

static void well_formed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ps_builtin_service_count; i++) {
        const struct ps_builtin_service *service = &ps_builtin_services[i];
        size_t length = strlen(service->name);
        if (length == 0 || length > 15)
            fail_msg("\"%s\" is not 1 to 15 characters long, as RFC 6335 has it", service->name);
        if (strspn(service->name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != length)
            fail_msg("\"%s\" holds unusual characters", service->name);
        assert_int_equal(service->transports & ~ALL_TRANSPORTS, 0);
        assert_int_not_equal(service->transports, 0);
    }
}

static void known_names(void **state)
{
    static const struct {
        enum ps_transport transport;
        uint16_t port;
        const char *name;
    } rows[] = {
        {PS_TRANSPORT_TCP, 22, "ssh"},
        {PS_TRANSPORT_UDP, 53, "domain"},
        {PS_TRANSPORT_TCP, 53, "domain"},
        {PS_TRANSPORT_TCP, 443, "https"},
        {PS_TRANSPORT_UDP, 443, "https"},
        {PS_TRANSPORT_UDP, 123, "ntp"},
        {PS_TRANSPORT_TCP, 3306, "mysql"},
        {PS_TRANSPORT_TCP, 5432, "postgresql"},
        {PS_TRANSPORT_TCP, 6379, "redis"},
        {PS_TRANSPORT_TCP, 27017, "mongodb"},
        {PS_TRANSPORT_TCP, 9092, "kafka"},
        {PS_TRANSPORT_UDP, 5353, "mdns"},
        {PS_TRANSPORT_UDP, 4789, "vxlan"},
        {PS_TRANSPORT_UDP, 51820, "wireguard"},
        {PS_TRANSPORT_UDP, 1194, "openvpn"},
        {PS_TRANSPORT_TCP, 9200, "elasticsearch"},
        {PS_TRANSPORT_TCP, 2379, "etcd-client"},
        {PS_TRANSPORT_TCP, 6443, "kube-apiserver"},
        {PS_TRANSPORT_TCP, 10250, "kubelet"},
        {PS_TRANSPORT_SCTP, 3868, "diameter"},
        {PS_TRANSPORT_SCTP, 36412, "s1-control"},
        {PS_TRANSPORT_DCCP, 5004, "avt-profile-1"},
        {PS_TRANSPORT_TCP, 8080, "http-alt"},
        {PS_TRANSPORT_UDP, 51821, ""},
        {PS_TRANSPORT_DCCP, 443, ""},
        {PS_TRANSPORT_TCP, 0, ""},
        {PS_TRANSPORT_TCP, 65535, ""},
        {PS_TRANSPORT_NONE, 443, ""},
        {PS_TRANSPORT_UDPLITE, 53, "domain"},
        {PS_TRANSPORT_UDPLITE, 22, ""},
    };
    struct ps_names *names = NULL;
    (void)state;
    assert_int_equal(ps_names_create_from(NULL, NULL, false, &names, NULL), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *name = ps_service_name(names, rows[i].transport, rows[i].port);
        if (strcmp(name, rows[i].name) != 0)
            fail_msg("transport %d port %u: got \"%s\", want \"%s\"", (int)rows[i].transport, rows[i].port, name,
                     rows[i].name);
    }
    ps_names_destroy(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorted_and_unique),
        cmocka_unit_test(well_formed),
        cmocka_unit_test(known_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
