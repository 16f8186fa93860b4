/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A snapshot becomes a report, a report becomes text. One row per format.
 */
#include "portsniff/report.h"

#include "model.h"

static const struct {
    enum ps_audience audience;
    void (*render)(const struct ps_report *report, struct ps_out *out);
} formats[PS_FORMAT_COUNT] = {
    [PS_FORMAT_TEXT] = {PS_AUDIENCE_PEOPLE, ps_render_text},
    [PS_FORMAT_JSON] = {PS_AUDIENCE_PROGRAMS, ps_render_json},
    [PS_FORMAT_JSONL] = {PS_AUDIENCE_PROGRAMS, ps_render_jsonl},
    [PS_FORMAT_CSV] = {PS_AUDIENCE_ONE_TABLE, ps_render_csv},
};

struct ps_wish ps_report_wish(const struct ps_report_options *options)
{
    return (struct ps_wish){
        .tables = ps_report_tables(formats[options->format].audience, options->views),
        .top = options->top,
        .sort = options->sort,
    };
}

struct ps_wish ps_report_wish_interval(const struct ps_report_options *options)
{
    struct ps_wish wish = ps_report_wish(options);
    if (options->format == PS_FORMAT_TEXT)
        wish.tables = PS_TABLE_SERVICES;
    return wish;
}

int ps_report_write(const struct ps_snapshot *snapshot, const struct ps_names *names,
                    const struct ps_report_options *options, struct ps_out *out)
{
    struct ps_report report;
    ps_report_init(&report, snapshot, names, options);
    ps_report_build(&report, formats[options->format].audience);
    int result = report.failed ? -1 : 0;
    if (result == 0)
        formats[options->format].render(&report, out);
    ps_report_finish(&report);
    return result;
}
