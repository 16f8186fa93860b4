/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recognises captures and compression by content, never by file name, and says what else a file seems to be.
 */
#include "recognise.h"

#include <stdio.h>
#include <string.h>

#include "portsniff/bytes.h"
#include "portsniff/out.h"
#include "unpack.h"

/* More layers of compression than this are nonsense made to keep a reader busy. */
#define LAYERS_MAX 8

static const char convert[] = "convert it with `editcap -F pcapng FILE NEW-FILE`";

/* Files that are taken for captures, or hold some. */
static const struct {
    const char *magic;
    size_t length;
    const char *what;
    const char *advice;
} others[] = {
    {"snoop\0\0", 7, "a snoop capture (RFC 1761)", convert},
    {"RTSS", 4, "a Microsoft Network Monitor capture", convert},
    {"GMBU", 4, "a Microsoft Network Monitor capture", convert},
    {"TRSNIFF data    \x1a", 17, "a Sniffer capture", convert},
    {"XCP\0", 4, "a NetXRay or Windows Sniffer capture", convert},
    {"\x05VNF", 4, "a Visual Networks capture", convert},
    {"ObserverPktBuffe", 16, "an Observer capture", convert},
    {"iptrace ", 8, "an AIX iptrace capture", convert},
    {"btsnoop\0", 8, "a Bluetooth snoop log", "it holds no ports"},
    {"\xa1\xe2\xcb\x12", 4, "a pcap variant that was never released", convert},
    {"\x12\xcb\xe2\xa1", 4, "a pcap variant that was never released", convert},
    {"PK\x03\x04", 4, "a ZIP archive", "unpack it first, as with `unzip`"},
    {"7z\xbc\xaf\x27\x1c", 6, "a 7-Zip archive", "unpack it first, as with `7z x`"},
    {"Rar!", 4, "a RAR archive", "unpack it first, as with `unrar x`"},
    {"\x1f\x9d", 2, "compressed with compress(1)", "unpack it first, as with `gzip -d`"},
};

static bool is_pcap(const uint8_t *bytes, size_t length)
{
    static const char magics[][5] = {
        "\xa1\xb2\xc3\xd4", "\xd4\xc3\xb2\xa1", "\xa1\xb2\x3c\x4d",
        "\x4d\x3c\xb2\xa1", "\xa1\xb2\xcd\x34", "\x34\xcd\xb2\xa1",
    };
    for (size_t i = 0; length >= 4 && i < sizeof(magics) / sizeof(magics[0]); i++) {
        if (memcmp(bytes, magics[i], 4) == 0)
            return true;
    }
    return false;
}

static bool is_pcapng(const uint8_t *bytes, size_t length)
{
    return length >= 4 && memcmp(bytes, "\n\r\r\n", 4) == 0;
}

/* The first bytes as text in quotes where they are text, else as numbers. */
static void quote_start(char *to, size_t size, const uint8_t *bytes, size_t length)
{
    size_t shown = 0;
    while (shown < length && shown < 20 && bytes[shown] >= ' ' && bytes[shown] < 0x7f)
        shown++;
    if (shown >= 4 || shown == length) {
        snprintf(to, size, "it starts with \"%.*s\"", (int)shown, (const char *)bytes);
        return;
    }
    int used = snprintf(to, size, "it starts with the bytes");
    for (size_t i = 0; i < length && i < 8 && used > 0 && (size_t)used < size; i++)
        used += snprintf(to + used, size - (size_t)used, " %02x", bytes[i]);
}

/* Whether it is not the content that is wrong. */
static bool failed_below(const struct ps_stream *stream)
{
    for (; stream; stream = stream->below)
        if (stream->memory_out || stream->too_large || (!stream->packing && stream->trouble[0]))
            return true;
    return false;
}

/* The content is no capture: says so.  `stream` still has its first bytes to be peeked at. */
static void describe(struct ps_stream *stream, struct ps_facts *facts)
{
    const uint8_t *bytes = NULL;
    ptrdiff_t peeked = ps_stream_peek(stream, 20, &bytes);
    size_t length = peeked > 0 ? (size_t)peeked : 0;
    if (stream->memory_out) {
        ps_error_set(&facts->problem, "memory is out while opening %s.", facts->name);
        return;
    }
    if (stream->too_large) {
        ps_error_set(&facts->problem, "%s is left out: %s; unpack it first, or allow more with --max-memory.",
                     facts->name, stream->trouble);
        return;
    }
    if (stream->trouble[0]) {
        ps_error_set(&facts->problem,
                     stream->packing ? "%s cannot be unpacked (%s); get a complete copy of it."
                                     : "%s cannot be read (%s).",
                     facts->name, stream->trouble);
        return;
    }
    if (length == 0) {
        ps_error_set(&facts->problem, "%s is empty%s: not even the header of a capture is in it; capture again.",
                     facts->name, stream->packing ? " once it is unpacked" : "");
        return;
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (length >= others[i].length && memcmp(bytes, others[i].magic, others[i].length) == 0) {
            ps_error_set(&facts->problem, "%s is %s, which is not read; %s.", facts->name, others[i].what,
                         others[i].advice);
            return;
        }
    }
    char start[80];
    quote_start(start, sizeof(start), bytes, length);
    ps_error_set(&facts->problem, "%s is not a capture (%s); pcap and pcapng are read, also compressed.", facts->name,
                 start);
}

enum ps_container ps_recognise(struct ps_stream **stream, struct ps_facts *facts)
{
    for (int layer = 0; layer <= LAYERS_MAX; layer++) {
        const uint8_t *bytes;
        ptrdiff_t peeked = ps_stream_peek(*stream, 4, &bytes);
        if (peeked == PS_STREAM_INTERRUPTED)
            return PS_CONTAINER_RETRY;
        size_t length = (size_t)peeked;
        if (is_pcap(bytes, length))
            return PS_CONTAINER_PCAP;
        if (is_pcapng(bytes, length))
            return PS_CONTAINER_PCAPNG;
        enum ps_packing packing = ps_packing_of(bytes, length);
        if (packing == PS_PACKING_NONE) {
            describe(*stream, facts);
            return failed_below(*stream) ? PS_CONTAINER_FAILED : PS_CONTAINER_NONE;
        }
        struct ps_stream *unpacked = ps_unpack(*stream, packing);
        if (!unpacked) {
            ps_error_set(&facts->problem, "memory is out while opening %s.", facts->name);
            return PS_CONTAINER_FAILED;
        }
        *stream = unpacked;
    }
    ps_error_set(&facts->problem, "%s is compressed more than %d times over; unpack it first.", facts->name,
                 LAYERS_MAX);
    return PS_CONTAINER_NONE;
}
