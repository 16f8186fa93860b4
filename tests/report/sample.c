/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Snapshots made by hand. Looks rows up one by one: samples are small.
 */
#include "sample.h"

#include <stdlib.h>
#include <string.h>

#include "names_internal.h"
#include "portsniff/application.h"

/* A new element at the end of an array of `size`-byte elements. */
static void *append(void *array_pointer, size_t *count, size_t size)
{
    void **array = array_pointer;
    void *larger = realloc(*array, (*count + 1) * size);
    if (larger == NULL)
        abort();
    *array = larger;
    void *element = (char *)larger + *count * size;
    memset(element, 0, size);
    (*count)++;
    return element;
}

void sample_init(struct sample *sample)
{
    memset(sample, 0, sizeof(*sample));
    struct ps_snapshot *snapshot = &sample->snapshot;
    snapshot->generator = "portsniff 0.1.0";
    snapshot->mode_tunnels = "inner";
    snapshot->mode_fragments = "credit";
    snapshot->final = true;
    snapshot->first_ns = SAMPLE_START_NS;
    snapshot->last_ns = SAMPLE_START_NS + 300 * SAMPLE_SECOND_NS;
    snapshot->bucket_ns = SAMPLE_SECOND_NS;
    struct ps_input_row *input = append(&snapshot->input, &snapshot->input_count, sizeof(*input));
    input->name = "office.pcapng";
    input->format = "pcapng";
    input->link_types[0] = 1;
    input->link_type_count = 1;

    struct ps_error error;
    if (ps_names_create_from(NULL, NULL, false, &sample->names, &error) < 0)
        abort();
    sample->options = (struct ps_report_options){
        .format = PS_FORMAT_TEXT, .views = PS_VIEW_SUMMARY, .top = 10, .width = 80, .csv_header = true};
}

void sample_finish(struct sample *sample)
{
    struct ps_snapshot *snapshot = &sample->snapshot;
    free(snapshot->input);
    free(snapshot->port);
    free(snapshot->pair);
    free(snapshot->host);
    free(snapshot->time);
    free(snapshot->tunnel);
    free(snapshot->ledger);
    free(snapshot->service);
    free(snapshot->flow);
    free(snapshot->ephemeral);
    for (size_t i = 0; i < snapshot->finding_count; i++)
        free(snapshot->finding[i].what);
    free(snapshot->finding);
    ps_names_destroy(sample->names);
    memset(sample, 0, sizeof(*sample));
}

static void add_traffic(struct ps_traffic *sum, uint64_t packets, uint64_t bytes)
{
    sum->packets += packets;
    sum->bytes += bytes;
    sum->network_bytes += bytes - 14 * packets;
    sum->payload_bytes += bytes - 54 * packets;
}

static struct ps_port_row *port_row(struct ps_snapshot *snapshot, enum ps_transport transport, uint16_t port)
{
    for (size_t i = 0; i < snapshot->port_count; i++) {
        if (snapshot->port[i].transport == transport && snapshot->port[i].port == port)
            return &snapshot->port[i];
    }
    struct ps_port_row *row = append(&snapshot->port, &snapshot->port_count, sizeof(*row));
    row->transport = (uint8_t)transport;
    row->port = port;
    snapshot->ports_in_class[ps_port_class(port)]++;
    return row;
}

static struct ps_pair_row *pair_row(struct ps_snapshot *snapshot, enum ps_transport transport, uint16_t a, uint16_t b)
{
    for (size_t i = 0; i < snapshot->pair_count; i++) {
        struct ps_pair_row *row = &snapshot->pair[i];
        if (row->transport == transport && row->port_a == a && row->port_b == b)
            return row;
    }
    struct ps_pair_row *row = append(&snapshot->pair, &snapshot->pair_count, sizeof(*row));
    row->transport = (uint8_t)transport;
    row->port_a = a;
    row->port_b = b;
    return row;
}

