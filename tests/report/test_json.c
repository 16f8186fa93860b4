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

#include "sample.h"

struct document {
    struct sample sample;
    char *text;
    json_t *root;
};

static void begin(struct document *document)
{
    memset(document, 0, sizeof(*document));
    sample_init(&document->sample);
    document->sample.options.format = PS_FORMAT_JSON;
    document->sample.options.top = 0;
}

static void render(struct document *document)
{
    json_error_t error;
    document->text = sample_report(&document->sample);
    document->root = json_loads(document->text, JSON_REJECT_DUPLICATES, &error);
    if (document->root == NULL)
        fail_msg("line %d: %s", error.line, error.text);
}

static void end(struct document *document)
{
    json_decref(document->root);
    free(document->text);
    sample_finish(&document->sample);
}

/* The value at a path such as "capture.sources.0.name"; NULL when there is none. */
static json_t *at(json_t *value, const char *path)
{
    while (value != NULL && *path != '\0') {
        char key[64];
        size_t length = strcspn(path, ".");
        (void)snprintf(key, sizeof(key), "%.*s", (int)length, path);
        value =
            json_is_array(value) ? json_array_get(value, (size_t)strtoul(key, NULL, 10)) : json_object_get(value, key);
        path += length + (path[length] == '.');
    }
    return value;
}

static uint64_t integer(json_t *value, const char *path)
{
    json_t *found = at(value, path);
    if (!json_is_integer(found))
        fail_msg("%s is no integer", path);
    return (uint64_t)json_integer_value(found);
}

static void expect_text(json_t *value, const char *path, const char *text)
{
    json_t *found = at(value, path);
    if (text == NULL ? !json_is_null(found) : !json_is_string(found))
        fail_msg("%s is of another type", path);
    if (text != NULL)
        assert_string_equal(json_string_value(found), text);
}

static void capture(void **state)
{
    struct document document;
    (void)state;
    begin(&document);
    sample_office(&document.sample);
    struct ps_snapshot *snapshot = &document.sample.snapshot;
    snapshot->disordered_packets = 3;
    snapshot->untimed_packets = 4;
    snapshot->segmented = (struct ps_count){5, 6000};
    snapshot->segmented_estimate = 7;
    render(&document);
    json_t *root = document.root;
    expect_text(root, "schema", "portsniff/1");
    expect_text(root, "generator", "portsniff 0.1.0");
    expect_text(root, "capture.sources.0.name", "office.pcapng");
    expect_text(root, "capture.sources.0.format", "pcapng");
    expect_text(root, "capture.sources.0.link_type", "EN10MB");
    assert_null(at(root, "capture.sources.0.link_types"));
    assert_null(at(root, "capture.sources.0.error"));
    assert_true(json_is_null(at(root, "capture.sources.0.damage")));
    assert_int_equal(integer(root, "capture.sources.0.packets_read"), 46058);
    expect_text(root, "capture.filter", NULL);
    expect_text(root, "capture.tunnels", "inner");
    expect_text(root, "capture.fragments", "credit");
    assert_true(json_is_true(at(root, "capture.final")));
    expect_text(root, "capture.first_packet", "2026-11-23T09:14:02.000000000Z");
    expect_text(root, "capture.last_packet", "2026-11-23T09:19:02.000000000Z");
    assert_true(json_real_value(at(root, "capture.duration_seconds")) == 300.0);
    assert_int_equal(integer(root, "capture.packets"), snapshot->total.packets);
    assert_int_equal(integer(root, "capture.bytes"), snapshot->total.bytes);
    assert_true(json_is_null(at(root, "capture.dropped_by_kernel")));
    assert_true(json_is_null(at(root, "capture.dropped_by_interface")));
    assert_int_equal(integer(root, "capture.disordered_packets"), 3);
    assert_int_equal(integer(root, "capture.untimed_packets"), 4);
    assert_int_equal(integer(root, "capture.segmented.packets"), 5);
    assert_int_equal(integer(root, "capture.segmented.bytes"), 6000);
    assert_int_equal(integer(root, "capture.segmented.estimated_packets"), 7);
    assert_null(at(root, "interval"));
    end(&document);
}

