/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Filters (pcap-filter(7)) as a person types them.  Input: a byte that chooses the link type, the expression up to a zero
 * byte, and a packet.  An expression is refused with a sentence that a terminal may see, or it selects what libpcap itself
 * selects, and the packets that are kept are those that came.
 *
 * Names of hosts are not looked up: nothing goes out into the network.
 */
#include <netdb.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "linktype.h"
#include "rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EXPRESSION_MAX 200
#define SNAP           262144

/* In libc's place.  The names of its parameters are those of netdb.h, which are not for programs. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **ret_list)
{
    (void)node, (void)service, (void)hints, (void)ret_list;
    return EAI_NONAME;
}

/* An expression, and packets for it. */
struct trial {
    char expression[EXPRESSION_MAX + 1];
    uint16_t link_type;
    struct ps_batch batch;
};

/* The packet whole, without its last bytes, empty, and longer on the wire. */
static void fill(struct trial *trial, const uint8_t *packet, uint32_t length)
{
    const uint32_t captured[] = {length, length / 2, 0, length};
    trial->batch.count = sizeof(captured) / sizeof(captured[0]);
    for (size_t i = 0; i < trial->batch.count; i++)
        trial->batch.packet[i] = (struct ps_packet){.data = packet,
                                                    .time_ns = (int64_t)i,
                                                    .captured = captured[i],
                                                    .original = length + (i == 3 ? 1000 : 0),
                                                    .link_type = trial->link_type};
}

/* What libpcap says: bit n for packet n; -1 when it does not take the expression. */
static int ask_libpcap(const struct trial *trial)
{
    struct bpf_program bpf;
    pcap_t *dead = pcap_open_dead(ps_linktype_dlt(trial->link_type), SNAP);
    rule(dead != NULL, "there is memory");
    int selected = -1;
    if (pcap_compile(dead, &bpf, trial->expression, 1, PCAP_NETMASK_UNKNOWN) == 0) {
        selected = 0;
        for (size_t i = 0; i < trial->batch.count; i++) {
            const struct ps_packet *packet = &trial->batch.packet[i];
            struct pcap_pkthdr header = {.caplen = packet->captured, .len = packet->original};
            if (pcap_offline_filter(&bpf, &header, packet->data) != 0)
                selected |= 1 << i;
        }
        pcap_freecode(&bpf);
    }
    pcap_close(dead);
    return selected;
}

/* The same by the filter of captures; `prepared`: in two steps. */
static int ask_filter(const struct trial *trial, bool prepared, struct ps_error *error)
{
    static struct ps_batch batch;
    struct ps_filter *filter = ps_filter_create(trial->expression);
    rule(filter && !ps_filter_proven(filter), "a new filter is not proven");
    batch = trial->batch;
    int answer = prepared ? ps_filter_prepare(filter, trial->link_type, error) : ps_filter_apply(filter, &batch, error);
    rule(ps_filter_proven(filter) == (answer == 0), "a filter is proven when it was compiled");
    if (answer == 0 && prepared)
        ps_filter_select(filter, &batch);
    int selected = answer;
    for (size_t i = 0; answer == 0 && i < batch.count; i++) {
        const struct ps_packet *kept = &batch.packet[i], *was = &trial->batch.packet[kept->time_ns & 3];
        rule(kept->data == was->data && kept->captured == was->captured && kept->original == was->original,
             "what is kept is what came");
        rule(i == 0 || kept->time_ns > kept[-1].time_ns, "packets keep their order");
        selected |= 1 << kept->time_ns;
    }
    if (answer < 0 && trial->link_type == PS_LINK_ETHERNET)
        rule(!ps_filter_valid(filter) || strstr(error->text, "cannot be used"), "what is refused is not called valid");
    if (answer == 0 && trial->link_type == PS_LINK_ETHERNET)
        rule(ps_filter_valid(filter), "what compiles for Ethernet is valid");
    ps_filter_destroy(filter);
    return selected;
}

static void check(const struct trial *trial)
{
    struct ps_error at_once = {.text = ""}, in_steps = {.text = ""};
    int expected = ask_libpcap(trial), selected = ask_filter(trial, false, &at_once);
    rule(expected == selected, "the filter selects what libpcap selects");
    rule((selected < 0) == (at_once.text[0] != '\0'), "what is refused, and only that, has a sentence");
    rule_printable(at_once.text, true, "the sentence is printable");
    rule(ask_filter(trial, true, &in_steps) == selected, "prepared ahead it selects the same");
    rule(strcmp(at_once.text, in_steps.text) == 0, "the sentence is the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t links[] = {PS_LINK_ETHERNET, 0, 101, 105, 113, 127, 276, 9, 228, 147, 300};
    static struct trial trial;
    if (size < 2 || size > 2048)
        return 0;
    const uint8_t *end = memchr(data + 1, '\0', size - 1);
    size_t length = end ? (size_t)(end - data) - 1 : size - 1;
    if (length > EXPRESSION_MAX)
        return 0;
    memcpy(trial.expression, data + 1, length);
    trial.expression[length] = '\0';
    trial.link_type = links[data[0] % (sizeof(links) / sizeof(links[0]))];
    fill(&trial, end ? end + 1 : data + size, end ? (uint32_t)(data + size - end) - 1 : 0);
    check(&trial);
    return 0;
}