void sample_ledger(struct sample *sample, enum ps_row row, enum ps_detail kind, uint16_t detail, uint64_t packets,
                   uint64_t bytes)
{
    struct ps_snapshot *snapshot = &sample->snapshot;
    struct ps_ledger_row *entry = NULL;
    for (size_t i = 0; i < snapshot->ledger_count && entry == NULL; i++) {
        struct ps_ledger_row *there = &snapshot->ledger[i];
        if (there->row == row && there->detail_kind == kind && there->detail == detail)
            entry = there;
    }
    if (entry == NULL)
        entry = append(&snapshot->ledger, &snapshot->ledger_count, sizeof(*entry));
    entry->row = (uint8_t)row;
    entry->detail_kind = (uint8_t)kind;
    entry->detail = detail;
    entry->count.packets += packets;
    entry->count.bytes += bytes;
    snapshot->total.packets += packets;
    snapshot->total.bytes += bytes;
    snapshot->input[0].packets += packets;
    snapshot->input[0].packets_read += packets;
    snapshot->input[0].bytes += bytes;
}

static struct ps_service_row *service_row(struct ps_snapshot *snapshot, enum ps_transport transport, uint16_t port)
{
    for (size_t i = 0; i < snapshot->service_count; i++) {
        if (snapshot->service[i].transport == transport && snapshot->service[i].port == port)
            return &snapshot->service[i];
    }
    struct ps_service_row *row = append(&snapshot->service, &snapshot->service_count, sizeof(*row));
    row->transport = (uint8_t)transport;
    row->port = port;
    row->servers = 1;
    return row;
}

static struct ps_address ipv4(uint32_t number)
{
    struct ps_address address = {{0}};
    for (unsigned i = 0; i < 4; i++)
        address.octet[i] = (uint8_t)(number >> (24 - 8 * i));
    return address;
}

static enum ps_evidence evidence_of(enum ps_transport transport, uint16_t client, uint16_t server)
{
    if (client == server)
        return PS_EVIDENCE_PEERS;
    if (transport == PS_TRANSPORT_TCP)
        return PS_EVIDENCE_HANDSHAKE;
    return server < 1024 ? PS_EVIDENCE_REQUEST : PS_EVIDENCE_NUMBER;
}

/* The flow between two ports, which its first packets make a connection of its service. */
static struct ps_flow_row *flow_row(struct ps_snapshot *snapshot, struct ps_service_row *service, uint16_t client)
{
    for (size_t i = 0; i < snapshot->flow_count; i++) {
        struct ps_flow_row *row = &snapshot->flow[i];
        if (row->transport == service->transport && row->client_port == client && row->server_port == service->port)
            return row;
    }
    struct ps_flow_row *row = append(&snapshot->flow, &snapshot->flow_count, sizeof(*row));
    row->transport = service->transport;
    row->family = 4;
    row->client = ipv4(0x0a010001u + client % 14);
    row->server = ipv4(0x0a010100u + service->port % 250);
    row->client_port = client;
    row->server_port = service->port;
    row->first_ns = snapshot->first_ns;
    row->last_ns = snapshot->last_ns;
    row->evidence = (uint8_t)evidence_of((enum ps_transport)service->transport, client, service->port);
    row->state = row->evidence == PS_EVIDENCE_PEERS       ? PS_OUTCOME_ONE_WAY
                 : service->transport == PS_TRANSPORT_TCP ? PS_OUTCOME_CLOSED
                                                          : PS_OUTCOME_ESTABLISHED;
    row->connections = 1;
    row->outcome[row->state] = 1;
    service->flows++;
    service->outcome[row->state]++;
    service->client_class[ps_port_class(client)]++;
    service->clients = service->flows < 14 ? service->flows : 14;
    return row;
}

static void add_count(struct ps_count *sum, uint64_t packets, uint64_t bytes)
{
    sum->packets += packets;
    sum->bytes += bytes;
}

/* The lower port is the server's. */
static void serve(struct ps_snapshot *snapshot, enum ps_transport transport, uint16_t source, uint16_t destination,
                  uint64_t packets, uint64_t bytes)
{
    bool asks = destination <= source;
    struct ps_service_row *service = service_row(snapshot, transport, asks ? destination : source);
    struct ps_flow_row *flow = flow_row(snapshot, service, asks ? source : destination);
    add_count(asks ? &service->to_server : &service->to_client, packets, bytes);
    add_count(asks ? &flow->to_server : &flow->to_client, packets, bytes);
    add_count(&service->by_evidence[flow->evidence], packets, bytes);
    *(asks ? &flow->payload_to_server : &flow->payload_to_client) += bytes - 54 * packets;
    if (transport == PS_TRANSPORT_TCP)
        service->tcp_payload_bytes += bytes - 54 * packets;
}

