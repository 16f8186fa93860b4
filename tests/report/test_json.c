/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The JSON document, read back by another parser: every count arrives, tables add up with what was
 * cut, views narrow, and the same snapshot gives the same bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"

static void capture(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    sample_office(&document.sample);
    struct ps_snapshot *snapshot = &document.sample.snapshot;
    snapshot->disordered_packets = 3;
    snapshot->untimed_packets = 4;
    snapshot->segmented = (struct ps_count){5, 6000};
    snapshot->segmented_estimate = 7;
    document_render(&document);
    json_t *root = document.root;
    json_expect_text(root, "schema", "portsniff/1");
    json_expect_text(root, "generator", "portsniff 0.1.0");
    json_expect_text(root, "capture.sources.0.name", "office.pcapng");
    json_expect_text(root, "capture.sources.0.format", "pcapng");
    json_expect_text(root, "capture.sources.0.link_type", "EN10MB");
    assert_null(json_at(root, "capture.sources.0.link_types"));
    assert_null(json_at(root, "capture.sources.0.error"));
    assert_true(json_is_null(json_at(root, "capture.sources.0.damage")));
    assert_int_equal(json_number(root, "capture.sources.0.packets_read"), 46058);
    json_expect_text(root, "capture.filter", NULL);
    json_expect_text(root, "capture.tunnels", "inner");
    json_expect_text(root, "capture.fragments", "credit");
    assert_true(json_is_true(json_at(root, "capture.final")));
    json_expect_text(root, "capture.first_packet", "2026-11-23T09:14:02.000000000Z");
    json_expect_text(root, "capture.last_packet", "2026-11-23T09:19:02.000000000Z");
    assert_true(json_real_value(json_at(root, "capture.duration_seconds")) == 300.0);
    assert_int_equal(json_number(root, "capture.packets"), snapshot->total.packets);
    assert_int_equal(json_number(root, "capture.bytes"), snapshot->total.bytes);
    assert_true(json_is_null(json_at(root, "capture.dropped_by_kernel")));
    assert_true(json_is_null(json_at(root, "capture.dropped_by_interface")));
    assert_int_equal(json_number(root, "capture.disordered_packets"), 3);
    assert_int_equal(json_number(root, "capture.untimed_packets"), 4);
    assert_int_equal(json_number(root, "capture.segmented.packets"), 5);
    assert_int_equal(json_number(root, "capture.segmented.bytes"), 6000);
    assert_int_equal(json_number(root, "capture.segmented.estimated_packets"), 7);
    assert_null(json_at(root, "interval"));
    document_end(&document);
}

static void sources(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    struct ps_snapshot *snapshot = &document.sample.snapshot;
    struct ps_input_row inputs[] = {
        {.name = "bad\xff\n\"name\"",
         .format = "pcap+gzip",
         .link_types = {1, 101},
         .link_type_count = 2,
         .damaged = true,
         .damage_offset = 8112004,
         .damage = "ends inside packet 10,342"},
        {.name = "gone.pcap", .failed = true, .problem = "cannot open gone.pcap: No such file or directory"},
    };
    free(snapshot->input);
    snapshot->input = inputs;
    snapshot->input_count = 2;
    snapshot->filter = "port 53";
    snapshot->has_kernel_drops = snapshot->has_interface_drops = true;
    snapshot->dropped_by_kernel = 12;
    snapshot->lower_bound = true;
    snapshot->first_ns = snapshot->last_ns = PS_TIME_NONE;
    document_render(&document);
    json_t *root = document.root;
    json_expect_text(root, "capture.sources.0.name", "bad\xef\xbf\xbd\n\"name\"");
    json_expect_text(root, "capture.sources.0.link_types.0", "EN10MB");
    json_expect_text(root, "capture.sources.0.link_types.1", "RAW");
    assert_int_equal(json_number(root, "capture.sources.0.damage.offset"), 8112004);
    json_expect_text(root, "capture.sources.0.damage.text", "ends inside packet 10,342");
    json_expect_text(root, "capture.sources.1.format", NULL);
    json_expect_text(root, "capture.sources.1.link_type", NULL);
    json_expect_text(root, "capture.sources.1.error", "cannot open gone.pcap: No such file or directory");
    json_expect_text(root, "capture.filter", "port 53");
    json_expect_text(root, "capture.first_packet", NULL);
    assert_true(json_real_value(json_at(root, "capture.duration_seconds")) == 0.0);
    assert_int_equal(json_number(root, "capture.dropped_by_kernel"), 12);
    assert_int_equal(json_number(root, "capture.dropped_by_interface"), 0);
    assert_true(json_is_true(json_at(root, "capture.lower_bound")));
    snapshot->input = NULL;
    document_end(&document);
}

