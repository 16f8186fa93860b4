/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of live capture that need no interface: differences of counters, near names, tags behind cooked headers,
 * the list of devices, and refusals that need no privilege to be refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "live_private.h"

static void test_delta(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t before, now, want;
    } rows[] = {
        {"nothing new", 7, 7, 0},
        {"some more", 7, 10, 3},
        {"wraps at 32 bits", UINT32_MAX, 0, 1},
        {"wraps at 32 bits and goes on", UINT32_MAX - 4, 5, 10},
        {"half of 32 bits is still a wrap", 0x80000001, 0, 0x7fffffff},
        {"less than half is set back", 0x80000000, 0, 0},
        {"set back to zero", 1000, 0, 0},
        {"set back, then counted", 1000, 400, 0},
        {"64 bits that go back do not wrap", UINT64_C(1) << 32, 0, 0},
        {"across 32 bits", UINT32_MAX, UINT64_C(1) << 32, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (ps_live_delta(rows[i].before, rows[i].now) != rows[i].want)
            fail_msg("%s: %lu", rows[i].name, (unsigned long)ps_live_delta(rows[i].before, rows[i].now));
    }
}

static uint64_t backlog_after(struct ps_live_backlog *backlog, const char *text)
{
    char copy[256];
    strcpy(copy, text);
    ps_live_backlog_text(backlog, copy);
    return backlog->sum;
}

static void test_backlog(void **state)
{
    (void)state;
    static struct ps_live_backlog backlog;
    /* what was dropped before the start counts for nothing */
    assert_int_equal(backlog_after(&backlog, "00000010 00000003 00000000\n00000020 fffffffe 00000000\n"), 0);
    assert_int_equal(backlog.cpus, 2);
    assert_int_equal(backlog_after(&backlog, "00000010 0000000a 00000000\n00000020 fffffffe 00000000\n"), 7);
    /* each processor's counter wraps for itself */
    assert_int_equal(backlog_after(&backlog, "00000010 0000000a 00000000\n00000020 00000001 00000000\n"), 10);
    /* a processor went off: its line is missing, and the others are not what they were */
    assert_int_equal(backlog_after(&backlog, "00000020 00000001 00000000\n"), 10);
    assert_int_equal(backlog_after(&backlog, "00000020 00000003 00000000\n"), 12);
    assert_int_equal(backlog_after(&backlog, "nonsense\n"), 12);
}

static void test_distance(void **state)
{
    (void)state;
    assert_int_equal(ps_edit_distance("eth0", "eth0"), 0);
    assert_int_equal(ps_edit_distance("eth0", "eth1"), 1);
    assert_int_equal(ps_edit_distance("ehto", "eth0"), 2);
    assert_int_equal(ps_edit_distance("teh0", "eth0"), 1);
    assert_int_equal(ps_edit_distance("", "lo"), 2);
    assert_int_equal(ps_edit_distance("lo", ""), 2);
    assert_int_equal(ps_edit_distance("eno1", "enp1s0"), 3);
    const char *long_name = "012345678901234567890123456789012345678901234567890";
    assert_int_equal(ps_edit_distance(long_name, long_name), 0);
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"lo", "wlan0", "eth1", "eth0", "any"};
    const char *near[3];
    assert_int_equal(ps_nearest_names("ehto", names, 5, near, 3), 2);
    assert_string_equal(near[0], "eth1");
    assert_int_equal(ps_nearest_names("wlan1", names, 5, near, 3), 1);
    assert_string_equal(near[0], "wlan0");
    assert_int_equal(ps_nearest_names("eth2", names, 5, near, 3), 2);
    assert_string_equal(near[0], "eth1");
    assert_string_equal(near[1], "eth0");
    assert_int_equal(ps_nearest_names("eth2", names, 5, near, 1), 1);
    assert_int_equal(ps_nearest_names("something", names, 5, near, 3), 0);
    assert_int_equal(ps_nearest_names("x", names, 5, near, 3), 0);
}

