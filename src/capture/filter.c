/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BPF filters in user space: libpcap compiles them, one program per link type, and libpcap's interpreter runs them over
 * a batch.  The snapshot length of a program does not matter: it is only the number that means "yes".
 */
#include "filter.h"

#include <pcap/pcap.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "linktype.h"
#include "portsniff/reserve.h"

#define SNAP 262144

/* For the compiler of libpcap, whose parser ends the process when memory is out, and for what the C library reads to
 * look names up.  Ordinary filters take a few kilobytes. */
#define COMPILER_MEMORY ((size_t)512 * 1024)

/* Programs are only ever added, in front, so that others can use those that are there meanwhile. */
struct program {
    struct program *next;
    uint16_t link_type;
    struct bpf_program bpf;
};

struct ps_filter {
    const char *expression;
    _Atomic(struct program *) first; /* owned, as are those behind it */
};

struct ps_filter *ps_filter_create(const char *expression)
{
    struct ps_filter *filter = calloc(1, sizeof(*filter));
    if (filter)
        filter->expression = expression;
    return filter;
}

void ps_filter_destroy(struct ps_filter *filter)
{
    if (!filter)
        return;
    for (struct program *program = atomic_load(&filter->first), *next; program; program = next) {
        next = program->next;
        pcap_freecode(&program->bpf);
        free(program);
    }
    free(filter);
}

/* What people mix up with tcpdump's language. */
static const char *hint(const char *expression)
{
    if (strstr(expression, "==") || strstr(expression, "tcp.") || strstr(expression, "udp.") ||
        strstr(expression, "ip."))
        return " (it looks like a display filter of Wireshark; here it is tcpdump's language, as in \"tcp port 80\")";
    if (expression[0] && strspn(expression, "0123456789") == strlen(expression))
        return " (a port is asked for with \"port\", as in \"port 53\")";
    return "";
}

static int refuse(const struct ps_filter *filter, uint16_t link_type, const char *why, struct ps_error *error)
{
    const char *name = pcap_datalink_val_to_name(ps_linktype_dlt(link_type));
    if (!ps_filter_valid(filter))
        return ps_error_set(error, "the filter \"%s\" is not valid%s: %s; see pcap-filter(7) for its syntax.",
                            filter->expression, hint(filter->expression), why);
    return ps_error_set(error,
                        "the filter \"%s\" cannot be used for packets of link type %s (%u): %s; "
                        "see pcap-filter(7) for its syntax.",
                        filter->expression, name ? name : "unknown", link_type, why);
}

static int compile(const struct ps_filter *filter, uint16_t link_type, struct bpf_program *ret_bpf,
                   struct ps_error *error)
{
    void *reserve = ps_reserve(COMPILER_MEMORY);
    pcap_t *dead = reserve ? pcap_open_dead(ps_linktype_dlt(link_type), SNAP) : NULL;
    int result = 0;
    if (!dead)
        result = ps_error_set(error, "memory is out while compiling the filter \"%s\".", filter->expression);
    else if (pcap_compile(dead, ret_bpf, filter->expression, 1, PCAP_NETMASK_UNKNOWN) != 0)
        result = refuse(filter, link_type, pcap_geterr(dead), error);
    if (dead)
        pcap_close(dead);
    free(reserve);
    return result;
}

static bool compiles(const struct ps_filter *filter, int dlt)
{
    struct bpf_program bpf;
    pcap_t *dead = pcap_open_dead(dlt, SNAP);
    bool valid = dead && pcap_compile(dead, &bpf, filter->expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (valid)
        pcap_freecode(&bpf);
    if (dead)
        pcap_close(dead);
    return valid;
}

bool ps_filter_valid(const struct ps_filter *filter)
{
    return compiles(filter, DLT_EN10MB) || compiles(filter, DLT_IEEE802_11_RADIO) || compiles(filter, DLT_LINUX_SLL);
}

static const struct program *find(const struct ps_filter *filter, uint16_t link_type)
{
    const struct program *program = atomic_load_explicit(&filter->first, memory_order_acquire);
    while (program && program->link_type != link_type)
        program = program->next;
    return program;
}

int ps_filter_prepare(struct ps_filter *filter, uint16_t link_type, struct ps_error *error)
{
    if (find(filter, link_type))
        return 0;
    struct program *program = calloc(1, sizeof(*program));
    if (!program)
        return ps_error_set(error, "memory is out while compiling the filter \"%s\".", filter->expression);
    if (compile(filter, link_type, &program->bpf, error) < 0) {
        free(program);
        return -1;
    }
    program->link_type = link_type;
    program->next = atomic_load_explicit(&filter->first, memory_order_relaxed);
    atomic_store_explicit(&filter->first, program, memory_order_release);
    return 0;
}

bool ps_filter_proven(const struct ps_filter *filter)
{
    return atomic_load_explicit(&filter->first, memory_order_relaxed) != NULL;
}

void ps_filter_select(const struct ps_filter *filter, struct ps_batch *batch)
{
    const struct program *program = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < batch->count; i++) {
        const struct ps_packet *packet = &batch->packet[i];
        if (!program || program->link_type != packet->link_type)
            program = find(filter, packet->link_type);
        if (program && bpf_filter(program->bpf.bf_insns, packet->data, packet->original, packet->captured) != 0)
            batch->packet[kept++] = *packet;
    }
    batch->count = kept;
}

int ps_filter_apply(struct ps_filter *filter, struct ps_batch *batch, struct ps_error *error)
{
    for (size_t i = 0; i < batch->count; i++) {
        bool again = i > 0 && batch->packet[i].link_type == batch->packet[i - 1].link_type;
        if (!again && ps_filter_prepare(filter, batch->packet[i].link_type, error) < 0)
            return -1;
    }
    ps_filter_select(filter, batch);
    return 0;
}
