/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text in services(5) format: what is read, what is passed over, and what is refused with its line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "names_internal.h"

/* What the parser called back, as "name transport port;" */
struct heard {
    char text[1024];
    int limit; /* entries before memory is out; 0: never */
    int count;
};

static int hear(void *context, enum ps_transport transport, uint16_t port, const char *name, size_t length)
{
    struct heard *heard = context;
    if (heard->limit > 0 && heard->count == heard->limit)
        return -1;
    heard->count++;
    size_t used = strlen(heard->text);
    (void)snprintf(heard->text + used, sizeof(heard->text) - used, "%.*s %d %u;", (int)length, name, (int)transport,
                   (unsigned)port);
    return 0;
}

static void accepted(void **state)
{
    static const struct {
        const char *what, *text, *heard;
    } rows[] = {
        {"nothing", "", ""},
        {"blank lines", "\n  \n\t\n\n", ""},
        {"comment", "# https 443/tcp\n", ""},
        {"plain", "https 443/tcp\n", "https 1 443;"},
        {"no newline at the end", "https 443/tcp", "https 1 443;"},
        {"tabs and aliases", "domain\t\t53/udp\t\tnameserver  dns # here\n", "domain 2 53;"},
        {"leading blanks", "   ssh 22/tcp\n", "ssh 1 22;"},
        {"CR LF", "ssh 22/tcp\r\n\r\nntp 123/udp\r\n", "ssh 1 22;ntp 2 123;"},
        {"comment touches", "ssh 22/tcp#alias\n", "ssh 1 22;"},
        {"every transport", "a 1/tcp\nb 2/udp\nc 3/udplite\nd 4/sctp\ne 5/dccp\n", "a 1 1;b 2 2;c 3 3;d 4 4;e 5 5;"},
        {"other protocols", "rtmp 1/ddp\nssh 22/tcp\n", "ssh 1 22;"},
        {"lowest port", "zero 0/tcp\n", "zero 1 0;"},
        {"highest port", "last 65535/tcp\n", "last 1 65535;"},
        {"leading zeros", "old 0080/tcp\n", "old 1 80;"},
        {"odd name", "whois++ 63/tcp\n", "whois++ 1 63;"},
        {"first letters and digits", "a 1/tcp\nz 2/tcp\nA 3/tcp\nZ 4/tcp\n0 5/tcp\n9 6/tcp\n",
         "a 1 1;z 1 2;A 1 3;Z 1 4;0 1 5;9 1 6;"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct heard heard = {.text = ""};
        struct ps_error error = {.text = ""};
        int result = ps_services_parse(rows[i].text, strlen(rows[i].text), "f", true, hear, &heard, &error);
        if (result != 0 || strcmp(heard.text, rows[i].heard) != 0)
            fail_msg("%s: %d \"%s\" %s", rows[i].what, result, heard.text, error.text);
    }
}

#define LONGEST "123456789012345678901234567890123456789012345678901234567890123"

static void refused(void **state)
{
    static const struct {
        const char *what, *text;
        size_t length; /* 0: strlen */
        const char *message;
    } rows[] = {
        {"no port", "https\n", 0, "line 1: there is no port"},
        {"third line", "# one\nssh 22/tcp\nhttps tcp/443\n", 0, "line 3: the second word is not port/protocol"},
        {"no slash", "https 443\n", 0, "line 1: the second word is not port/protocol"},
        {"no protocol", "https 443/\n", 0, "line 1: the second word is not port/protocol"},
        {"two slashes", "https 443/tcp/udp\n", 0, "line 1: the second word is not port/protocol"},
        {"negative", "https -1/tcp\n", 0, "line 1: the second word is not port/protocol"},
        {"above 65535", "https 65536/tcp\n", 0, "line 1: the port is above 65535"},
        {"wraps 32 bits", "https 4294967739/tcp\n", 0, "line 1: the port is above 65535"},
        {"a range", "x11 6000-6063/tcp\n", 0, "line 1: the second word is not port/protocol"},
        {"escape in name", "ht\033[31mtps 443/tcp\n", 0, "line 1: the name holds characters"},
        {"UTF-8 in name", "h\xc3\xa9 443/tcp\n", 0, "line 1: the name holds characters"},
        {"NUL in name", "ht\0ps 443/tcp\n", 14, "line 1: the name holds characters"},
        {"escape in alias", "https 443/tcp \x01\n", 0, "line 1: an alias holds characters"},
        {"formula", "=1+1 443/tcp\n", 0, "line 1: the name does not begin with a letter or digit"},
        {"sign", "-1 443/tcp\n", 0, "line 1: the name does not begin with a letter or digit"},
        {"at sign", "@a 443/tcp\n", 0, "line 1: the name does not begin with a letter or digit"},
        {"long name", LONGEST "4 443/tcp\n", 0, "line 1: the name is longer than 63"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct heard heard = {.text = ""};
        struct ps_error error = {.text = ""};
        size_t length = rows[i].length > 0 ? rows[i].length : strlen(rows[i].text);
        int result = ps_services_parse(rows[i].text, length, "my.services", true, hear, &heard, &error);
        if (result != -1 || strstr(error.text, rows[i].message) == NULL || strstr(error.text, "my.services") == NULL)
            fail_msg("%s: %d \"%s\"", rows[i].what, result, error.text);
        /* The lenient reading passes the same line over and goes on behind it. */
        char text[256];
        memcpy(text, rows[i].text, length);
        memcpy(text + length, "ntp 123/udp", 12);
        heard.text[0] = '\0';
        assert_int_equal(ps_services_parse(text, length + 11, "f", false, hear, &heard, NULL), 0);
        if (strstr(heard.text, "ntp 2 123;") == NULL)
            fail_msg("%s: reading stopped: \"%s\"", rows[i].what, heard.text);
    }
}

static void longest_name(void **state)
{
    struct heard heard = {.text = ""};
    (void)state;
    assert_int_equal(ps_services_parse(LONGEST " 443/tcp\n", 63 + 9, "f", true, hear, &heard, NULL), 0);
    assert_string_equal(heard.text, LONGEST " 1 443;");
}

static void out_of_memory(void **state)
{
    static const char text[] = "a 1/tcp\nb 2/tcp\nc 3/tcp\n";
    struct heard heard = {.text = "", .limit = 1};
    struct ps_error error = {.text = ""};
    (void)state;
    assert_int_equal(ps_services_parse(text, strlen(text), "f", false, hear, &heard, &error), -1);
    assert_string_equal(heard.text, "a 1 1;");
    assert_non_null(strstr(error.text, "out of memory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepted),
        cmocka_unit_test(refused),
        cmocka_unit_test(longest_name),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
