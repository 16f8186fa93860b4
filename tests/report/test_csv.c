/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Comma-separated values: each table whole, the row `other`, intervals, and quoting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "sample.h"

static void begin(struct sample *sample)
{
    sample_init(sample);
    sample->options.format = PS_FORMAT_CSV;
    sample_traffic(sample, PS_TRANSPORT_TCP, 443, 50000, 10, 9000);
    sample_traffic(sample, PS_TRANSPORT_TCP, 50000, 443, 5, 400);
    sample_traffic(sample, PS_TRANSPORT_UDP, 50001, 53, 1, 80);
    sample_traffic(sample, PS_TRANSPORT_UDP, 53, 50001, 1, 120);
    sample_ledger(sample, PS_ROW_NON_IP, PS_DETAIL_ETHERTYPE, 0x0806, 2, 120);
    sample_host(sample, 0x0a000001, 9000, 400);
    sample_tunnel(sample, PS_TUNNEL_VLAN, 0, 7, 3, 300);
    sample_time(sample, 0, 4, 400);
    sample_finding(sample, PS_SEVERITY_WARNING, "kind", "One, two.", 7);
    sample_ephemeral(sample, 0x0a000001, 32768, 60999);
    sample_ephemeral(sample, 0x0a000002, 32768, 60999);
    sample_sort(sample);
}

static void expect(struct sample *sample, const char *text)
{
    char *got = sample_report(sample);
    assert_string_equal(got, text);
    free(got);
    sample_finish(sample);
}

#define PORTS_HEADER                                                                          \
    "protocol,port,name,class,sent_packets,sent_bytes,sent_network_bytes,sent_payload_bytes," \
    "received_packets,received_bytes,received_network_bytes,received_payload_bytes\r\n"

#define FLOWS_HEADER                                                                                                \
    "protocol,client_address,client_port,server_address,server_port,name,state,evidence,application,connections,"   \
    "outcomes_established,outcomes_closed,outcomes_reset,outcomes_refused,outcomes_unanswered,outcomes_half_open,"  \
    "outcomes_one_way,to_server_packets,to_server_bytes,to_server_payload_bytes,to_client_packets,to_client_bytes," \
    "to_client_payload_bytes,first,last\r\n"

#define SERVICES_HEADER                                                                                              \
    "protocol,port,name,class,packets,bytes,to_server_packets,to_server_bytes,to_client_packets,to_client_bytes,"    \
    "flows,clients,clients_estimated,servers,servers_estimated,error_percent,evidence_handshake_packets,"            \
    "evidence_handshake_bytes,evidence_request_packets,evidence_request_bytes,evidence_listener_packets,"            \
    "evidence_listener_bytes,evidence_icmp_packets,evidence_icmp_bytes,evidence_multicast_packets,"                  \
    "evidence_multicast_bytes,evidence_fan_in_packets,evidence_fan_in_bytes,evidence_name_packets,"                  \
    "evidence_name_bytes,evidence_class_packets,evidence_class_bytes,evidence_number_packets,evidence_number_bytes," \
    "evidence_peers_packets,evidence_peers_bytes,measured_bytes,client_ports_well_known,client_ports_registered,"    \
    "client_ports_dynamic,outcomes_established,outcomes_closed,outcomes_reset,outcomes_refused,outcomes_unanswered," \
    "outcomes_half_open,outcomes_one_way,success_rate,rtt_count,rtt_p50_seconds,rtt_p95_seconds,rtt_p99_seconds,"    \
    "tcp_payload_bytes,retransmitted_bytes,application\r\n"

