/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports of what strangers send.  Input: four bytes of options, the name of a file and a clause about its damage, each up
 * to a zero byte, then frames, each behind two bytes with its length and when it came.
 *
 * Whatever a name or a packet holds: text is printable, JSON is JSON, CSV has as many fields in each line, no format lets
 * a control character through, and the same report comes out again.
 */
#include <stdlib.h>
#include <string.h>

#include "json_check.h"
#include "portsniff/account.h"
#include "portsniff/decode.h"
#include "portsniff/findings.h"
#include "portsniff/report.h"
#include "rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX 100

/* Strings that come from outside. */
struct strings {
    char name[TEXT_MAX + 1], damage[TEXT_MAX + 1], filter[TEXT_MAX + 1];
};

/* --- what is reported --- */

static const struct ps_decoder *decoder(void)
{
    static struct ps_decoder *made;
    const struct ps_decode_options options = {.tunnels_inner = true, .fragments_credit = true};
    if (!made)
        made = ps_decoder_create(&options);
    rule(made != NULL, "there is memory");
    return made;
}

/* Counts the frames of the input. */
static void count(const uint8_t *data, size_t size, struct ps_account *account)
{
    static struct ps_batch batch;
    static struct ps_keys keys;
    struct ps_fragments *fragments = ps_fragments_create(true);
    int64_t time_ns = INT64_C(1700000000000000000);
    rule(fragments != NULL, "there is memory");
    batch.count = 0;
    for (size_t at = 0; at + 2 <= size && batch.count < PS_BATCH_MAX; batch.count++) {
        uint32_t length = data[at] < size - at - 2 ? data[at] : (uint32_t)(size - at - 2);
        time_ns += (int64_t)data[at + 1] * 1000000;
        batch.packet[batch.count] = (struct ps_packet){.data = data + at + 2,
                                                       .time_ns = data[at + 1] == 255 ? PS_TIME_NONE : time_ns,
                                                       .captured = length,
                                                       .original = length + data[at + 1],
                                                       .link_type = data[at + 1] & 1 ? 1 : 101};
        at += length + 2u;
    }
    ps_decode(decoder(), &batch, &keys);
    ps_account_add(account, fragments, &keys, 0, keys.count);
    ps_fragments_settle(fragments);
    ps_fragments_destroy(fragments);
}

static void describe(struct ps_snapshot *s, const struct strings *strings)
{
    s->generator = "portsniff";
    s->filter = strings->filter[0] ? strings->filter : NULL;
    s->mode_tunnels = "inner";
    s->mode_fragments = "credit";
    s->final = true;
    s->input = calloc(1, sizeof(*s->input));
    rule(s->input != NULL, "there is memory");
    s->input_count = 1;
    s->input[0] = (struct ps_input_row){.name = strings->name,
                                        .format = "pcap",
                                        .link_types = {1, 101},
                                        .link_type_count = 2,
                                        .packets = s->total.packets,
                                        .bytes = s->total.bytes,
                                        .packets_read = s->total.packets,
                                        .damaged = strings->damage[0] != '\0',
                                        .damage = strings->damage[0] ? strings->damage : NULL};
}

/* --- what must hold of a report --- */

/* The sequences that set colours are taken out, if colours were asked for: what is left holds no escape. */
static void strip_colors(char *text)
{
    char *to = text;
    for (const char *at = text; *at; at++) {
        size_t length = at[0] == '\033' && at[1] == '[' ? strspn(at + 2, "0123456789;") : 0;
        if (length > 0 && at[2 + length] == 'm')
            at += 2 + length;
        else
            *to++ = *at;
    }
    *to = '\0';
}

/* RFC 4180: fields of a line, which *text is moved behind. */
static unsigned csv_fields(const char **text)
{
    unsigned fields = 1;
    bool quoted = false;
    const char *at = *text;
    for (; *at && (quoted || strncmp(at, "\r\n", 2) != 0); at++) {
        rule(quoted || (*at != '\r' && *at != '\n'), "a line of CSV ends in CR LF");
        if (*at == '"')
            quoted = !quoted;
        else if (*at == ',' && !quoted)
            fields++;
    }
    rule(!quoted && *at != '\0', "a line of CSV is ended");
    *text = at + 2;
    return fields;
}

static void check_csv(const char *text)
{
    unsigned fields = 0;
    for (const char *at = text; *at;) {
        unsigned here = csv_fields(&at);
        rule(fields == 0 || here == fields, "every line of CSV has the same fields");
        fields = here;
    }
    for (const uint8_t *at = (const uint8_t *)text; *at; at++)
        rule((*at >= ' ' && *at != 0x7f) || *at == '\r' || *at == '\n', "CSV has no control character");
}

