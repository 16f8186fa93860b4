/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The three tables of the room (link types, EtherTypes, IP protocols): the step each number takes, and its name for
 * people.  The tables themselves are the .def files.
 */
#include "walk.h"

struct link_row {
    uint16_t number;
    uint8_t step;
    const char *name, *description;
};

static const struct link_row links[] = {
#define PS_LINK(number, name, description, step) {number, STEP_##step, name, description},
#include "link_types.def"
#undef PS_LINK
};

/* Steps by number, so that no search is needed per packet. */
static const uint8_t link_steps[] = {
#define PS_LINK(number, name, description, step) [number] = STEP_##step,
#include "link_types.def"
#undef PS_LINK
};

struct ethertype_row {
    uint16_t number;
    uint8_t step;
    const char *name;
};

static const struct ethertype_row ethertypes[] = {
#define PS_ETHERTYPE(number, name, step) {number, STEP_##step, name},
#include "ethertypes.def"
#undef PS_ETHERTYPE
};

static const uint8_t protocol_steps[256] = {
#define PS_IP_PROTOCOL(number, name, step) [number] = STEP_##step,
#include "ip_protocols.def"
#undef PS_IP_PROTOCOL
};

static const char *const protocol_names[256] = {
#define PS_IP_PROTOCOL(number, name, step) [number] = name,
#include "ip_protocols.def"
#undef PS_IP_PROTOCOL
};

static const struct link_row *find_link(uint16_t link_type)
{
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        if (links[i].number == link_type)
            return &links[i];
    return NULL;
}

static const struct ethertype_row *find_ethertype(uint16_t ethertype)
{
    size_t low = 0, high = sizeof(ethertypes) / sizeof(ethertypes[0]);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ethertypes[middle].number < ethertype)
            low = middle + 1;
        else
            high = middle;
    }
    bool there = low < sizeof(ethertypes) / sizeof(ethertypes[0]) && ethertypes[low].number == ethertype;
    return there ? &ethertypes[low] : NULL;
}

enum step ps_step_of_link(uint16_t link_type)
{
    return link_type < sizeof(link_steps) ? (enum step)link_steps[link_type] : STEP_STOP;
}

enum step ps_step_of_ethertype(uint16_t ethertype)
{
    /* The three that nearly every packet has. */
    if (ethertype == 0x0800)
        return STEP_IPV4;
    if (ethertype == 0x86dd)
        return STEP_IPV6;
    if (ethertype == 0x8100)
        return STEP_VLAN_TAG;
    const struct ethertype_row *row = find_ethertype(ethertype);
    return row ? (enum step)row->step : STEP_STOP;
}

enum step ps_step_of_ip_protocol(uint8_t protocol)
{
    return (enum step)protocol_steps[protocol];
}

enum ps_transport ps_transport_of(uint8_t ip_protocol)
{
    static const uint8_t transports[256] = {
        [6] = PS_TRANSPORT_TCP,    [17] = PS_TRANSPORT_UDP,      [33] = PS_TRANSPORT_DCCP,
        [132] = PS_TRANSPORT_SCTP, [136] = PS_TRANSPORT_UDPLITE,
    };
    return (enum ps_transport)transports[ip_protocol];
}

bool ps_link_supported(uint16_t link_type)
{
    enum step step = ps_step_of_link(link_type);
    return step != STEP_STOP && step != STEP_NONE;
}

const char *ps_link_name(uint16_t link_type)
{
    const struct link_row *row = find_link(link_type);
    return row ? row->name : "unknown";
}

const char *ps_link_description(uint16_t link_type)
{
    const struct link_row *row = find_link(link_type);
    return row ? row->description : "unknown link type";
}

const char *ps_ethertype_name(uint16_t ethertype)
{
    const struct ethertype_row *row = find_ethertype(ethertype);
    return row ? row->name : NULL;
}

const char *ps_ip_protocol_name(uint8_t protocol)
{
    return protocol_names[protocol];
}

const char *ps_transport_name(enum ps_transport transport)
{
    static const char *const names[PS_TRANSPORT_COUNT] = {
        [PS_TRANSPORT_NONE] = "",           [PS_TRANSPORT_TCP] = "tcp",   [PS_TRANSPORT_UDP] = "udp",
        [PS_TRANSPORT_UDPLITE] = "udplite", [PS_TRANSPORT_SCTP] = "sctp", [PS_TRANSPORT_DCCP] = "dccp",
    };
    return transport < PS_TRANSPORT_COUNT ? names[transport] : "";
}

const char *ps_row_name(enum ps_row row)
{
    static const char *const names[PS_ROW_COUNT] = {
        [PS_ROW_PORTS] = "ports",
        [PS_ROW_OTHER_PROTOCOL] = "other-protocol",
        [PS_ROW_LATER_FRAGMENT] = "later-fragment",
        [PS_ROW_TRUNCATED] = "truncated",
        [PS_ROW_MALFORMED] = "malformed",
        [PS_ROW_NON_IP] = "non-ip",
        [PS_ROW_UNSUPPORTED_LINK] = "unsupported-link",
    };
    return row < PS_ROW_COUNT ? names[row] : "";
}

