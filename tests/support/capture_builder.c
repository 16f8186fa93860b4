/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Captures for tests, built in memory.  Refuses nothing: most tests want what no program would write.
 */
#include "capture_builder.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *why)
{
    fprintf(stderr, "capture builder: %s\n", why);
    abort();
}

void build_init(struct build *build, bool big_endian)
{
    *build = (struct build){.big_endian = big_endian};
}

void build_finish(struct build *build)
{
    free(build->bytes);
    *build = (struct build){0};
}

/* Room for `length` more bytes, which the caller fills. */
static uint8_t *extend(struct build *build, size_t length)
{
    if (build->length + length > build->room) {
        build->room = (build->length + length) * 2;
        build->bytes = realloc(build->bytes, build->room);
        if (!build->bytes)
            die("memory is out");
    }
    build->length += length;
    return build->bytes + build->length - length;
}

void build_bytes(struct build *build, const void *bytes, size_t length)
{
    if (length > 0)
        memcpy(extend(build, length), bytes, length);
}

void build_fill(struct build *build, uint8_t byte, size_t length)
{
    if (length > 0)
        memset(extend(build, length), byte, length);
}

/* The low `size` bytes of a number in the build's byte order. */
static void put(const struct build *build, uint64_t number, size_t size, uint8_t *to)
{
    for (size_t i = 0; i < size; i++)
        to[build->big_endian ? size - 1 - i : i] = (uint8_t)(number >> (8 * i));
}

void build_u16(struct build *build, uint16_t number)
{
    uint8_t bytes[2];
    put(build, number, 2, bytes);
    build_bytes(build, bytes, 2);
}

void build_u32(struct build *build, uint32_t number)
{
    uint8_t bytes[4];
    put(build, number, 4, bytes);
    build_bytes(build, bytes, 4);
}

void build_u64(struct build *build, uint64_t number)
{
    uint8_t bytes[8];
    put(build, number, 8, bytes);
    build_bytes(build, bytes, 8);
}

void build_patch_u32(struct build *build, size_t at, uint32_t number)
{
    put(build, number, 4, build->bytes + at);
}

uint8_t build_payload(unsigned seed, size_t at)
{
    return (uint8_t)((size_t)seed * 31 + at * 7 + (at >> 8));
}

static void add_payload(struct build *build, unsigned seed, size_t length)
{
    uint8_t *to = length > 0 ? extend(build, length) : NULL;
    for (size_t i = 0; i < length; i++)
        to[i] = build_payload(seed, i);
}

void build_pcap_version(struct build *build, uint32_t magic, uint16_t major, uint16_t minor, uint32_t link)
{
    build->pcap_magic = magic;
    build_u32(build, magic);
    build_u16(build, major);
    build_u16(build, minor);
    build_u32(build, 0);
    build_u32(build, 0);
    build_u32(build, 262144);
    build_u32(build, link);
}

void build_pcap(struct build *build, uint32_t magic, uint32_t link)
{
    build_pcap_version(build, magic, 2, 4, link);
}

void build_record_header(struct build *build, uint32_t second, uint32_t fraction, uint32_t captured, uint32_t original)
{
    build_u32(build, second);
    build_u32(build, fraction);
    build_u32(build, captured);
    build_u32(build, original);
    if (build->pcap_magic == BUILD_PCAP_MODIFIED)
        build_fill(build, 0xee, 8); /* interface, protocol, packet type */
}

void build_record(struct build *build, uint32_t second, uint32_t fraction, uint32_t captured, uint32_t original,
                  unsigned seed)
{
    build_record_header(build, second, fraction, captured, original);
    add_payload(build, seed, captured);
}

/* Begins a block; returns where its first length stands. */
static size_t begin_block(struct build *build, uint32_t type)
{
    build_u32(build, type);
    build_u32(build, 0);
    return build->length - 4;
}

static void end_block(struct build *build, size_t length_at)
{
    while ((build->length - length_at) % 4 != 0)
        build_fill(build, 0, 1);
    uint32_t length = (uint32_t)(build->length - length_at + 8);
    build_patch_u32(build, length_at, length);
    build_u32(build, length);
}

void build_section(struct build *build, uint16_t major, uint16_t minor)
{
    size_t at = begin_block(build, 0x0a0d0d0a);
    build_u32(build, 0x1a2b3c4d);
    build_u16(build, major);
    build_u16(build, minor);
    build_u64(build, UINT64_MAX);
    end_block(build, at);
}

void build_interface(struct build *build, uint16_t link, uint32_t snap, const struct build *options)
{
    size_t at = begin_block(build, 1);
    build_u16(build, link);
    build_u16(build, 0);
    build_u32(build, snap);
    if (options)
        build_bytes(build, options->bytes, options->length);
    end_block(build, at);
}