static void check(char *text, size_t length, const struct ps_report_options *options)
{
    rule(strlen(text) == length, "a report has no zero byte");
    switch (options->format) {
    case PS_FORMAT_JSON:
    case PS_FORMAT_JSONL:
        rule(json_check(text, length), "JSON is JSON");
        rule(options->format == PS_FORMAT_JSON || strchr(text, '\n') == text + length - 1, "a line is one line");
        break;
    case PS_FORMAT_CSV:
        check_csv(text);
        break;
    case PS_FORMAT_TEXT:
    case PS_FORMAT_COUNT:
        if (options->color)
            strip_colors(text);
        rule_printable(text, true, "text is printable");
        break;
    }
}

/* To be freed. */
static char *write(const struct ps_snapshot *snapshot, const struct ps_names *names,
                   const struct ps_report_options *options, bool interval, size_t *ret_length)
{
    struct ps_out out;
    rule(ps_out_memory(&out) == 0, "there is memory");
    int result = interval ? ps_report_write_interval(snapshot, names, options, &out)
                          : ps_report_write(snapshot, names, options, &out);
    rule(result == 0 && out.failure == 0, "the report is written");
    char *text = malloc(out.used + 1);
    rule(text != NULL, "there is memory");
    if (out.used > 0)
        memcpy(text, out.buffer, out.used);
    text[out.used] = '\0';
    *ret_length = out.used;
    ps_out_finish(&out);
    return text;
}

static void report(const struct ps_snapshot *snapshot, const struct ps_report_options *options)
{
    static struct ps_names *names[2];
    size_t length, again;
    if (!names[0])
        rule(ps_names_create(NULL, 0, &names[0], NULL) == 0 && ps_names_create(NULL, 1, &names[1], NULL) == 0,
             "there are names");
    int forms = options->format == PS_FORMAT_TEXT ? 2 : 1; /* the one for intervals is text */
    for (int interval = 0; interval < forms; interval++) {
        char *one = write(snapshot, names[options->numeric], options, interval, &length);
        char *other = write(snapshot, names[options->numeric], options, interval, &again);
        rule(length == again && memcmp(one, other, length) == 0, "the same report comes out again");
        check(one, length, options);
        free(one);
        free(other);
    }
}

/* --- the input --- */

static struct ps_report_options options_of(const uint8_t *data)
{
    struct ps_report_options options = {.format = data[0] % PS_FORMAT_COUNT,
                                        .views = (data[1] | (unsigned)data[2] << 8) & 0xfff,
                                        .top = data[3] & 15,
                                        .sort = data[0] / 16 % PS_SORT_COUNT,
                                        .numeric = data[3] & 16,
                                        .units_exact = data[3] & 32,
                                        .color = data[3] & 64,
                                        .utf8 = data[3] & 128,
                                        .width = 40u + data[2],
                                        .csv_header = data[2] & 64};
    if (options.views == 0)
        options.views = PS_VIEW_SUMMARY;
    if (options.format == PS_FORMAT_CSV) /* one table */
        options.views = 1u << data[1] % 12;
    return options;
}

/* A string up to a zero byte, or as long as can be; returns what it takes of the input. */
static size_t string_of(const uint8_t *data, size_t size, char *to)
{
    size_t length = 0;
    for (; length < size && length < TEXT_MAX && data[length]; length++)
        to[length] = (char)data[length];
    to[length] = '\0';
    return length < size ? length + 1 : length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strings strings = {0};
    struct ps_snapshot snapshot;
    if (size < 5 || size > 8192)
        return 0;
    struct ps_report_options options = options_of(data);
    size_t at = 4;
    at += string_of(data + at, size - at, strings.name);
    at += string_of(data + at, size - at, strings.damage);
    at += string_of(data + at, size - at, strings.filter);
    struct ps_account *account = ps_account_create();
    rule(account != NULL, "there is memory");
    count(data + at, size - at, account);
    struct ps_wish wish = ps_report_wish(&options);
    ps_snapshot_init(&snapshot);
    ps_account_set_evidence(account, ps_service_registered, NULL);
    rule(ps_findings_watch(&snapshot, &wish) == 0 && ps_account_collect(account, &wish, &snapshot) == 0 &&
             ps_findings_collect(&snapshot, NULL) == 0,
         "the account is collected");
    describe(&snapshot, &strings);
    report(&snapshot, &options);
    ps_snapshot_finish(&snapshot);
    ps_account_destroy(account);
    return 0;
}