static void sources(void **state)
{
    struct document document;
    (void)state;
    begin(&document);
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
    render(&document);
    json_t *root = document.root;
    expect_text(root, "capture.sources.0.name", "bad\xef\xbf\xbd\n\"name\"");
    expect_text(root, "capture.sources.0.link_types.0", "EN10MB");
    expect_text(root, "capture.sources.0.link_types.1", "RAW");
    assert_int_equal(integer(root, "capture.sources.0.damage.offset"), 8112004);
    expect_text(root, "capture.sources.0.damage.text", "ends inside packet 10,342");
    expect_text(root, "capture.sources.1.format", NULL);
    expect_text(root, "capture.sources.1.link_type", NULL);
    expect_text(root, "capture.sources.1.error", "cannot open gone.pcap: No such file or directory");
    expect_text(root, "capture.filter", "port 53");
    expect_text(root, "capture.first_packet", NULL);
    assert_true(json_real_value(at(root, "capture.duration_seconds")) == 0.0);
    assert_int_equal(integer(root, "capture.dropped_by_kernel"), 12);
    assert_int_equal(integer(root, "capture.dropped_by_interface"), 0);
    assert_true(json_is_true(at(root, "capture.lower_bound")));
    snapshot->input = NULL;
    end(&document);
}

static void expect_traffic(json_t *row, const char *name, const struct ps_traffic *traffic)
{
    json_t *object = at(row, name);
    assert_int_equal(json_object_size(object), 4);
    assert_int_equal(integer(object, "packets"), traffic->packets);
    assert_int_equal(integer(object, "bytes"), traffic->bytes);
    assert_int_equal(integer(object, "network_bytes"), traffic->network_bytes);
    assert_int_equal(integer(object, "payload_bytes"), traffic->payload_bytes);
}

static void rows(void **state)
{
    struct document document;
    (void)state;
    begin(&document);
    sample_office(&document.sample);
    render(&document);
    const struct ps_snapshot *snapshot = &document.sample.snapshot;
    json_t *ports = at(document.root, "ports"), *pairs = at(document.root, "pairs");
    assert_int_equal(json_array_size(ports), snapshot->port_count);
    for (size_t i = 0; i < snapshot->port_count; i++) {
        json_t *row = json_array_get(ports, i);
        assert_int_equal(integer(row, "port"), snapshot->port[i].port);
        expect_traffic(row, "sent", &snapshot->port[i].sent);
        expect_traffic(row, "received", &snapshot->port[i].received);
    }
    assert_int_equal(json_array_size(pairs), snapshot->pair_count);
    for (size_t i = 0; i < snapshot->pair_count; i++) {
        json_t *row = json_array_get(pairs, i);
        assert_int_equal(integer(row, "port_a"), snapshot->pair[i].port_a);
        assert_int_equal(integer(row, "port_b"), snapshot->pair[i].port_b);
        expect_traffic(row, "a_to_b", &snapshot->pair[i].a_to_b);
        expect_traffic(row, "b_to_a", &snapshot->pair[i].b_to_a);
    }
    expect_text(ports, "0.protocol", "tcp");
    expect_text(ports, "0.name", "https");
    expect_text(ports, "0.class", "well-known");
    expect_text(pairs, "0.protocol", "udp");
    expect_text(pairs, "0.name_a", "wireguard");
    expect_text(pairs, "1.name_b", NULL);
    expect_text(pairs, "1.class_b", "dynamic");
    assert_int_equal(json_object_size(at(document.root, "other")), 0);
    end(&document);
}