static void tables(void **state)
{
    static const struct {
        unsigned view;
        size_t top;
        const char *text;
    } cases[] = {
        {PS_VIEW_SUMMARY, 0,
         PORTS_HEADER "tcp,443,https,well-known,10,9000,8860,8460,5,400,330,130\r\n"
                      "tcp,50000,,dynamic,5,400,330,130,10,9000,8860,8460\r\n"
                      "udp,53,domain,well-known,1,120,106,66,1,80,66,26\r\n"
                      "udp,50001,,dynamic,1,80,66,26,1,120,106,66\r\n"},
        {PS_VIEW_PORTS, 3,
         PORTS_HEADER "tcp,443,https,well-known,10,9000,8860,8460,5,400,330,130\r\n"
                      "tcp,50000,,dynamic,5,400,330,130,10,9000,8860,8460\r\n"
                      "udp,53,domain,well-known,1,120,106,66,1,80,66,26\r\n"
                      "other,,,,1,80,66,26,1,120,106,66\r\n"},
        {PS_VIEW_PAIRS, 1,
         "protocol,port_a,port_b,name_a,name_b,class_a,class_b,a_to_b_packets,a_to_b_bytes,a_to_b_network_bytes,"
         "a_to_b_payload_bytes,b_to_a_packets,b_to_a_bytes,b_to_a_network_bytes,b_to_a_payload_bytes\r\n"
         "tcp,443,50000,https,,well-known,dynamic,10,9000,8860,8460,5,400,330,130\r\n"
         "other,,,,,,,1,120,106,66,1,80,66,26\r\n"},
        {PS_VIEW_RANGES, 2, /* never cut */
         "source_class,destination_class,packets,bytes,network_bytes,payload_bytes\r\n"
         "well-known,well-known,0,0,0,0\r\nwell-known,registered,0,0,0,0\r\nwell-known,dynamic,11,9120,8966,8526\r\n"
         "registered,well-known,0,0,0,0\r\nregistered,registered,0,0,0,0\r\nregistered,dynamic,0,0,0,0\r\n"
         "dynamic,well-known,6,480,396,156\r\ndynamic,registered,0,0,0,0\r\ndynamic,dynamic,0,0,0,0\r\n"},
        {PS_VIEW_HOSTS, 0,
         "address,sent_packets,sent_bytes,received_packets,received_bytes\r\n10.0.0.1,9,9000,0,400\r\n"},
        {PS_VIEW_TIMELINE, 0,
         "start,packets,bytes,well_known_packets,well_known_bytes,registered_packets,registered_bytes,dynamic_packets,"
         "dynamic_bytes\r\n2026-11-23T09:14:02.000000000Z,4,400,2,200,1,100,0,0\r\n"},
        {PS_VIEW_TUNNELS, 0, "tunnel,port,id,packets,bytes\r\nvlan,,7,3,300\r\n"},
        {PS_VIEW_EPHEMERAL, 1,
         "client_address,protocol,lowest,highest,range_low,range_high,order,distinct_ports,connections,reused,peak,"
         "peak_server_address,peak_server_port,peak_share\r\n"
         "10.0.0.1,tcp,32778,60989,32768,60999,random,40,50,10,30,10.1.1.187,443,0.001062\r\n"
         "other,,,,,,,,50,10,,,,\r\n"},
        {PS_VIEW_FINDINGS, 0,
         "severity,kind,what,why,next,protocol,port,address,packets,first,last\r\n"
         "warning,kind,\"One, two.\",This is why it matters.,Look there next.,,,,7,,\r\n"},
        {PS_VIEW_FLOWS, 1,
         FLOWS_HEADER "tcp,10.1.0.7,50000,10.1.1.193,443,https,closed,handshake,,1,0,1,0,0,0,0,0,5,400,130,10,9000,"
                      "8460,2026-11-23T09:14:02.000000000Z,2026-11-23T09:19:02.000000000Z\r\n"
                      "other,,,,,,,,,1,,,,,,,,1,80,26,1,120,66,,\r\n"},
        {PS_VIEW_SERVICES, 1,
         SERVICES_HEADER
         "tcp,443,https,well-known,15,9400,5,400,10,9000,1,1,false,1,false,,15,9400,,,,,,,,,,,,,,,,,,,9400,0,0,1,0,1,0,"
         "0,0,0,0,1.000000,,,,,8590,0,\r\n"
         "other,,,,2,200,1,80,1,120,1,,,,,,,,2,200,,,,,,,,,,,,,,,,,200,0,0,1,1,0,0,0,0,0,0,1.000000,,,,,0,0,\r\n"},
        {PS_VIEW_LEDGER, 1, "row,detail,packets,bytes\r\nports,,17,9600\r\nnon-ip,ARP,2,120\r\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sample sample;
        begin(&sample);
        sample.options.views = cases[i].view;
        sample.options.top = cases[i].top;
        expect(&sample, cases[i].text);
    }
}

static void intervals(void **state)
{
    struct sample sample;
    (void)state;
    begin(&sample);
    sample.options.views = PS_VIEW_LEDGER;
    sample.snapshot.interval_set = true;
    sample.snapshot.interval_start_ns = SAMPLE_START_NS;
    sample.snapshot.interval_end_ns = SAMPLE_START_NS + SAMPLE_SECOND_NS;
    expect(&sample, "interval_start,interval_end,row,detail,packets,bytes\r\n"
                    "2026-11-23T09:14:02.000000000Z,2026-11-23T09:14:03.000000000Z,ports,,17,9600\r\n"
                    "2026-11-23T09:14:02.000000000Z,2026-11-23T09:14:03.000000000Z,non-ip,ARP,2,120\r\n");
    /* The final table behind intervals has their columns, empty, and no second header. */
    begin(&sample);
    sample.options.views = PS_VIEW_PORTS;
    sample.options.top = 1;
    sample.options.csv_header = false;
    expect(&sample, ",,tcp,443,https,well-known,10,9000,8860,8460,5,400,330,130\r\n"
                    ",,other,,,,7,600,502,222,12,9200,9032,8552\r\n");
}

static void quoting(void **state)
{
    static const struct {
        const char *text, *field;
    } cases[] = {
        {"", ""},           {"plain", "plain"},   {"two words", "two words"}, {"a,b", "\"a,b\""},
        {"\"", "\"\"\"\""}, {"a\nb", "\"a\nb\""}, {"a\rb", "\"a\rb\""},       {"say \"hi\"", "\"say \"\"hi\"\"\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ps_out out;
        assert_int_equal(ps_out_memory(&out), 0);
        ps_csv_field(&out, cases[i].text);
        ps_out_char(&out, '\0');
        assert_string_equal(out.buffer, cases[i].field);
        assert_int_equal(ps_out_finish(&out), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables),
        cmocka_unit_test(intervals),
        cmocka_unit_test(quoting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