void sample_finding(struct sample *sample, enum ps_severity severity, const char *kind, const char *what,
                    uint64_t packets)
{
    struct ps_finding *row = append(&sample->snapshot.finding, &sample->snapshot.finding_count, sizeof(*row));
    row->severity = severity;
    row->kind = kind;
    row->what = strdup(what);
    row->why = "This is why it matters.";
    row->next = "Look there next.";
    row->packets = packets;
    row->first_ns = row->last_ns = PS_TIME_NONE;
    if (row->what == NULL)
        abort();
}

struct ps_ephemeral_row *sample_ephemeral(struct sample *sample, uint32_t client, uint16_t range_low,
                                          uint16_t range_high)
{
    struct ps_ephemeral_row *row = append(&sample->snapshot.ephemeral, &sample->snapshot.ephemeral_count, sizeof(*row));
    row->client = ipv4(client);
    row->family = 4;
    row->transport = PS_TRANSPORT_TCP;
    row->range_low = range_low;
    row->range_high = range_high;
    row->lowest = (uint16_t)(range_low + 10);
    row->highest = (uint16_t)(range_high - 10);
    row->distinct = 40;
    row->connections = 50;
    row->reused = 10;
    row->order = PS_ORDER_RANDOM;
    row->peak = 30;
    row->peak_server = ipv4(0x0a0101bb);
    row->peak_port = 443;
    return row;
}

void sample_traffic(struct sample *sample, enum ps_transport transport, uint16_t source, uint16_t destination,
                    uint64_t packets, uint64_t bytes)
{
    struct ps_snapshot *snapshot = &sample->snapshot;
    add_traffic(&port_row(snapshot, transport, source)->sent, packets, bytes);
    add_traffic(&port_row(snapshot, transport, destination)->received, packets, bytes);
    if (source <= destination)
        add_traffic(&pair_row(snapshot, transport, source, destination)->a_to_b, packets, bytes);
    else
        add_traffic(&pair_row(snapshot, transport, destination, source)->b_to_a, packets, bytes);
    add_traffic(&snapshot->range[ps_port_class(source)][ps_port_class(destination)], packets, bytes);
    serve(snapshot, transport, source, destination, packets, bytes);
    sample_ledger(sample, PS_ROW_PORTS, PS_DETAIL_NONE, 0, packets, bytes);
}

void sample_host(struct sample *sample, uint32_t address, uint64_t sent_bytes, uint64_t received_bytes)
{
    struct ps_host_row *row = append(&sample->snapshot.host, &sample->snapshot.host_count, sizeof(*row));
    row->address = ipv4(address);
    row->family = 4;
    row->sent = (struct ps_count){sent_bytes / 1000, sent_bytes};
    row->received = (struct ps_count){received_bytes / 1000, received_bytes};
}

void sample_tunnel(struct sample *sample, enum ps_tunnel kind, uint16_t port, uint32_t id, uint64_t packets,
                   uint64_t bytes)
{
    struct ps_tunnel_row *row = append(&sample->snapshot.tunnel, &sample->snapshot.tunnel_count, sizeof(*row));
    row->kind = (uint8_t)kind;
    row->port = port;
    row->id = id;
    row->carried = (struct ps_count){packets, bytes};
}

void sample_time(struct sample *sample, unsigned second, uint64_t packets, uint64_t bytes)
{
    struct ps_time_row *row = append(&sample->snapshot.time, &sample->snapshot.time_count, sizeof(*row));
    row->start_ns = SAMPLE_START_NS + second * SAMPLE_SECOND_NS;
    row->all = (struct ps_count){packets, bytes};
    row->by_class[PS_CLASS_WELL_KNOWN] = (struct ps_count){packets / 2, bytes / 2};
    row->by_class[PS_CLASS_REGISTERED] = (struct ps_count){packets / 4, bytes / 4};
}

static int compare_u64(uint64_t a, uint64_t b)
{
    return a > b ? -1 : a < b;
}

static int compare_ports(const void *left, const void *right)
{
    const struct ps_port_row *a = left, *b = right;
    int order = compare_u64(a->sent.bytes + a->received.bytes, b->sent.bytes + b->received.bytes);
    if (order != 0)
        return order;
    order = a->transport - b->transport;
    return order != 0 ? order : (int)a->port - (int)b->port;
}

