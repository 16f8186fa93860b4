/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds captures in memory, byte by byte, for tests: whole ones, odd ones and broken ones.
 *
 * Failing to get memory ends the test program.
 */
#ifndef PORTSNIFF_TESTS_CAPTURE_BUILDER_H
#define PORTSNIFF_TESTS_CAPTURE_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUILD_PCAP_MICRO    0xa1b2c3d4U
#define BUILD_PCAP_NANO     0xa1b23c4dU
#define BUILD_PCAP_MODIFIED 0xa1b2cd34U

struct build {
    uint8_t *bytes; /* owned */
    size_t length, room;
    bool big_endian; /* of what is added next */
    uint32_t pcap_magic;
};

void build_init(struct build *build, bool big_endian);
void build_finish(struct build *build);

void build_bytes(struct build *build, const void *bytes, size_t length);
/* `length` times the same byte. */
void build_fill(struct build *build, uint8_t byte, size_t length);
void build_u16(struct build *build, uint16_t number);
void build_u32(struct build *build, uint32_t number);
void build_u64(struct build *build, uint64_t number);
/* Overwrites four bytes that were added before. */
void build_patch_u32(struct build *build, size_t at, uint32_t number);

/* The file header of pcap version 2.4, snapshot length 262144. */
void build_pcap(struct build *build, uint32_t magic, uint32_t link);
/* The same with another version. */
void build_pcap_version(struct build *build, uint32_t magic, uint16_t major, uint16_t minor, uint32_t link);
/* A record header as the magic number wants it; the lengths stand as they are given. */
void build_record_header(struct build *build, uint32_t second, uint32_t fraction, uint32_t captured, uint32_t original);
/* A record whose captured bytes are build_payload(seed, ...). */
void build_record(struct build *build, uint32_t second, uint32_t fraction, uint32_t captured, uint32_t original,
                  unsigned seed);

/* pcapng blocks. */
void build_section(struct build *build, uint16_t major, uint16_t minor);
/* `options` (may be NULL) are raw option bytes. */
void build_interface(struct build *build, uint16_t link, uint32_t snap, const struct build *options);
void build_enhanced(struct build *build, uint32_t interface, uint64_t time, uint32_t captured, uint32_t original,
                    unsigned seed);
void build_obsolete(struct build *build, uint16_t interface, uint64_t time, uint32_t captured, uint32_t original,
                    unsigned seed);
/* `there` bytes of the packet are in the block. */
void build_simple(struct build *build, uint32_t there, uint32_t original, unsigned seed);
/* Interface statistics; an option is left out when its count is UINT64_MAX. */
void build_statistics(struct build *build, uint32_t interface, uint64_t ifdrop, uint64_t osdrop);
/* Any block with a body of `length` bytes. */
void build_block(struct build *build, uint32_t type, size_t length);
/* One option, padded; options are collected in a build of their own. */
void build_option(struct build *options, uint16_t code, const void *value, uint16_t length);
void build_option_u8(struct build *options, uint16_t code, uint8_t value);
void build_option_u64(struct build *options, uint16_t code, uint64_t value);

/* Byte `at` of the payload that goes by `seed`. */
uint8_t build_payload(unsigned seed, size_t at);

/* An Ethernet frame with IPv4 and UDP, 42 bytes, from the ports given. */
#define BUILD_FRAME 42U
void build_udp_frame(uint8_t *to, uint16_t source_port, uint16_t destination_port);
/* A record that holds such a frame. */
void build_udp_record(struct build *build, uint32_t second, uint16_t source_port, uint16_t destination_port);

/* Compresses by libarchive: "gzip", "bzip2", "xz", "zstd" or "lz4".  `to` is initialised here. */
void build_pack(const struct build *from, const char *kind, struct build *to);

#endif