static void expect_traffic(json_t *row, const char *name, const struct ps_traffic *traffic)
{
    json_t *object = json_at(row, name);
    assert_int_equal(json_object_size(object), 4);
    assert_int_equal(json_number(object, "packets"), traffic->packets);
    assert_int_equal(json_number(object, "bytes"), traffic->bytes);
    assert_int_equal(json_number(object, "network_bytes"), traffic->network_bytes);
    assert_int_equal(json_number(object, "payload_bytes"), traffic->payload_bytes);
}

static void rows(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    sample_office(&document.sample);
    document_render(&document);
    const struct ps_snapshot *snapshot = &document.sample.snapshot;
    json_t *ports = json_at(document.root, "ports"), *pairs = json_at(document.root, "pairs");
    assert_int_equal(json_array_size(ports), snapshot->port_count);
    for (size_t i = 0; i < snapshot->port_count; i++) {
        json_t *row = json_array_get(ports, i);
        assert_int_equal(json_number(row, "port"), snapshot->port[i].port);
        expect_traffic(row, "sent", &snapshot->port[i].sent);
        expect_traffic(row, "received", &snapshot->port[i].received);
    }
    assert_int_equal(json_array_size(pairs), snapshot->pair_count);
    for (size_t i = 0; i < snapshot->pair_count; i++) {
        json_t *row = json_array_get(pairs, i);
        assert_int_equal(json_number(row, "port_a"), snapshot->pair[i].port_a);
        assert_int_equal(json_number(row, "port_b"), snapshot->pair[i].port_b);
        expect_traffic(row, "a_to_b", &snapshot->pair[i].a_to_b);
        expect_traffic(row, "b_to_a", &snapshot->pair[i].b_to_a);
    }
    json_expect_text(ports, "0.protocol", "tcp");
    json_expect_text(ports, "0.name", "https");
    json_expect_text(ports, "0.class", "well-known");
    json_expect_text(pairs, "0.protocol", "udp");
    json_expect_text(pairs, "0.name_a", "wireguard");
    json_expect_text(pairs, "1.name_b", NULL);
    json_expect_text(pairs, "1.class_b", "dynamic");
    assert_int_equal(json_object_size(json_at(document.root, "other")), 0);
    document_end(&document);
}

static void small_tables(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    sample_office(&document.sample);
    document_render(&document);
    json_t *root = document.root;
    const struct ps_snapshot *snapshot = &document.sample.snapshot;
    uint64_t packets = 0, bytes = 0;
    for (size_t i = 0; i < json_array_size(json_at(root, "ledger")); i++) {
        packets += json_number(json_array_get(json_at(root, "ledger"), i), "packets");
        bytes += json_number(json_array_get(json_at(root, "ledger"), i), "bytes");
    }
    assert_int_equal(packets, snapshot->total.packets);
    assert_int_equal(bytes, snapshot->total.bytes);
    json_expect_text(root, "ledger.0.row", "ports");
    assert_null(json_at(root, "ledger.0.detail"));
    json_expect_text(root, "ledger.1.row", "other-protocol");
    json_expect_text(root, "ledger.1.detail", "ICMPv6");

    assert_int_equal(json_array_size(json_at(root, "ranges")), 9);
    json_expect_text(root, "ranges.5.source_class", "registered");
    json_expect_text(root, "ranges.5.destination_class", "dynamic");
    assert_int_equal(json_number(root, "ranges.2.bytes"), snapshot->range[0][2].bytes);
    assert_int_equal(json_number(root, "ranges.2.payload_bytes"), snapshot->range[0][2].payload_bytes);

    json_expect_text(root, "hosts.0.address", "10.1.0.7");
    assert_int_equal(json_number(root, "hosts.0.sent.bytes"), 30000000);
    assert_int_equal(json_number(root, "hosts.0.received.packets"), 1900);

    assert_true(json_real_value(json_at(root, "bucket_seconds")) == 1.0);
    assert_int_equal(json_array_size(json_at(root, "timeline")), snapshot->time_count);
    json_expect_text(root, "timeline.1.start", "2026-11-23T09:14:03.000000000Z");
    assert_int_equal(json_number(root, "timeline.1.bytes"), 60100);
    assert_int_equal(json_number(root, "timeline.1.well_known.bytes"), 30050);
    assert_int_equal(json_number(root, "timeline.1.registered.packets"), 25);
    assert_int_equal(json_number(root, "timeline.1.dynamic.bytes"), 0);

    json_expect_text(root, "tunnels.0.tunnel", "vlan");
    assert_true(json_is_null(json_at(root, "tunnels.0.port")));
    assert_int_equal(json_number(root, "tunnels.0.id"), 100);
    assert_int_equal(json_number(root, "tunnels.1.port"), 4789);
    assert_true(json_is_null(json_at(root, "tunnels.2.id")));
    document_end(&document);
}