static void small_tables(void **state)
{
    struct document document;
    (void)state;
    begin(&document);
    sample_office(&document.sample);
    render(&document);
    json_t *root = document.root;
    const struct ps_snapshot *snapshot = &document.sample.snapshot;
    uint64_t packets = 0, bytes = 0;
    for (size_t i = 0; i < json_array_size(at(root, "ledger")); i++) {
        packets += integer(json_array_get(at(root, "ledger"), i), "packets");
        bytes += integer(json_array_get(at(root, "ledger"), i), "bytes");
    }
    assert_int_equal(packets, snapshot->total.packets);
    assert_int_equal(bytes, snapshot->total.bytes);
    expect_text(root, "ledger.0.row", "ports");
    assert_null(at(root, "ledger.0.detail"));
    expect_text(root, "ledger.1.row", "other-protocol");
    expect_text(root, "ledger.1.detail", "ICMPv6");

    assert_int_equal(json_array_size(at(root, "ranges")), 9);
    expect_text(root, "ranges.5.source_class", "registered");
    expect_text(root, "ranges.5.destination_class", "dynamic");
    assert_int_equal(integer(root, "ranges.2.bytes"), snapshot->range[0][2].bytes);
    assert_int_equal(integer(root, "ranges.2.payload_bytes"), snapshot->range[0][2].payload_bytes);

    expect_text(root, "hosts.0.address", "10.1.0.7");
    assert_int_equal(integer(root, "hosts.0.sent.bytes"), 30000000);
    assert_int_equal(integer(root, "hosts.0.received.packets"), 1900);

    assert_true(json_real_value(at(root, "bucket_seconds")) == 1.0);
    assert_int_equal(json_array_size(at(root, "timeline")), snapshot->time_count);
    expect_text(root, "timeline.1.start", "2026-11-23T09:14:03.000000000Z");
    assert_int_equal(integer(root, "timeline.1.bytes"), 60100);
    assert_int_equal(integer(root, "timeline.1.well_known.bytes"), 30050);
    assert_int_equal(integer(root, "timeline.1.registered.packets"), 25);
    assert_int_equal(integer(root, "timeline.1.dynamic.bytes"), 0);

    expect_text(root, "tunnels.0.tunnel", "vlan");
    assert_true(json_is_null(at(root, "tunnels.0.port")));
    assert_int_equal(integer(root, "tunnels.0.id"), 100);
    assert_int_equal(integer(root, "tunnels.1.port"), 4789);
    assert_true(json_is_null(at(root, "tunnels.2.id")));
    end(&document);
}