const char *ps_tunnel_name(enum ps_tunnel kind)
{
    static const char *const names[PS_TUNNEL_COUNT] = {
        [PS_TUNNEL_VLAN] = "vlan",     [PS_TUNNEL_MPLS] = "mpls",   [PS_TUNNEL_PPPOE] = "pppoe",
        [PS_TUNNEL_GRE] = "gre",       [PS_TUNNEL_NVGRE] = "nvgre", [PS_TUNNEL_ERSPAN] = "erspan",
        [PS_TUNNEL_PPTP] = "pptp",     [PS_TUNNEL_IPIP] = "ipip",   [PS_TUNNEL_6IN4] = "6in4",
        [PS_TUNNEL_4IN6] = "4in6",     [PS_TUNNEL_6IN6] = "6in6",   [PS_TUNNEL_ETHERIP] = "etherip",
        [PS_TUNNEL_AH] = "ah",         [PS_TUNNEL_NSH] = "nsh",     [PS_TUNNEL_VXLAN] = "vxlan",
        [PS_TUNNEL_GENEVE] = "geneve", [PS_TUNNEL_GTPU] = "gtpu",   [PS_TUNNEL_TEREDO] = "teredo",
    };
    return kind < PS_TUNNEL_COUNT ? names[kind] : "";
}

static const char *sap_name(unsigned sap)
{
    switch (sap) {
    case 0x00:
        return "null";
    case 0x42:
        return "STP";
    case 0xaa:
        return "SNAP";
    case 0xe0:
        return "IPX";
    case 0xf0:
        return "NetBIOS";
    case 0xfe:
        return "OSI";
    case 0xff:
        return "raw IPX";
    default:
        return NULL;
    }
}

static const char *wlan_name(unsigned detail)
{
    static const char *const names[PS_WLAN_COUNT] = {
        [PS_WLAN_MANAGEMENT] = "802.11 management", [PS_WLAN_CONTROL] = "802.11 control",
        [PS_WLAN_NULL_DATA] = "802.11 null data",   [PS_WLAN_PROTECTED] = "802.11 encrypted",
        [PS_WLAN_FRAGMENT] = "802.11 fragment",     [PS_WLAN_OTHER] = "802.11 other",
    };
    return detail < PS_WLAN_COUNT ? names[detail] : "802.11";
}

static const char *fault_name(unsigned fault)
{
    static const char *const names[PS_FAULT_COUNT] = {
        [PS_FAULT_LINK] = "link layer",
        [PS_FAULT_TAG] = "tag",
        [PS_FAULT_LLC] = "LLC",
        [PS_FAULT_MPLS] = "MPLS",
        [PS_FAULT_PPP] = "PPP",
        [PS_FAULT_IPV4] = "IPv4 header",
        [PS_FAULT_IPV6] = "IPv6 header",
        [PS_FAULT_IPV6_EXTENSION] = "IPv6 extension header",
        [PS_FAULT_AH] = "AH",
        [PS_FAULT_GRE] = "GRE",
        [PS_FAULT_TUNNEL] = "tunnel header",
        [PS_FAULT_TRANSPORT] = "ports",
        [PS_FAULT_NESTING] = "nested too deep",
    };
    return fault < PS_FAULT_COUNT ? names[fault] : "header";
}

/* Text built up in a buffer of fixed size; no stdio in this room. */
struct text {
    char *to;
    size_t size, used;
};

static void append(struct text *text, const char *more)
{
    for (; *more && text->used + 1 < text->size; more++)
        text->to[text->used++] = *more;
    if (text->used < text->size)
        text->to[text->used] = '\0';
}

/* `digits` of them at least, in base 10 or 16. */
static void append_number(struct text *text, unsigned number, unsigned base, int digits)
{
    char reversed[12], one[2] = {0};
    int n = 0;
    do {
        reversed[n++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0 || n < digits);
    while (n > 0) {
        one[0] = reversed[--n];
        append(text, one);
    }
}

/* `what`, then 0x and four or so digits. */
static void append_hex(struct text *text, const char *what, int digits, unsigned number)
{
    append(text, what);
    append(text, " 0x");
    append_number(text, number, 16, digits);
}

static void append_decimal(struct text *text, const char *what, unsigned number)
{
    append(text, what);
    append(text, " ");
    append_number(text, number, 10, 1);
}

static void append_link_type(struct text *text, uint16_t link_type)
{
    append(text, ps_link_description(link_type));
    append_decimal(text, " (link type", link_type);
    append(text, ")");
}

char *ps_detail_text(char *to, size_t size, enum ps_detail kind, uint16_t detail)
{
    struct text text = {.to = to, .size = size};
    const char *name = kind == PS_DETAIL_ETHERTYPE     ? ps_ethertype_name(detail)
                       : kind == PS_DETAIL_LLC         ? sap_name(detail)
                       : kind == PS_DETAIL_IP_PROTOCOL ? ps_ip_protocol_name((uint8_t)detail)
                       : kind == PS_DETAIL_WLAN        ? wlan_name(detail)
                       : kind == PS_DETAIL_FAULT       ? fault_name(detail)
                                                       : "";
    append(&text, name ? name : "");
    if (kind == PS_DETAIL_ETHERTYPE && !name)
        append_hex(&text, "EtherType", 4, detail);
    else if (kind == PS_DETAIL_LLC && !name)
        append_hex(&text, "LLC", 2, detail);
    else if (kind == PS_DETAIL_SNAP)
        append_hex(&text, "SNAP", 4, detail);
    else if (kind == PS_DETAIL_PPP)
        append_hex(&text, "PPP", 4, detail);
    else if (kind == PS_DETAIL_IP_PROTOCOL && !name)
        append_decimal(&text, "IP protocol", detail);
    else if (kind == PS_DETAIL_LINK_TYPE)
        append_link_type(&text, detail);
    else if (kind == PS_DETAIL_FAMILY)
        append_decimal(&text, "address family", detail);
    return to;
}
