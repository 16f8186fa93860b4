/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From accounts to output while packets come in.  Every document is flushed: who reads along sees it at once.
 */
#include "watch_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "portsniff/findings.h"
#include "tell.h"
#include "terminal.h"

/* --- opening and closing --- */

/* Whether intervals are shown one by one: else there is one document, at the end. */
static bool streams(const struct ps_config *config)
{
    return config->report.format != PS_FORMAT_JSON;
}

int ps_watch_report_open(struct watch_report *report, const struct ps_config *config, struct ps_error *error)
{
    *report = (struct watch_report){.config = config, .options = config->report, .self = {.fd = -1}};
    if (ps_names_create(config->services, config->report.numeric, &report->names, error) ||
        ps_output_open(&report->output, config->output, streams(config), error) ||
        ps_output_begin(&report->output, error))
        return -1;
    report->output_open = true;
    ps_watch_report_resize(report);
    if (config->self)
        ps_self_open(&report->self);
    return 0;
}

int ps_watch_report_end(struct watch_report *report, bool keep, struct ps_error *error)
{
    error->text[0] = '\0';
    if (!report->output_open)
        return 0;
    report->output_open = false;
    return ps_output_finish(&report->output, keep, error);
}

void ps_watch_report_close(struct watch_report *report)
{
    struct ps_error ignored;
    (void)ps_watch_report_end(report, false, &ignored);
    ps_self_close(&report->self);
    ps_names_destroy(report->names);
    report->names = NULL;
}

void ps_watch_report_resize(struct watch_report *report)
{
    ps_terminal_decide(&report->options, report->config->color, report->output.fd);
}

void ps_watch_report_reopen(struct watch_report *report)
{
    struct ps_error error;
    int opened = ps_output_reopen(&report->output, &error);
    if (opened < 0)
        ps_tell(&error);
    if (opened <= 0)
        return;
    report->begun = report->csv_begun = false;
}

/* --- the first line --- */

/* "10 s", "1 min", "250 ms", "90 s". */
static void spell_time(char *to, size_t size, uint64_t ns)
{
    static const struct {
        uint64_t ns;
        const char *unit;
    } units[] = {{3600000000000, "h"}, {60000000000, "min"}, {1000000000, "s"}, {1000000, "ms"}};
    size_t at = 0;
    while (at + 1 < sizeof(units) / sizeof(units[0]) && (ns < units[at].ns || ns % units[at].ns != 0))
        at++;
    snprintf(to, size, "%" PRIu64 " %s", ns / units[at].ns, units[at].unit);
}

void ps_watch_report_first(struct watch_report *report)
{
    const struct ps_live_options *live = &report->config->source.live;
    struct ps_error line; /* for its space */
    char names[512] = "", every[64];
    if (report->config->quiet)
        return;
    for (size_t i = 0; i < live->interface_count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "", live->interfaces[i]);
    }
    spell_time(every, sizeof(every), report->interval_ns);
    if (streams(report->config))
        ps_error_set(&line, "%s: a summary every %s; Ctrl-C for the final report", names, every);
    else
        ps_error_set(&line, "%s: one report at the end; Ctrl-C for it", names);
    /* For programs the output holds nothing but documents, and a file has no reader yet. */
    if (report->options.format != PS_FORMAT_TEXT || report->output.path) {
        ps_tell(&line);
        return;
    }
    ps_out_format(&report->output.out, "%s\n", line.text);
    ps_out_flush(&report->output.out);
    report->begun = true;
}

/* --- snapshots --- */

/* The snapshot has its own copy. */
static int add_inputs(const struct watch_facts *facts, struct ps_snapshot *s)
{
    s->input = calloc(facts->input_count ? facts->input_count : 1, sizeof(*s->input));
    if (!s->input)
        return -1;
    s->input_count = facts->input_count;
    if (s->input_count)
        memcpy(s->input, facts->input, s->input_count * sizeof(*s->input));
    return 0;
}

static void add_loss(struct ps_snapshot *s, const struct watch_loss *loss)
{
    s->has_kernel_drops = true;
    s->dropped_by_kernel = loss->kernel;
    s->has_interface_drops = loss->has_interface;
    s->dropped_by_interface = loss->interface;
    s->has_backlog_drops = loss->has_backlog;
    s->dropped_by_backlog = loss->backlog;
    s->lower_bound = loss->kernel > 0 || loss->interface > 0 || loss->backlog > 0;
}

static int take_snapshot(const struct watch_report *report, struct ps_account *account, const struct ps_account *before,
                         const struct watch_facts *facts, bool interval, struct ps_snapshot *s)
{
    struct ps_wish wish = interval ? ps_report_wish_interval(&report->options) : ps_report_wish(&report->options);
    ps_snapshot_init(s);
    ps_account_set_evidence(account, ps_service_registered, before);
    if (ps_account_failed(account) || add_inputs(facts, s) || ps_findings_watch(s, &wish) ||
        ps_account_collect(account, &wish, s) || ps_findings_collect(s, report->names))
        return -1;
    s->generator = "portsniff " PS_VERSION;
    s->filter = report->config->source.filter;
    s->mode_tunnels = report->config->decode.tunnels_inner ? "inner" : "outer";
    s->mode_fragments = report->config->decode.fragments_credit ? "credit" : "header";
    s->fragments_overflow = facts->fragments_overflow;
    s->packets_not_saved = facts->unsaved;
    s->live = true;
    s->saving = report->config->save.path != NULL;
    if (report->config->self)
        ps_self_measure(&report->self, facts->packets, &s->self);
    add_loss(s, &facts->loss);
    return 0;
}

/* --- documents --- */

static int write_whole(struct watch_report *report, const struct ps_snapshot *s)
{
    report->options.csv_header = !report->csv_begun;
    report->csv_begun = true;
    return ps_report_write(s, report->names, &report->options, &report->output.out);
}

int ps_watch_report_part(struct watch_report *report, const struct watch_part *part, const struct ps_account *before)
{
    struct ps_snapshot s;
    if (!streams(report->config))
        return ps_account_failed(part->account) ? -1 : 0;
    int result = take_snapshot(report, part->account, before, &part->facts, true, &s);
    s.interval_set = true;
    s.interval_start_ns = part->span.start_ns;
    s.interval_end_ns = part->span.end_ns;
    s.interval_number = part->span.number;
    s.interval_width_ns = report->interval_ns;
    if (!result && report->options.format == PS_FORMAT_TEXT)
        result = ps_report_write_interval(&s, report->names, &report->options, &report->output.out);
    else if (!result)
        result = write_whole(report, &s);
    ps_snapshot_finish(&s);
    ps_out_flush(&report->output.out);
    report->begun = true;
    return result;
}

int ps_watch_report_all(struct watch_report *report, struct ps_account *account, const struct watch_facts *facts,
                        bool final)
{
    struct ps_snapshot s;
    int result = take_snapshot(report, account, NULL, facts, false, &s);
    s.final = final;
    if (!result && report->begun && report->options.format == PS_FORMAT_TEXT)
        ps_out_char(&report->output.out, '\n');
    /* A table of the whole behind those of the intervals would count everything twice. */
    if (!result && !(final && report->options.format == PS_FORMAT_CSV))
        result = write_whole(report, &s);
    if (!result && !final && report->options.format == PS_FORMAT_TEXT)
        ps_out_char(&report->output.out, '\n');
    ps_snapshot_finish(&s);
    ps_out_flush(&report->output.out);
    report->begun = true;
    return result;
}