static void addresses(void **state)
{
    struct document document;
    (void)state;
    begin(&document);
    sample_host(&document.sample, 0xc0000201, 1, 2);
    struct ps_host_row *host = &document.sample.snapshot.host[0];
    host->family = 6;
    host->address = (struct ps_address){{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    render(&document);
    expect_text(document.root, "hosts.0.address", "2001:db8::1");
    end(&document);
}

/* What a cut table shows and what it leaves to `other` are the whole, for each way of sorting. */
static void other_adds_up(void **state)
{
    (void)state;
    for (int sort = 0; sort < PS_SORT_COUNT; sort++) {
        for (size_t top = 1; top <= 4; top++) {
            struct document document;
            begin(&document);
            sample_office(&document.sample);
            document.sample.options.top = top;
            document.sample.options.sort = (enum ps_sort)sort;
            render(&document);
            const struct ps_snapshot *snapshot = &document.sample.snapshot;
            json_t *ports = at(document.root, "ports"), *other = at(document.root, "other.ports");
            uint64_t bytes = integer(other, "sent.bytes"), payload = integer(other, "received.payload_bytes");
            uint64_t want_payload = 0;
            for (size_t i = 0; i < json_array_size(ports); i++) {
                bytes += integer(json_array_get(ports, i), "sent.bytes");
                payload += integer(json_array_get(ports, i), "received.payload_bytes");
            }
            for (size_t i = 0; i < snapshot->port_count; i++)
                want_payload += snapshot->port[i].received.payload_bytes;
            assert_int_equal(json_array_size(ports), top);
            assert_int_equal(integer(other, "rows"), snapshot->port_count - top);
            assert_int_equal(bytes, snapshot->ledger[0].count.bytes);
            assert_int_equal(payload, want_payload);
            uint64_t packets = integer(document.root, "other.pairs.a_to_b.packets") +
                               integer(document.root, "other.pairs.b_to_a.packets");
            for (size_t i = 0; i < top; i++) {
                json_t *pair = json_array_get(at(document.root, "pairs"), i);
                packets += integer(pair, "a_to_b.packets") + integer(pair, "b_to_a.packets");
            }
            assert_int_equal(packets, snapshot->ledger[0].count.packets);
            end(&document);
        }
    }
}

static void sorting(void **state)
{
    struct document document;
    (void)state;
    begin(&document);
    sample_office(&document.sample);
    document.sample.options.sort = PS_SORT_PORT;
    render(&document);
    assert_int_equal(integer(document.root, "ports.0.port"), 22);
    assert_int_equal(integer(document.root, "ports.1.port"), 53);
    assert_int_equal(integer(document.root, "pairs.0.port_a"), 22);
    end(&document);
    begin(&document);
    sample_office(&document.sample);
    document.sample.options.sort = PS_SORT_PACKETS;
    render(&document);
    assert_int_equal(integer(document.root, "ports.0.port"), 443);
    assert_int_equal(integer(document.root, "ports.1.port"), 53); /* fewer bytes than 51820 */
    end(&document);
}

static void views_narrow(void **state)
{
    static const char *const tables[] = {"ranges", "ports", "pairs", "hosts", "timeline", "tunnels"};
    static const unsigned bits[] = {PS_VIEW_RANGES, PS_VIEW_PORTS,    PS_VIEW_PAIRS,
                                    PS_VIEW_HOSTS,  PS_VIEW_TIMELINE, PS_VIEW_TUNNELS};
    (void)state;
    for (size_t asked = 0; asked < 6; asked++) {
        struct document document;
        begin(&document);
        sample_office(&document.sample);
        document.sample.options.views = bits[asked] | bits[1];
        render(&document);
        for (size_t i = 0; i < 6; i++)
            assert_int_equal(at(document.root, tables[i]) != NULL, i == asked || i == 1);
        assert_non_null(at(document.root, "capture"));
        assert_non_null(at(document.root, "ledger"));
        end(&document);
    }
}

static void empty(void **state)
{
    struct document document;
    (void)state;
    begin(&document);
    render(&document);
    assert_int_equal(json_array_size(at(document.root, "ledger")), 1);
    expect_text(document.root, "ledger.0.row", "ports");
    assert_int_equal(integer(document.root, "ledger.0.packets"), 0);
    assert_int_equal(json_array_size(at(document.root, "ranges")), 9);
    assert_int_equal(json_array_size(at(document.root, "ports")), 0);
    assert_int_equal(json_array_size(at(document.root, "timeline")), 0);
    end(&document);
}

static void interval(void **state)
{
    struct document document;
    (void)state;
    begin(&document);
    sample_office(&document.sample);
    struct ps_snapshot *snapshot = &document.sample.snapshot;
    snapshot->final = false;
    snapshot->interval_set = true;
    snapshot->interval_number = 3;
    snapshot->interval_start_ns = SAMPLE_START_NS;
    snapshot->interval_end_ns = SAMPLE_START_NS + 10 * SAMPLE_SECOND_NS;
    document.sample.options.format = PS_FORMAT_JSONL;
    render(&document);
    assert_int_equal(strcspn(document.text, "\n"), strlen(document.text) - 1);
    assert_true(json_is_false(at(document.root, "capture.final")));
    assert_int_equal(integer(document.root, "interval.number"), 3);
    expect_text(document.root, "interval.start", "2026-11-23T09:14:02.000000000Z");
    expect_text(document.root, "interval.end", "2026-11-23T09:14:12.000000000Z");
    end(&document);
}

static void same_document_on_one_line(void **state)
{
    struct document lines, line;
    (void)state;
    begin(&lines);
    sample_office(&lines.sample);
    lines.sample.options.top = 3;
    render(&lines);
    begin(&line);
    sample_office(&line.sample);
    line.sample.options.top = 3;
    line.sample.options.format = PS_FORMAT_JSONL;
    render(&line);
    assert_true(json_equal(lines.root, line.root));
    char *again = sample_report(&lines.sample);
    assert_string_equal(again, lines.text);
    free(again);
    end(&lines);
    end(&line);
}

static void largest_counts(void **state)
{
    struct document document;
    (void)state;
    begin(&document);
    sample_traffic(&document.sample, PS_TRANSPORT_UDP, 0, 65535, 1, 100);
    document.sample.snapshot.port[0].sent.bytes = INT64_MAX;
    document.sample.snapshot.port[0].received.bytes = UINT64_MAX;
    char *text = sample_report(&document.sample);
    assert_non_null(strstr(text, "\"bytes\":9223372036854775807,"));
    assert_non_null(strstr(text, "\"bytes\":18446744073709551615,"));
    free(text);
    end(&document);
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
