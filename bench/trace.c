/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng): one section, one Ethernet interface.
 */
#include "trace.h"

#define LINKTYPE_ETHERNET 1
#define SNAPSHOT_LENGTH   262144

static void put32(uint8_t *to, uint64_t value)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static void write_words(FILE *file, const uint32_t *word, size_t count)
{
    uint8_t bytes[64];
    for (size_t i = 0; i < count; i++)
        put32(bytes + 4 * i, word[i]);
    fwrite(bytes, 4, count, file);
}

static void begin_pcap(FILE *file, bool nanoseconds)
{
    const uint32_t header[] = {
        nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 2 | 4 << 16, 0, 0, SNAPSHOT_LENGTH, LINKTYPE_ETHERNET};
    write_words(file, header, 6);
}

static void begin_pcapng(FILE *file, bool nanoseconds)
{
    const uint32_t section[] = {0x0a0d0d0a, 28, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX, 28};
    write_words(file, section, 7);
    if (nanoseconds) { /* option if_tsresol (9), one byte: 10^-9 */
        const uint32_t interface[] = {1, 32, LINKTYPE_ETHERNET, SNAPSHOT_LENGTH, 9 | 1 << 16, 9, 0, 32};
        write_words(file, interface, 8);
    } else {
        const uint32_t interface[] = {1, 20, LINKTYPE_ETHERNET, SNAPSHOT_LENGTH, 20};
        write_words(file, interface, 5);
    }
}

void trace_begin(FILE *file, struct trace_form form)
{
    if (form.pcapng)
        begin_pcapng(file, form.nanoseconds);
    else
        begin_pcap(file, form.nanoseconds);
}

void trace_packet(FILE *file, struct trace_form form, uint64_t time_ns, const uint8_t *bytes, uint32_t captured,
                  uint32_t original)
{
    static const uint8_t zero[4];
    uint64_t units = form.nanoseconds ? time_ns : time_ns / 1000;
    uint64_t second = form.nanoseconds ? 1000000000 : 1000000;
    if (!form.pcapng) {
        const uint32_t record[] = {(uint32_t)(units / second), (uint32_t)(units % second), captured, original};
        write_words(file, record, 4);
        fwrite(bytes, 1, captured, file);
        return;
    }
    uint32_t padding = -captured & 3, length = 32 + captured + padding;
    const uint32_t block[] = {6, length, 0, (uint32_t)(units >> 32), (uint32_t)units, captured, original};
    write_words(file, block, 7);
    fwrite(bytes, 1, captured, file);
    fwrite(zero, 1, padding, file);
    write_words(file, &length, 1);
}
