/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The frame builder: words are read one by one, each appends a header; what a header says of the next one (types) is
 * filled in when that one is known, what it says of all that follows (lengths) at the end.  Layouts follow the RFCs and
 * IEEE standards that src/decode names; nothing is shared with it.
 */
#include "frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame_layer.h"

static void fail(const struct builder *b, const char *word, const char *why)
{
    fprintf(stderr, "frame \"%s\": \"%s\" %s\n", b->words, word, why);
    abort();
}

void frame_put(struct builder *b, unsigned size, uint64_t value)
{
    if (b->frame->length + size > FRAME_MAX)
        fail(b, "", "the frame is too long");
    for (unsigned i = 0; i < size; i++)
        b->frame->byte[b->frame->length++] = (uint8_t)(size - i > 8 ? 0 : value >> 8 * (size - i - 1));
}

void frame_fill(struct builder *b, unsigned size, uint8_t value)
{
    for (unsigned i = 0; i < size; i++)
        frame_put(b, 1, value);
}

void frame_type_here(struct builder *b, enum frame_space space, unsigned size)
{
    b->type_space = space;
    b->type_at = b->frame->length;
    b->type_size = size;
    frame_put(b, size, 0);
}

void frame_length_here(struct builder *b, unsigned counted_from)
{
    if (b->length_count == FRAME_LENGTHS)
        fail(b, "", "too many headers with lengths");
    b->length[b->length_count].at = b->frame->length;
    b->length[b->length_count++].from = counted_from;
    frame_put(b, 2, 0);
}

static void set(struct frame *frame, unsigned at, unsigned size, uint32_t value)
{
    for (unsigned i = 0; i < size; i++)
        frame->byte[at + i] = (uint8_t)(value >> 8 * (size - i - 1));
}

/* Writes the type of the header that comes next into the one before. */
static void name_next(struct builder *b, const struct frame_layer *layer)
{
    switch (b->type_space) {
    case FRAME_ETHERTYPE:
        if (layer->is_llc) { /* 802.3: a length stands there instead */
            b->length[b->length_count].at = b->type_at;
            b->length[b->length_count++].from = b->type_at + 2;
        } else if (layer->ethertype) {
            set(b->frame, b->type_at, b->type_size, layer->ethertype);
        }
        break;
    case FRAME_IP_PROTOCOL:
        if (layer->has_protocol)
            set(b->frame, b->type_at, b->type_size, layer->ip_protocol);
        break;
    case FRAME_PPP_PROTOCOL:
        if (layer->ppp)
            set(b->frame, b->type_at, b->type_size, layer->ppp);
        break;
    case FRAME_NSH_NEXT:
        if (layer->nsh)
            set(b->frame, b->type_at, b->type_size, layer->nsh);
        break;
    case FRAME_MPLS_BOTTOM:
        if (strcmp(layer->word, "mpls") == 0)
            b->frame->byte[b->type_at] &= 0xfe;
        break;
    case FRAME_NO_TYPE:
        break;
    }
    b->type_space = FRAME_NO_TYPE;
}

static unsigned nibble(struct builder *b, const char *word, char c)
{
    const char *digits = "0123456789abcdef", *at = memchr(digits, c, 16);
    if (!at)
        fail(b, word, "is not hexadecimal");
    return at ? (unsigned)(at - digits) : 0;
}

/* Two digits a byte; returns how many bytes there are. */
static unsigned read_hex(struct builder *b, const char *word, const char *hex, uint8_t *to)
{
    unsigned n = 0;
    for (; hex[0] && hex[1]; hex += 2)
        to[n++] = (uint8_t)(nibble(b, word, hex[0]) << 4 | nibble(b, word, hex[1]));
    if (hex[0])
        fail(b, word, "has half a byte");
    return n;
}

static void add_hex(struct builder *b, const char *word)
{
    uint8_t bytes[FRAME_WORD];
    unsigned n = read_hex(b, word, word + 1, bytes);
    b->type_space = FRAME_NO_TYPE;
    b->layer_at = b->frame->length;
    for (unsigned i = 0; i < n; i++)
        frame_put(b, 1, bytes[i]);
}

static void add_override(struct builder *b, const char *word)
{
    char *end;
    unsigned long at = strtoul(word + 1, &end, 0);
    if (*end != '=' || b->override_count == FRAME_OVERRIDES)
        fail(b, word, "is no override");
    struct frame_override *o = &b->override[b->override_count++];
    o->at = b->layer_at + (unsigned)at;
    o->size = read_hex(b, word, end + 1, o->byte);
    if (o->at + o->size > b->frame->length)
        fail(b, word, "lies behind its header");
}

static void add_header(struct builder *b, char *word)
{
    unsigned long argument[FRAME_ARGUMENTS] = {0};
    unsigned count = 0;
    char *colon = strchr(word, ':');
    if (colon)
        *colon++ = '\0';
    for (char *end = colon; colon; colon = end) {
        if (count == FRAME_ARGUMENTS)
            fail(b, word, "has too many numbers");
        argument[count++] = strtoul(colon, &end, 0);
        if (end == colon || (*end && *end != ':'))
            fail(b, word, "has something that is no number");
        end = *end ? end + 1 : NULL;
    }
    const struct frame_layer *layer = frame_layer_find(word);
    if (!layer) {
        fail(b, word, "is no header");
        return;
    }
    name_next(b, layer);
    b->layer_at = b->frame->length;
    layer->add(b, argument, count);
}

static void add_word(struct builder *b, char *word)
{
    switch (word[0]) {
    case '#':
        add_hex(b, word);
        break;
    case '@':
        add_override(b, word);
        break;
    case '.':
        frame_fill(b, (unsigned)strtoul(word + 1, NULL, 10), 0x5a);
        break;
    case '~':
        if (!b->end)
            b->end = b->frame->length;
        frame_fill(b, (unsigned)strtoul(word + 1, NULL, 10), 0xee);
        break;
    default:
        add_header(b, word);
    }
}

static void finish(struct builder *b)
{
    unsigned end = b->end ? b->end : b->frame->length;
    for (unsigned i = 0; i < b->length_count; i++)
        set(b->frame, b->length[i].at, 2, end - b->length[i].from);
    for (unsigned i = 0; i < b->override_count; i++)
        memcpy(&b->frame->byte[b->override[i].at], b->override[i].byte, b->override[i].size);
}

void frame_build(struct frame *ret_frame, const char *words)
{
    struct builder b = {.frame = ret_frame, .words = words};
    *ret_frame = (struct frame){0};
    while (*words) {
        char word[FRAME_WORD];
        size_t n = strcspn(words, " ");
        if (n >= sizeof(word))
            fail(&b, words, "begins with a word that is too long");
        memcpy(word, words, n);
        word[n] = '\0';
        if (n > 0)
            add_word(&b, word);
        words += n + (words[n] == ' ');
    }
    finish(&b);
}