static void addresses(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    sample_host(&document.sample, 0xc0000201, 1, 2);
    struct ps_host_row *host = &document.sample.snapshot.host[0];
    host->family = 6;
    host->address = (struct ps_address){{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    document_render(&document);
    json_expect_text(document.root, "hosts.0.address", "2001:db8::1");
    document_end(&document);
}

/* What a cut table shows and what it leaves to `other` are the whole, for each way of sorting. */
static void other_adds_up(void **state)
{
    (void)state;
    for (int sort = 0; sort < PS_SORT_COUNT; sort++) {
        for (size_t top = 1; top <= 4; top++) {
            struct document document;
            document_begin(&document);
            sample_office(&document.sample);
            document.sample.options.top = top;
            document.sample.options.sort = (enum ps_sort)sort;
            document_render(&document);
            const struct ps_snapshot *snapshot = &document.sample.snapshot;
            json_t *ports = json_at(document.root, "ports"), *other = json_at(document.root, "other.ports");
            uint64_t bytes = json_number(other, "sent.bytes"), payload = json_number(other, "received.payload_bytes");
            uint64_t want_payload = 0;
            for (size_t i = 0; i < json_array_size(ports); i++) {
                bytes += json_number(json_array_get(ports, i), "sent.bytes");
                payload += json_number(json_array_get(ports, i), "received.payload_bytes");
            }
            for (size_t i = 0; i < snapshot->port_count; i++)
                want_payload += snapshot->port[i].received.payload_bytes;
            assert_int_equal(json_array_size(ports), top);
            assert_int_equal(json_number(other, "rows"), snapshot->port_count - top);
            assert_int_equal(bytes, snapshot->ledger[0].count.bytes);
            assert_int_equal(payload, want_payload);
            uint64_t packets = json_number(document.root, "other.pairs.a_to_b.packets") +
                               json_number(document.root, "other.pairs.b_to_a.packets");
            for (size_t i = 0; i < top; i++) {
                json_t *pair = json_array_get(json_at(document.root, "pairs"), i);
                packets += json_number(pair, "a_to_b.packets") + json_number(pair, "b_to_a.packets");
            }
            assert_int_equal(packets, snapshot->ledger[0].count.packets);
            document_end(&document);
        }
    }
}

static void sorting(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    sample_office(&document.sample);
    document.sample.options.sort = PS_SORT_PORT;
    document_render(&document);
    assert_int_equal(json_number(document.root, "ports.0.port"), 22);
    assert_int_equal(json_number(document.root, "ports.1.port"), 53);
    assert_int_equal(json_number(document.root, "pairs.0.port_a"), 22);
    document_end(&document);
    document_begin(&document);
    sample_office(&document.sample);
    document.sample.options.sort = PS_SORT_PACKETS;
    document_render(&document);
    assert_int_equal(json_number(document.root, "ports.0.port"), 443);
    assert_int_equal(json_number(document.root, "ports.1.port"), 53); /* fewer bytes than 51820 */
    document_end(&document);
}

static void views_narrow(void **state)
{
    static const char *const tables[] = {"ranges",  "ports",    "pairs", "hosts",    "timeline",
                                         "tunnels", "services", "flows", "findings", "ephemeral"};
    static const unsigned bits[] = {PS_VIEW_RANGES,   PS_VIEW_PORTS,    PS_VIEW_PAIRS,    PS_VIEW_HOSTS,
                                    PS_VIEW_TIMELINE, PS_VIEW_TUNNELS,  PS_VIEW_SERVICES, PS_VIEW_FLOWS,
                                    PS_VIEW_FINDINGS, PS_VIEW_EPHEMERAL};
    (void)state;
    for (size_t asked = 0; asked < 10; asked++) {
        struct document document;
        document_begin(&document);
        sample_office(&document.sample);
        document.sample.options.views = bits[asked] | bits[1];
        document_render(&document);
        for (size_t i = 0; i < 10; i++)
            assert_int_equal(json_at(document.root, tables[i]) != NULL, i == asked || i == 1);
        assert_non_null(json_at(document.root, "capture"));
        assert_non_null(json_at(document.root, "ledger"));
        document_end(&document);
    }
}

static void empty(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    document_render(&document);
    assert_int_equal(json_array_size(json_at(document.root, "ledger")), 1);
    json_expect_text(document.root, "ledger.0.row", "ports");
    assert_int_equal(json_number(document.root, "ledger.0.packets"), 0);
    assert_int_equal(json_array_size(json_at(document.root, "ranges")), 9);
    assert_int_equal(json_array_size(json_at(document.root, "ports")), 0);
    assert_int_equal(json_array_size(json_at(document.root, "timeline")), 0);
    document_end(&document);
}

static void interval(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    sample_office(&document.sample);
    struct ps_snapshot *snapshot = &document.sample.snapshot;
    snapshot->final = false;
    snapshot->interval_set = true;
    snapshot->interval_number = 3;
    snapshot->interval_start_ns = SAMPLE_START_NS;
    snapshot->interval_end_ns = SAMPLE_START_NS + 10 * SAMPLE_SECOND_NS;
    document.sample.options.format = PS_FORMAT_JSONL;
    document_render(&document);
    assert_int_equal(strcspn(document.text, "\n"), strlen(document.text) - 1);
    assert_true(json_is_false(json_at(document.root, "capture.final")));
    assert_int_equal(json_number(document.root, "interval.number"), 3);
    json_expect_text(document.root, "interval.start", "2026-11-23T09:14:02.000000000Z");
    json_expect_text(document.root, "interval.end", "2026-11-23T09:14:12.000000000Z");
    document_end(&document);
}

static void same_document_on_one_line(void **state)
{
    struct document lines, line;
    (void)state;
    document_begin(&lines);
    sample_office(&lines.sample);
    lines.sample.options.top = 3;
    document_render(&lines);
    document_begin(&line);
    sample_office(&line.sample);
    line.sample.options.top = 3;
    line.sample.options.format = PS_FORMAT_JSONL;
    document_render(&line);
    assert_true(json_equal(lines.root, line.root));
    char *again = sample_report(&lines.sample);
    assert_string_equal(again, lines.text);
    free(again);
    document_end(&lines);
    document_end(&line);
}

static void largest_counts(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    sample_traffic(&document.sample, PS_TRANSPORT_UDP, 0, 65535, 1, 100);
    document.sample.snapshot.port[0].sent.bytes = INT64_MAX;
    document.sample.snapshot.port[0].received.bytes = UINT64_MAX;
    char *text = sample_report(&document.sample);
    assert_non_null(strstr(text, "\"bytes\":9223372036854775807,"));
    assert_non_null(strstr(text, "\"bytes\":18446744073709551615,"));
    free(text);
    document_end(&document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capture),
        cmocka_unit_test(sources),
        cmocka_unit_test(rows),
        cmocka_unit_test(small_tables),
        cmocka_unit_test(addresses),
        cmocka_unit_test(other_adds_up),
        cmocka_unit_test(sorting),
        cmocka_unit_test(views_narrow),
        cmocka_unit_test(empty),
        cmocka_unit_test(interval),
        cmocka_unit_test(same_document_on_one_line),
        cmocka_unit_test(largest_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
