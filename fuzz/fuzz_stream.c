/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compressed files: gzip, bzip2, xz, zstd and lz4, one inside the other.  Input: a byte that says how it is read, then the
 * file.  Whether it comes in one piece or in small ones, is read in small pieces or large ones, by a thread ahead or not,
 * the content and its end must be the same; and libarchive must not contradict what the formats' own libraries say.
 */
#include <stdlib.h>
#include <string.h>

#include "ahead.h"
#include "memory_stream.h"
#include "recognise.h"
#include "rule.h"
#include "unpack_layer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A bomb is cut off here: that is the business of whoever reads.  Twice the bytes that are read at a time, and more than a
 * buffer of a thread that reads ahead. */
#define CONTENT_MAX ((size_t)1 << 19)
#define PIECE_MAX   ((size_t)1 << 16)

/* How a file is read. */
struct manner {
    size_t step, piece; /* bytes that come, and that are asked for, at a time */
    bool ahead;
};

/* What came out. */
struct content {
    enum ps_container container;
    size_t layers;
    size_t length;
    uint8_t bytes[CONTENT_MAX]; /* the first `length` are set */
    bool failed, coarse;
    char trouble[sizeof(((struct ps_stream *)NULL)->trouble)];
    struct ps_error problem;
};

static ptrdiff_t read_on(struct ps_stream *stream, void *to, size_t size)
{
    ptrdiff_t got;
    do
        got = ps_stream_read(stream, to, size);
    while (got == PS_STREAM_INTERRUPTED);
    rule(got <= (ptrdiff_t)size, "no more bytes come than were asked for");
    rule(got >= PS_STREAM_FAILED, "a read gives bytes, the end or a failure");
    return got;
}

/* Reads to the end, to a failure or until there is enough.  Each piece is memory of its own, so that a byte too many shows. */
static void drain(struct ps_stream *stream, size_t piece, struct content *content)
{
    uint8_t scrap[1];
    ptrdiff_t got = 1;
    uint8_t *part = malloc(piece);
    rule(part != NULL, "there is memory");
    while (got > 0 && content->length + piece <= CONTENT_MAX) {
        got = read_on(stream, part, piece);
        if (got > 0) {
            memcpy(content->bytes + content->length, part, (size_t)got);
            content->length += (size_t)got;
        }
    }
    free(part);
    content->failed = got == PS_STREAM_FAILED;
    rule(content->failed == (stream->trouble[0] != '\0') || got > 0, "a failure has its reason, and only a failure");
    if (got <= 0)
        rule(read_on(stream, scrap, 1) == got, "the end stays the end");
    memcpy(content->trouble, stream->trouble, sizeof(content->trouble));
}

static void clear(struct content *content)
{
    content->length = content->layers = 0;
    content->failed = content->coarse = false;
    content->trouble[0] = '\0';
}

static void note_layers(const struct ps_stream *stream, struct content *content)
{
    for (; stream->packing; stream = stream->below) {
        content->layers += !stream->repeats;
        content->coarse |= strcmp(stream->packing, "gzip") != 0;
    }
    rule(content->layers <= 9, "no more layers than are undone");
}

static void unpack(const uint8_t *data, size_t size, const struct manner *manner, struct content *ret_content)
{
    struct memory_stream memory;
    struct ps_facts facts;
    struct ps_stream *stream = &memory.stream;
    clear(ret_content);
    rule(ps_facts_init(&facts, "fuzzed") == 0, "there is memory");
    memory_stream_init(&memory, data, size, manner->step);
    if (manner->ahead)
        stream = memory_file_open(data, size);
    ret_content->container = ps_recognise(&stream, &facts);
    if (manner->ahead && stream->packing) {
        stream = ps_ahead(stream);
        rule(stream != NULL, "there is memory");
    }
    note_layers(stream, ret_content);
    bool refused = ret_content->container == PS_CONTAINER_NONE || ret_content->container == PS_CONTAINER_FAILED;
    rule(refused == (facts.problem.text[0] != '\0'), "what is no capture is told so, and only that");
    rule_printable(facts.problem.text, false, "the sentence is printable");
    ret_content->problem = facts.problem;
    drain(stream, manner->piece, ret_content);
    ps_stream_close(stream);
    ps_facts_finish(&facts);
}

/* Contents that were cut off may differ in where.  So may those that are damaged, but for gzip: liblzma sees only at the end
 * of a piece that a chunk was longer than it says, and others give nothing of a piece in which they find damage. */
static void must_equal(const struct content *a, const struct content *b)
{
    size_t common = a->length < b->length ? a->length : b->length, longer = a->length + b->length - common;
    bool coarse = a->coarse || b->coarse, cut = (coarse ? longer : common) + PIECE_MAX > CONTENT_MAX;
    rule(memcmp(a->bytes, b->bytes, common) == 0, "the content is the same");
    /* A layer that ends before the damage in the layer below hides it, unless that gave nothing at all. */
    bool hidden = coarse && (a->layers > 1 || b->layers > 1);
    rule(cut || hidden || a->failed == b->failed, "both end, or both fail");
    if ((a->failed || b->failed) && coarse)
        return;
    rule(a->container == b->container && a->layers == b->layers, "the same is recognised");
    /* Of what is damaged and no capture either, one may be seen before the other. */
    rule(a->failed || strcmp(a->problem.text, b->problem.text) == 0, "the same is said of it");
    if (cut)
        return;
    rule_same(a->length, b->length, "there is as much of it");
    rule(strcmp(a->trouble, b->trouble) == 0, "it ends in the same way");
}

/* One layer by libarchive.  True: it had nothing to complain of. */
static bool by_libarchive(const uint8_t *data, size_t size, enum ps_packing packing, struct content *ret_content)
{
    struct memory_stream memory;
    memory_stream_init(&memory, data, size, SIZE_MAX);
    struct ps_stream *stream = ps_unpack_archive(packing);
    clear(ret_content);
    rule(stream != NULL, "there is memory");
    stream->below = &memory.stream;
    stream->packing = "packed";
    drain(stream, 4096, ret_content);
    ps_stream_close(stream);
    return !ret_content->failed;
}

static void compare_libraries(const uint8_t *data, size_t size)
{
    static struct content archive, direct;
    enum ps_packing packing = ps_packing_of(data, size);
    struct memory_stream memory;
    if (packing == PS_PACKING_NONE || !ps_unpack_direct_has(packing))
        return;
    memory_stream_init(&memory, data, size, SIZE_MAX);
    struct ps_stream *stream = ps_unpack(&memory.stream, packing);
    rule(stream != NULL, "there is memory");
    clear(&direct);
    drain(stream, 4096, &direct);
    ps_stream_close(stream);
    if (!by_libarchive(data, size, packing, &archive) || direct.failed)
        return;
    size_t common = direct.length < archive.length ? direct.length : archive.length;
    rule(memcmp(direct.bytes, archive.bytes, common) == 0, "both libraries unpack the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct content expected, got;
    if (size < 1 || size > 65536)
        return 0;
    unsigned how = data[0];
    const struct manner whole = {SIZE_MAX, PIECE_MAX, false};
    const struct manner pieces = {1 + how % 31u, 1 + how % 61u * 16u, how & 0x80};
    unpack(data + 1, size - 1, &whole, &expected);
    unpack(data + 1, size - 1, &pieces, &got);
    must_equal(&expected, &got);
    if (how & 0x40)
        compare_libraries(data + 1, size - 1);
    return 0;
}
