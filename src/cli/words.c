/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Options' values that are words: what each means to the config, and those that a later version brings.
 */
#include "options.h"
#include "portsniff/config.h"

const struct ps_word ps_reader_words[] = {
    {"auto", PS_READER_AUTO, "portsniff's own readers", NULL},
    {"native", PS_READER_NATIVE, "the same, by name", NULL},
    {"libpcap", PS_READER_LIBPCAP, "libpcap's reader, where it knows the format", NULL},
    {NULL, 0, NULL, NULL},
};

const struct ps_word ps_tunnels_words[] = {
    {"inner", 1, "ports of what is carried", NULL},
    {"outer", 0, "ports of the tunnel itself", NULL},
    {NULL, 0, NULL, NULL},
};

const struct ps_word ps_tunnel_port_words[] = {
    {"vxlan", PS_TUNNEL_VXLAN, "VXLAN", NULL},
    {"geneve", PS_TUNNEL_GENEVE, "Geneve", NULL},
    {"gtpu", PS_TUNNEL_GTPU, "GTP-U", NULL},
    {"teredo", PS_TUNNEL_TEREDO, "Teredo", NULL},
    {NULL, 0, NULL, NULL},
};

const struct ps_word ps_fragments_words[] = {
    {"credit", 1, "to the ports of their first fragment", NULL},
    {"header", 0, "only frames that hold the ports count by port", NULL},
    {NULL, 0, NULL, NULL},
};

const struct ps_word ps_view_words[] = {
    {"summary", PS_VIEW_SUMMARY, "what the format shows by default", NULL},
    {"services", PS_VIEW_SERVICES, "who serves what: each packet once, under its server's port", NULL},
    {"findings", PS_VIEW_FINDINGS, "what is unusual, why it matters and what to look at next", NULL},
    {"flows", PS_VIEW_FLOWS, "conversations: client, server, and what became of them", NULL},
    {"ephemeral", PS_VIEW_EPHEMERAL, "temporary ports of clients", NULL},
    {"ports", PS_VIEW_PORTS, "each port, sent from and received at", NULL},
    {"pairs", PS_VIEW_PAIRS, "which port talked to which", NULL},
    {"ranges", PS_VIEW_RANGES, "well-known, registered and dynamic ports", NULL},
    {"hosts", PS_VIEW_HOSTS, "addresses", NULL},
    {"timeline", PS_VIEW_TIMELINE, "traffic over time", NULL},
    {"tunnels", PS_VIEW_TUNNELS, "what was carried in what", NULL},
    {"ledger", PS_VIEW_LEDGER, "every packet, by port or by the reason why not", NULL},
    {NULL, 0, NULL, NULL},
};

const struct ps_word ps_sort_words[] = {
    {"bytes", PS_SORT_BYTES, "most bytes first", NULL},
    {"packets", PS_SORT_PACKETS, "most packets first", NULL},
    {"flows", PS_SORT_FLOWS, "services and flows with most connections first", NULL},
    {"clients", PS_SORT_CLIENTS, "services with most clients first", NULL},
    {"port", PS_SORT_PORT, "by protocol and port", NULL},
    {NULL, 0, NULL, NULL},
};

const struct ps_word ps_format_words[] = {
    {"text", PS_FORMAT_TEXT, "tables for people", NULL},
    {"json", PS_FORMAT_JSON, "one document", NULL},
    {"jsonl", PS_FORMAT_JSONL, "one document a line: every interval, then the whole", NULL},
    {"csv", PS_FORMAT_CSV, "one table", NULL},
    {NULL, 0, NULL, NULL},
};

const struct ps_word ps_units_words[] = {
    {"human", 0, "kB, MB, GB in powers of 1000", NULL},
    {"exact", 1, "plain integers", NULL},
    {NULL, 0, NULL, NULL},
};

const struct ps_word ps_color_words[] = {
    {"auto", PS_WHEN_AUTO, "on a terminal, unless NO_COLOR is set", NULL},
    {"always", PS_WHEN_ALWAYS, "also into files and pipes", NULL},
    {"never", PS_WHEN_NEVER, "not at all", NULL},
    {NULL, 0, NULL, NULL},
};

/* The value is the index, for apply.c. */
const struct ps_word ps_shell_words[] = {
    {"bash", 0, "", NULL},
    {"zsh", 1, "", NULL},
    {"fish", 2, "", NULL},
    {NULL, 0, NULL, NULL},
};

const struct ps_word ps_compress_words[] = {
    {"none", PS_SAVE_PLAIN, "not at all", NULL},
    {"gzip", PS_SAVE_GZIP, "as gzip does", NULL},
    {"zstd", PS_SAVE_ZSTD, "as zstd does", NULL},
    {NULL, 0, NULL, NULL},
};

const struct ps_word ps_sandbox_words[] = {
    {"auto", PS_GUARD_AUTO, "all that the kernel can do", NULL},
    {"strict", PS_GUARD_STRICT, "the same, and nothing missing, or an error", NULL},
    {"off", PS_GUARD_OFF, "nothing is given up", NULL},
    {NULL, 0, NULL, NULL},
};