/* A cooked packet: TPID, tag, EtherType and what follows. */
static void test_mend(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t tail[10]; /* from the first tag's EtherType on */
        uint16_t want;
    } rows[] = {
        {"one tag, IPv4", {0x81, 0, 0, 100, 8, 0, 0x45, 0, 8, 0}, 0x0800},
        {"two tags, IPv4", {0x88, 0xa8, 0, 10, 8, 0, 0, 100, 8, 0}, 0x8100},
        {"two tags, IPv6", {0x81, 0, 0, 10, 0x86, 0xdd, 0, 100, 0x86, 0xdd}, 0x8100},
        {"three tags", {0x81, 0, 0, 10, 8, 0, 0, 100, 0x81, 0}, 0x8100},
        {"one tag, IPv6", {0x81, 0, 0, 10, 0x86, 0xdd, 0x60, 0, 0x86, 0xdd}, 0x86dd},
        {"one tag, damaged IPv4", {0x81, 0, 0, 10, 8, 0, 0, 100, 0, 20}, 0x0800},
        {"no tag", {8, 0, 0x45, 0, 8, 0, 0, 100, 8, 0}, 0x0800},
        {"one tag, ARP", {0x81, 0, 0, 10, 8, 6, 0, 1, 8, 0}, 0x0806},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t packet[24] = {0};
        memcpy(packet + 14, rows[i].tail, sizeof(rows[i].tail));
        ps_cooked_mend(packet, sizeof(packet) - 1);
        assert_memory_equal(packet + 14, rows[i].tail, sizeof(rows[i].tail));
        ps_cooked_mend(packet, sizeof(packet));
        if ((packet[18] << 8 | packet[19]) != rows[i].want)
            fail_msg("%s: %02x%02x", rows[i].name, packet[18], packet[19]);
    }
}

static void test_list(void **state)
{
    (void)state;
    struct ps_device *list = NULL;
    size_t count = 0;
    struct ps_error error;
    assert_int_equal(ps_live_list(&list, &count, &error), 0);
    bool loopback = false;
    for (size_t i = 0; i < count; i++) {
        assert_non_null(list[i].name);
        for (size_t j = 0; j < list[i].address_count; j++)
            assert_true(list[i].addresses[j][0] != '\0');
        if (!list[i].loopback)
            continue;
        loopback = true;
        assert_string_equal(list[i].link_type, "EN10MB");
        assert_false(list[i].any || list[i].wireless);
    }
    /* a container may have no interface at all, but then there is nothing else either */
    assert_true(loopback || count == 0);
    ps_live_list_free(list, count);
    ps_live_list_free(NULL, 0);
}

static const char *refusal(const char *const *names, size_t count, const char *path)
{
    static struct ps_error error;
    struct ps_source *source = NULL;
    const struct ps_source_options options = {
        .paths = &path,
        .path_count = path ? 1 : 0,
        .live = {.interfaces = names, .interface_count = count},
    };
    assert_int_equal(ps_source_open(&options, &source, &error), -1);
    assert_null(source);
    return error.text;
}

static void test_refusals(void **state)
{
    (void)state;
    assert_non_null(strstr(refusal((const char *[]){"no-such-thing0"}, 1, NULL), "no interface \"no-such-thing0\""));
    assert_non_null(strstr(refusal((const char *[]){"lo\x1b[31m"}, 1, NULL), "\"lo?[31m\""));
    assert_non_null(strstr(refusal((const char *[]){"lo", "lo"}, 2, NULL), "named twice"));
    assert_non_null(strstr(refusal((const char *[]){"lo", "any"}, 2, NULL), "count twice"));
    assert_non_null(strstr(refusal((const char *[]){"lo"}, 1, "x.pcap"), "together"));
    assert_non_null(strstr(refusal((const char *[]){"a-name-that-is-longer-than-any-interface-can-have"}, 1, NULL),
                           "no interface"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delta),    cmocka_unit_test(test_backlog), cmocka_unit_test(test_distance),
        cmocka_unit_test(test_nearest),  cmocka_unit_test(test_mend),    cmocka_unit_test(test_list),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