static int compare_pairs(const void *left, const void *right)
{
    const struct ps_pair_row *a = left, *b = right;
    int order = compare_u64(a->a_to_b.bytes + a->b_to_a.bytes, b->a_to_b.bytes + b->b_to_a.bytes);
    if (order != 0)
        return order;
    order = a->transport - b->transport;
    if (order != 0)
        return order;
    order = (int)a->port_a - (int)b->port_a;
    return order != 0 ? order : (int)a->port_b - (int)b->port_b;
}

static int compare_services(const void *left, const void *right)
{
    const struct ps_service_row *a = left, *b = right;
    int order = compare_u64(a->to_server.bytes + a->to_client.bytes, b->to_server.bytes + b->to_client.bytes);
    if (order != 0)
        return order;
    order = a->transport - b->transport;
    return order != 0 ? order : (int)a->port - (int)b->port;
}

static int compare_flows(const void *left, const void *right)
{
    const struct ps_flow_row *a = left, *b = right;
    int order = compare_u64(a->to_server.bytes + a->to_client.bytes, b->to_server.bytes + b->to_client.bytes);
    if (order != 0)
        return order;
    order = a->transport - b->transport;
    if (order != 0)
        return order;
    order = (int)a->server_port - (int)b->server_port;
    return order != 0 ? order : (int)a->client_port - (int)b->client_port;
}

static int compare_ledger(const void *left, const void *right)
{
    const struct ps_ledger_row *a = left, *b = right;
    int order = a->row - b->row;
    if (order == 0)
        order = compare_u64(a->count.bytes, b->count.bytes);
    return order != 0 ? order : (int)a->detail - (int)b->detail;
}

static void sort(void *rows, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    if (count > 0)
        qsort(rows, count, size, compare);
}

void sample_sort(struct sample *sample)
{
    struct ps_snapshot *snapshot = &sample->snapshot;
    sort(snapshot->port, snapshot->port_count, sizeof(*snapshot->port), compare_ports);
    sort(snapshot->pair, snapshot->pair_count, sizeof(*snapshot->pair), compare_pairs);
    sort(snapshot->service, snapshot->service_count, sizeof(*snapshot->service), compare_services);
    sort(snapshot->flow, snapshot->flow_count, sizeof(*snapshot->flow), compare_flows);
    sort(snapshot->ledger, snapshot->ledger_count, sizeof(*snapshot->ledger), compare_ledger);
}

