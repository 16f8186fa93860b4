/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables are sorted and without gaps where there must be none; everything has the name that people know.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "decode/walk.h"

static const struct {
    uint16_t number;
    enum step step;
} links[] = {
#define PS_LINK(number, name, description, step) {number, STEP_##step},
#include "decode/link_types.def"
#undef PS_LINK
};

static const struct {
    uint16_t number;
    enum step step;
    const char *name;
} ethertypes[] = {
#define PS_ETHERTYPE(number, name, step) {number, STEP_##step, name},
#include "decode/ethertypes.def"
#undef PS_ETHERTYPE
};

static const struct {
    uint16_t number;
    enum step step;
    const char *name;
} protocols[] = {
#define PS_IP_PROTOCOL(number, name, step) {number, STEP_##step, name},
#include "decode/ip_protocols.def"
#undef PS_IP_PROTOCOL
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void tables_ascend(void **state)
{
    (void)state;
    for (size_t i = 1; i < COUNT(links); i++)
        assert_true(links[i - 1].number < links[i].number);
    for (size_t i = 1; i < COUNT(ethertypes); i++)
        assert_true(ethertypes[i - 1].number < ethertypes[i].number);
    for (size_t i = 1; i < COUNT(protocols); i++)
        assert_true(protocols[i - 1].number < protocols[i].number);
}

/* Whether a link type has a decoder is what the table says, for every number there is. */
static void links_are_found(void **state)
{
    (void)state;
    size_t supported = 0, wanted = 0;
    for (size_t i = 0; i < COUNT(links); i++) {
        wanted += links[i].step != STEP_NONE;
        assert_int_equal(ps_link_supported(links[i].number), links[i].step != STEP_NONE);
        assert_string_not_equal(ps_link_name(links[i].number), "unknown");
        assert_string_not_equal(ps_link_description(links[i].number), "unknown link type");
    }
    for (uint32_t number = 0; number <= UINT16_MAX; number++)
        supported += ps_link_supported((uint16_t)number);
    assert_int_equal(supported, wanted);
}

static void ethertypes_are_found(void **state)
{
    (void)state;
    size_t named = 0;
    for (size_t i = 0; i < COUNT(ethertypes); i++) {
        assert_true(ethertypes[i].number > 1535);
        assert_string_equal(ps_ethertype_name(ethertypes[i].number), ethertypes[i].name);
        assert_int_equal(ps_step_of_ethertype(ethertypes[i].number), ethertypes[i].step);
    }
    for (uint32_t number = 0; number <= UINT16_MAX; number++)
        named += ps_ethertype_name((uint16_t)number) != NULL;
    assert_int_equal(named, COUNT(ethertypes));
}

static void protocols_are_found(void **state)
{
    (void)state;
    size_t named = 0;
    for (size_t i = 0; i < COUNT(protocols); i++) {
        uint8_t number = (uint8_t)protocols[i].number;
        assert_true(protocols[i].number < 256);
        assert_string_equal(ps_ip_protocol_name(number), protocols[i].name);
        assert_int_equal(ps_transport_of(number) != PS_TRANSPORT_NONE, protocols[i].step == STEP_PORTS);
    }
    for (unsigned number = 0; number < 256; number++)
        named += ps_ip_protocol_name((uint8_t)number) != NULL;
    assert_int_equal(named, COUNT(protocols));
}

static void well_known_names(void **state)
{
    (void)state;
    assert_string_equal(ps_link_name(1), "EN10MB");
    assert_string_equal(ps_link_description(1), "Ethernet");
    assert_string_equal(ps_link_name(0), "NULL");
    assert_string_equal(ps_link_name(146), "unknown");
    assert_string_equal(ps_link_name(147), "USER0");
    assert_string_equal(ps_link_name(162), "USER15");
    assert_string_equal(ps_link_name(65535), "unknown");
    assert_string_equal(ps_link_description(65535), "unknown link type");
    assert_string_equal(ps_ethertype_name(0x0806), "ARP");
    assert_null(ps_ethertype_name(0x0801));
    assert_null(ps_ethertype_name(0));
    assert_null(ps_ethertype_name(0xffff));
    assert_string_equal(ps_ip_protocol_name(1), "ICMP");
    assert_string_equal(ps_ip_protocol_name(0), "HOPOPT");
    assert_string_equal(ps_ip_protocol_name(255), "Reserved");
    assert_null(ps_ip_protocol_name(200));
}

static void enumerations_have_names(void **state)
{
    static const char *const transports[] = {"", "tcp", "udp", "udplite", "sctp", "dccp"};
    static const char *const rows[] = {"ports",     "other-protocol", "later-fragment",  "truncated",
                                       "malformed", "non-ip",         "unsupported-link"};
    static const char *const tunnels[] = {"vlan", "mpls", "pppoe", "gre",    "nvgre", "erspan",
                                          "pptp", "ipip", "6in4",  "4in6",   "6in6",  "etherip",
                                          "ah",   "nsh",  "vxlan", "geneve", "gtpu",  "teredo"};
    (void)state;
    assert_int_equal(COUNT(transports), PS_TRANSPORT_COUNT);
    assert_int_equal(COUNT(rows), PS_ROW_COUNT);
    assert_int_equal(COUNT(tunnels), PS_TUNNEL_COUNT);
    for (unsigned i = 0; i < COUNT(transports); i++)
        assert_string_equal(ps_transport_name((enum ps_transport)i), transports[i]);
    for (unsigned i = 0; i < COUNT(rows); i++)
        assert_string_equal(ps_row_name((enum ps_row)i), rows[i]);
    for (unsigned i = 0; i < COUNT(tunnels); i++)
        assert_string_equal(ps_tunnel_name((enum ps_tunnel)i), tunnels[i]);
    assert_string_equal(ps_transport_name(PS_TRANSPORT_COUNT), "");
    assert_string_equal(ps_row_name(PS_ROW_COUNT), "");
    assert_string_equal(ps_tunnel_name(PS_TUNNEL_COUNT), "");
}

static const struct {
    enum ps_detail kind;
    uint16_t detail;
    const char *text;
} details[] = {
    {PS_DETAIL_NONE, 0, ""},
    {PS_DETAIL_NONE, 5, ""},
    {PS_DETAIL_ETHERTYPE, 0x0806, "ARP"},
    {PS_DETAIL_ETHERTYPE, 0x9999, "EtherType 0x9999"},
    {PS_DETAIL_ETHERTYPE, 0x0005, "EtherType 0x0005"},
    {PS_DETAIL_LLC, 0x42, "STP"},
    {PS_DETAIL_LLC, 0x00, "null"},
    {PS_DETAIL_LLC, 0xaa, "SNAP"},
    {PS_DETAIL_LLC, 0xe0, "IPX"},
    {PS_DETAIL_LLC, 0xf0, "NetBIOS"},
    {PS_DETAIL_LLC, 0xfe, "OSI"},
    {PS_DETAIL_LLC, 0xff, "raw IPX"},
    {PS_DETAIL_LLC, 0x0e, "LLC 0x0e"},
    {PS_DETAIL_SNAP, 0x010b, "SNAP 0x010b"},
    {PS_DETAIL_PPP, 0xc021, "PPP 0xc021"},
    {PS_DETAIL_IP_PROTOCOL, 58, "ICMPv6"},
    {PS_DETAIL_IP_PROTOCOL, 200, "IP protocol 200"},
    {PS_DETAIL_LINK_TYPE, 189, "USB (link type 189)"},
    {PS_DETAIL_LINK_TYPE, 65535, "unknown link type (link type 65535)"},
    {PS_DETAIL_WLAN, PS_WLAN_MANAGEMENT, "802.11 management"},
    {PS_DETAIL_WLAN, PS_WLAN_CONTROL, "802.11 control"},
    {PS_DETAIL_WLAN, PS_WLAN_NULL_DATA, "802.11 null data"},
    {PS_DETAIL_WLAN, PS_WLAN_PROTECTED, "802.11 encrypted"},
    {PS_DETAIL_WLAN, PS_WLAN_FRAGMENT, "802.11 fragment"},
    {PS_DETAIL_WLAN, PS_WLAN_OTHER, "802.11 other"},
    {PS_DETAIL_WLAN, PS_WLAN_COUNT, "802.11"},
    {PS_DETAIL_FAMILY, 0, "address family 0"},
    {PS_DETAIL_FAMILY, 65535, "address family 65535"},
    {PS_DETAIL_FAULT, PS_FAULT_LINK, "link layer"},
    {PS_DETAIL_FAULT, PS_FAULT_NESTING, "nested too deep"},
    {PS_DETAIL_FAULT, PS_FAULT_COUNT, "header"},
};

static void detail_text(void **state)
{
    (void)state;
    char text[64];
    for (size_t i = 0; i < COUNT(details); i++) {
        memset(text, 'x', sizeof(text));
        assert_ptr_equal(ps_detail_text(text, sizeof(text), details[i].kind, details[i].detail), text);
        assert_string_equal(text, details[i].text);
    }
}

/* Whatever the detail, 64 bytes are enough and a smaller place is not left. */
static void detail_text_fits(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < PS_DETAIL_COUNT; kind++) {
        for (uint32_t detail = 0; detail <= UINT16_MAX; detail++) {
            char large[256], small[9];
            memset(small, '#', sizeof(small));
            ps_detail_text(large, sizeof(large), (enum ps_detail)kind, (uint16_t)detail);
            ps_detail_text(small, 8, (enum ps_detail)kind, (uint16_t)detail);
            assert_true(strlen(large) < 64);
            assert_int_equal(small[8], '#');
            assert_int_equal(strncmp(large, small, 7), 0);
            assert_true(strlen(small) < 8);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_ascend),        cmocka_unit_test(links_are_found),
        cmocka_unit_test(ethertypes_are_found), cmocka_unit_test(protocols_are_found),
        cmocka_unit_test(well_known_names),     cmocka_unit_test(enumerations_have_names),
        cmocka_unit_test(detail_text),          cmocka_unit_test(detail_text_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