void build_enhanced(struct build *build, uint32_t interface, uint64_t time, uint32_t captured, uint32_t original,
                    unsigned seed)
{
    size_t at = begin_block(build, 6);
    build_u32(build, interface);
    build_u32(build, (uint32_t)(time >> 32));
    build_u32(build, (uint32_t)time);
    build_u32(build, captured);
    build_u32(build, original);
    add_payload(build, seed, captured);
    end_block(build, at);
}

void build_obsolete(struct build *build, uint16_t interface, uint64_t time, uint32_t captured, uint32_t original,
                    unsigned seed)
{
    size_t at = begin_block(build, 2);
    build_u16(build, interface);
    build_u16(build, 0xffff); /* drops: unknown */
    build_u32(build, (uint32_t)(time >> 32));
    build_u32(build, (uint32_t)time);
    build_u32(build, captured);
    build_u32(build, original);
    add_payload(build, seed, captured);
    end_block(build, at);
}

void build_simple(struct build *build, uint32_t there, uint32_t original, unsigned seed)
{
    size_t at = begin_block(build, 3);
    build_u32(build, original);
    add_payload(build, seed, there);
    end_block(build, at);
}

void build_statistics(struct build *build, uint32_t interface, uint64_t ifdrop, uint64_t osdrop)
{
    struct build options;
    build_init(&options, build->big_endian);
    build_option_u64(&options, 4, 4711); /* isb_ifrecv: not asked for */
    if (ifdrop != UINT64_MAX)
        build_option_u64(&options, 5, ifdrop);
    if (osdrop != UINT64_MAX)
        build_option_u64(&options, 7, osdrop);
    build_option(&options, 0, NULL, 0);
    size_t at = begin_block(build, 5);
    build_u32(build, interface);
    build_u64(build, 0);
    build_bytes(build, options.bytes, options.length);
    end_block(build, at);
    build_finish(&options);
}

void build_block(struct build *build, uint32_t type, size_t length)
{
    size_t at = begin_block(build, type);
    build_fill(build, 0x5a, length);
    end_block(build, at);
}

void build_option(struct build *options, uint16_t code, const void *value, uint16_t length)
{
    build_u16(options, code);
    build_u16(options, length);
    build_bytes(options, value, length);
    while (options->length % 4 != 0)
        build_fill(options, 0, 1);
}

void build_option_u8(struct build *options, uint16_t code, uint8_t value)
{
    build_option(options, code, &value, 1);
}

void build_option_u64(struct build *options, uint16_t code, uint64_t value)
{
    uint8_t bytes[8];
    put(options, value, 8, bytes);
    build_option(options, code, bytes, 8);
}

void build_udp_frame(uint8_t *to, uint16_t source_port, uint16_t destination_port)
{
    static const uint8_t frame[BUILD_FRAME] = {
        2,    0, 0, 0,  0, 2, 2, 0, 0,  0,  0, 1, 0x08, 0x00,                     /* Ethernet */
        0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 192,  0,    2, 1, 192, 0, 2, 2, /* IPv4 */
        0,    0, 0, 0,  0, 8, 0, 0,                                               /* UDP */
    };
    memcpy(to, frame, sizeof(frame));
    to[34] = (uint8_t)(source_port >> 8);
    to[35] = (uint8_t)source_port;
    to[36] = (uint8_t)(destination_port >> 8);
    to[37] = (uint8_t)destination_port;
}

void build_udp_record(struct build *build, uint32_t second, uint16_t source_port, uint16_t destination_port)
{
    uint8_t frame[BUILD_FRAME];
    build_udp_frame(frame, source_port, destination_port);
    build_record_header(build, second, 0, sizeof(frame), sizeof(frame));
    build_bytes(build, frame, sizeof(frame));
}

void build_pack(const struct build *from, const char *kind, struct build *to)
{
    build_init(to, from->big_endian);
    size_t room = from->length * 2 + 65536, used = 0;
    to->bytes = malloc(room);
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    if (!to->bytes || !archive || !entry)
        die("memory is out");
    if (archive_write_add_filter_by_name(archive, kind) != ARCHIVE_OK)
        die(archive_error_string(archive));
    archive_write_set_format_raw(archive);
    archive_write_set_bytes_in_last_block(archive, 1);
    archive_entry_set_filetype(entry, AE_IFREG);
    if (archive_write_open_memory(archive, to->bytes, room, &used) != ARCHIVE_OK ||
        archive_write_header(archive, entry) != ARCHIVE_OK ||
        archive_write_data(archive, from->bytes, from->length) != (la_ssize_t)from->length ||
        archive_write_close(archive) != ARCHIVE_OK)
        die(archive_error_string(archive));
    archive_entry_free(entry);
    archive_write_free(archive);
    to->length = used;
    to->room = room;
}
