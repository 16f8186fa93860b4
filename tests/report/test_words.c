/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sentences of the text report that say how sure something is, and how much of it is shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

/* What damage took away is not called an idle link. */
static void empty_by_damage(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample.snapshot.first_ns = sample.snapshot.last_ns = PS_TIME_NONE;
    sample.snapshot.input[0].damaged = true;
    char *text = sample_report(&sample);
    assert_null(strstr(text, "idle"));
    assert_non_null(strstr(text, "no packet could be read before the damage"));
    free(text);
    sample_finish(&sample);
}

/* The evidence for the server's side, in words. */
static void measured_and_inferred(void **state)
{
    static const struct {
        uint64_t measured, inferred;
        const char *says;
    } rows[] = {
        {9400, 600, "Server side measured for 94% of the bytes, inferred for 6%."},
        {99999, 1, "Server side measured for >99% of the bytes, inferred for <1%."},
        {1000, 0, "Server side measured for all bytes."},
        {0, 1000, "Server side inferred for all bytes."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sample sample;
        sample_init(&sample);
        sample_traffic(&sample, PS_TRANSPORT_UDP, 4000, 5000, 1, rows[i].measured + rows[i].inferred);
        struct ps_service_row *service = &sample.snapshot.service[0];
        memset(service->by_evidence, 0, sizeof(service->by_evidence));
        service->by_evidence[PS_EVIDENCE_MEASURED] = (struct ps_count){1, rows[i].measured};
        service->by_evidence[PS_EVIDENCE_MEASURED + 1] = (struct ps_count){1, rows[i].inferred};
        char *text = sample_report(&sample);
        if (strstr(text, rows[i].says) == NULL)
            fail_msg("%s is missing in\n%s", rows[i].says, text);
        free(text);
        sample_finish(&sample);
    }
}

/* Where clients drew their ports from, most of them first. */
static void origin_of_ports(void **state)
{
    static const struct {
        unsigned linux_clients, iana_clients, other_clients;
        const char *says;
    } rows[] = {
        {1, 0, 0, "Clients took temporary ports from 32768-60999 (as Linux does)."},
        {0, 2, 0, "Clients took temporary ports from 49152-65535 (IANA's range, as Windows and macOS do)."},
        {0, 0, 1, "Clients took temporary ports from 1024-65535."},
        {1, 0, 2, "Clients took temporary ports from 1024-65535, others from 32768-60999 (as Linux does)."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sample sample;
        sample_init(&sample);
        sample.options.width = 200;
        sample_traffic(&sample, PS_TRANSPORT_TCP, 50000, 443, 1, 100);
        for (unsigned n = 0; n < rows[i].linux_clients; n++)
            sample_ephemeral(&sample, n, 32768, 60999);
        for (unsigned n = 0; n < rows[i].iana_clients; n++)
            sample_ephemeral(&sample, n, 49152, 65535);
        for (unsigned n = 0; n < rows[i].other_clients; n++)
            sample_ephemeral(&sample, n, 1024, 65535);
        char *text = sample_report(&sample);
        if (strstr(text, rows[i].says) == NULL)
            fail_msg("%s is missing in\n%s", rows[i].says, text);
        free(text);
        sample_finish(&sample);
    }
}

/* Seven ports may lie in a range by chance. */
static void few_ports_tell_nothing(void **state)
{
    (void)state;
    for (uint64_t ports = 7; ports <= 8; ports++) {
        struct sample sample;
        sample_init(&sample);
        sample_traffic(&sample, PS_TRANSPORT_TCP, 50000, 443, 1, 100);
        sample_ephemeral(&sample, 1, 32768, 60999)->distinct = 3;
        sample_ephemeral(&sample, 2, 32768, 60999)->distinct = ports - 3;
        char *text = sample_report(&sample);
        assert_int_equal(strstr(text, "Clients took temporary ports") != NULL, ports == 8);
        free(text);
        sample_finish(&sample);
    }
}

/* Reasons stand below a finding once per kind, where they were asked for or there is room; the summary cuts at five. */
static void findings_in_words(void **state)
{
    static const struct {
        size_t width, top, count;
        unsigned views;
        unsigned reasons;
        const char *more;
    } rows[] = {
        {80, 10, 3, PS_VIEW_SUMMARY, 0, NULL},
        {99, 10, 5, PS_VIEW_SUMMARY, 0, NULL},
        {100, 10, 6, PS_VIEW_SUMMARY, 1, "and 1 more: --view findings\n"},
        {80, 10, 6, PS_VIEW_FINDINGS, 1, NULL},
        {80, 2, 6, PS_VIEW_FINDINGS, 1, "and 4 more: --view findings --top 0\n"},
        {80, 0, 60, PS_VIEW_SUMMARY, 0, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sample sample;
        sample_init(&sample);
        sample_traffic(&sample, PS_TRANSPORT_TCP, 50000, 443, 1, 100);
        sample.options.width = rows[i].width;
        sample.options.top = rows[i].top;
        sample.options.views = rows[i].views;
        for (size_t n = 0; n < rows[i].count; n++)
            sample_finding(&sample, PS_SEVERITY_WARNING, "kind", "Something.", 1);
        char *text = sample_report(&sample);
        unsigned reasons = 0;
        for (const char *at = text; (at = strstr(at, "This is why it matters. Look there next.")) != NULL; at++)
            reasons++;
        assert_int_equal(reasons, rows[i].reasons);
        assert_non_null(strstr(text, "FINDINGS\n  ! Something.\n"));
        if (rows[i].more != NULL && strstr(text, rows[i].more) == NULL)
            fail_msg("%s is missing in\n%s", rows[i].more, text);
        if (rows[i].more == NULL)
            assert_null(strstr(text, " more: "));
        free(text);
        sample_finish(&sample);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_by_damage),   cmocka_unit_test(measured_and_inferred),
        cmocka_unit_test(origin_of_ports),   cmocka_unit_test(few_ports_tell_nothing),
        cmocka_unit_test(findings_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