void sample_office(struct sample *sample)
{
    for (unsigned i = 0; i < 611; i++) {
        uint16_t client = (uint16_t)(32768 + i * 45);
        sample_traffic(sample, PS_TRANSPORT_TCP, 443, client, 30 + i % 7, 38000 + 97 * i);
        sample_traffic(sample, PS_TRANSPORT_TCP, client, 443, 18 + i % 5, 2000 + 3 * i);
    }
    for (unsigned i = 0; i < 402; i++) {
        uint16_t client = (uint16_t)(49152 + i * 11);
        sample_traffic(sample, PS_TRANSPORT_UDP, client, 53, 10, 900);
        sample_traffic(sample, PS_TRANSPORT_UDP, 53, client, 10, 1900);
    }
    for (unsigned i = 0; i < 41; i++) {
        sample_traffic(sample, PS_TRANSPORT_TCP, 8080, (uint16_t)(40000 + i), 20, 19000);
        sample_traffic(sample, PS_TRANSPORT_TCP, (uint16_t)(40000 + i), 8080, 9, 800);
    }
    sample_traffic(sample, PS_TRANSPORT_UDP, 5353, 5353, 310, 92300);
    sample_traffic(sample, PS_TRANSPORT_UDP, 51820, 51820, 2100, 2250000);
    sample_traffic(sample, PS_TRANSPORT_TCP, 50122, 22, 400, 31000);
    sample_traffic(sample, PS_TRANSPORT_TCP, 22, 50122, 390, 64000);
    for (unsigned i = 0; i < 13; i++)
        sample_traffic(sample, PS_TRANSPORT_TCP, (uint16_t)(56000 + i), (uint16_t)(1433 + i), 2, 148);
    sample_traffic(sample, PS_TRANSPORT_SCTP, 3868, 3868, 12, 1800);
    sample_ledger(sample, PS_ROW_OTHER_PROTOCOL, PS_DETAIL_IP_PROTOCOL, 58, 802, 68972);
    sample_ledger(sample, PS_ROW_OTHER_PROTOCOL, PS_DETAIL_IP_PROTOCOL, 2, 88, 5280);
    sample_ledger(sample, PS_ROW_LATER_FRAGMENT, PS_DETAIL_NONE, 0, 12, 8210);
    sample_ledger(sample, PS_ROW_TRUNCATED, PS_DETAIL_FAULT, PS_FAULT_IPV4, 3, 4200);
    sample_ledger(sample, PS_ROW_NON_IP, PS_DETAIL_ETHERTYPE, 0x0806, 310, 18600);
    sample_tunnel(sample, PS_TUNNEL_VLAN, 0, 100, 30000, 20000000);
    sample_tunnel(sample, PS_TUNNEL_VXLAN, 4789, 42, 1200, 900000);
    sample_tunnel(sample, PS_TUNNEL_6IN4, 0, 0, 10, 1200);
    sample_finding(sample, PS_SEVERITY_ALERT, "ephemeral-ports-low",
                   "10.1.0.9 holds 26,000 of 28,232 temporary ports towards 10.1.0.7 port 443/tcp.", 52000);
    sample_finding(sample, PS_SEVERITY_WARNING, "service-on-other-port",
                   "SSH speaks on 443/tcp at 10.1.0.7 (12 connections, 3 clients); 443 is https.", 900);
    sample_finding(sample, PS_SEVERITY_WARNING, "service-on-other-port",
                   "HTTP speaks on 22/tcp at 10.1.0.8 (2 connections, 1 client); 22 is ssh.", 30);
    sample_finding(sample, PS_SEVERITY_NOTE, "port-refuses", "25/tcp at 10.1.0.9 refused all 48 tries (3 clients).",
                   96);
    sample_ephemeral(sample, 0x0a010009, 32768, 60999)->peak = 26000;
    sample_ephemeral(sample, 0x0a01000a, 32768, 60999);
    sample_ephemeral(sample, 0x0a01000b, 49152, 65535)->order = PS_ORDER_SEQUENTIAL;
    sample_host(sample, 0x0a010007, 30000000, 1900000);
    sample_host(sample, 0x0a01000a, 900000, 12000000);
    sample_host(sample, 0x0a01000b, 800000, 11000000);
    for (unsigned i = 0; i <= 300; i++) {
        if (i < 120 || i > 150)
            sample_time(sample, i, 100 + i % 60, 60000 + (i % 60) * (i % 60) * 100);
    }
    sample_sort(sample);
    struct ps_service_row *https = &sample->snapshot.service[0];
    https->rtt_count = 600;
    https->rtt_p50_ns = 1200000;
    https->rtt_p95_ns = 38000000;
    https->rtt_p99_ns = 76000000;
    https->retransmitted_bytes = https->tcp_payload_bytes / 100;
    https->outcome[PS_OUTCOME_CLOSED] -= 7;
    https->outcome[PS_OUTCOME_REFUSED] += 4;
    https->outcome[PS_OUTCOME_ONE_WAY] += 3;
    https->application = PS_APPLICATION_TLS;
    service_row(&sample->snapshot, PS_TRANSPORT_TCP, 22)->application = PS_APPLICATION_HTTP;
}

static char *collect(const struct sample *sample, int (*write)(const struct ps_snapshot *, const struct ps_names *,
                                                               const struct ps_report_options *, struct ps_out *))
{
    struct ps_out out;
    if (ps_out_memory(&out) < 0 || write(&sample->snapshot, sample->names, &sample->options, &out) < 0)
        abort();
    char *text = malloc(out.used + 1);
    if (text == NULL)
        abort();
    memcpy(text, out.buffer, out.used);
    text[out.used] = '\0';
    if (ps_out_finish(&out) != 0)
        abort();
    return text;
}

char *sample_report(const struct sample *sample)
{
    return collect(sample, ps_report_write);
}

char *sample_interval(const struct sample *sample)
{
    return collect(sample, ps_report_write_interval);
}
