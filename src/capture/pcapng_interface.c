/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interface description and statistics blocks of pcapng (draft-ietf-opsawg-pcapng, 4.2 and 4.6), and what their clocks
 * mean.  Only if_tsresol, if_tsoffset, isb_ifdrop and isb_osdrop are read; a broken option ends the options of its block
 * and nothing else.
 */
#include "pcapng_interface.h"

#define OPTION_TSRESOL  9
#define OPTION_TSOFFSET 14
#define OPTION_IFDROP   5
#define OPTION_OSDROP   7

__extension__ typedef unsigned __int128 wide;

struct option {
    uint16_t code;
    struct ps_bytes value;
};

static uint16_t number16(const struct ps_bytes *bytes, uint32_t offset, bool big_endian)
{
    return big_endian ? ps_be16(bytes, offset) : ps_le16(bytes, offset);
}

static uint32_t number32(const struct ps_bytes *bytes, uint32_t offset, bool big_endian)
{
    return big_endian ? ps_be32(bytes, offset) : ps_le32(bytes, offset);
}

static uint64_t number64(const struct ps_bytes *bytes, bool big_endian)
{
    uint64_t first = number32(bytes, 0, big_endian), second = number32(bytes, 4, big_endian);
    return big_endian ? first << 32 | second : second << 32 | first;
}

/* The option at the cursor, which is moved behind it; false when there is none left. */
static bool next_option(struct ps_bytes *options, bool big_endian, struct option *ret_option)
{
    uint16_t code = number16(options, 0, big_endian), length = number16(options, 2, big_endian);
    if (code == 0 || !ps_bytes_reach(options, 4, length))
        return false;
    ret_option->code = code;
    ret_option->value = *options;
    ps_bytes_skip(&ret_option->value, 4);
    ps_bytes_limit(&ret_option->value, length);
    ps_bytes_skip(options, 4 + ((uint32_t)length + 3) / 4 * 4);
    return true;
}

static void set_resolution(struct ps_clock *clock, uint8_t resolution)
{
    unsigned exponent = resolution & 0x7f;
    if (resolution & 0x80) {
        clock->kind = PS_CLOCK_SHIFT;
        clock->factor = exponent;
        return;
    }
    clock->kind = exponent <= 9 ? PS_CLOCK_MULTIPLY : PS_CLOCK_DIVIDE;
    unsigned tens = exponent <= 9 ? 9 - exponent : exponent - 9;
    clock->factor = tens <= 19 ? 1 : 0;
    for (unsigned i = 0; clock->factor && i < tens; i++)
        clock->factor *= 10;
}

static void set_offset(struct ps_clock *clock, int64_t seconds)
{
    if (__builtin_mul_overflow(seconds, INT64_C(1000000000), &clock->offset_ns))
        clock->offset_ns = seconds < 0 ? -INT64_MAX : INT64_MAX;
}

int ps_interface_read(struct ps_bytes body, bool big_endian, struct ps_interface *ret_interface)
{
    if (!ps_bytes_has(&body, 8))
        return -1;
    struct ps_interface interface = {
        .link_type = number16(&body, 0, big_endian),
        .snap = number32(&body, 4, big_endian),
        .clock = {.kind = PS_CLOCK_MULTIPLY, .factor = 1000},
    };
    ps_bytes_skip(&body, 8);
    struct option option;
    while (next_option(&body, big_endian, &option)) {
        if (option.code == OPTION_TSRESOL && ps_bytes_has(&option.value, 1))
            set_resolution(&interface.clock, ps_u8(&option.value, 0));
        else if (option.code == OPTION_TSOFFSET && ps_bytes_has(&option.value, 8))
            set_offset(&interface.clock, (int64_t)number64(&option.value, big_endian));
    }
    *ret_interface = interface;
    return 0;
}

void ps_interface_statistics(struct ps_bytes body, bool big_endian, struct ps_interface *interface,
                             struct ps_input *input)
{
    ps_bytes_skip(&body, 12); /* interface number and time */
    struct option option;
    while (next_option(&body, big_endian, &option)) {
        if (!ps_bytes_has(&option.value, 8))
            continue;
        uint64_t count = number64(&option.value, big_endian);
        if (option.code == OPTION_IFDROP) {
            input->dropped_by_interface += count - interface->dropped_by_interface;
            interface->dropped_by_interface = count;
            input->has_drops = true;
        } else if (option.code == OPTION_OSDROP) {
            input->dropped_by_kernel += count - interface->dropped_by_kernel;
            interface->dropped_by_kernel = count;
            input->has_drops = true;
        }
    }
}

int64_t ps_clock_time(const struct ps_clock *clock, uint64_t units)
{
    wide ns;
    if (clock->kind == PS_CLOCK_MULTIPLY)
        ns = (wide)units * clock->factor;
    else if (clock->kind == PS_CLOCK_DIVIDE)
        ns = clock->factor ? units / clock->factor : 0;
    else
        ns = (wide)units * 1000000000 >> clock->factor;

    int64_t time = ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
    if (__builtin_add_overflow(time, clock->offset_ns, &time))
        time = clock->offset_ns < 0 ? -INT64_MAX : INT64_MAX;
    return time == INT64_MIN ? -INT64_MAX : time;
}
