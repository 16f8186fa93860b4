/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every link type has a seed in the corpus of fuzz_decode, and where there is a decoder one that reaches ports: the fuzzer
 * begins behind each link layer, not in front of it.  Argument: the folder of the corpus.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "portsniff/decode.h"

struct link {
    uint16_t number;
    const char *name;
};

static const struct link links[] = {
#define PS_LINK(number, name, description, step) {number, name},
#include "decode/link_types.def"
#undef PS_LINK
};

static const char *folder;

/* Reads the seed of a link type: bytes of its frame behind the four of the target's own, or -1. */
static int read_seed(uint16_t link, uint8_t *to, size_t size)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/link%03u", folder, link);
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    size_t length = fread(to, 1, size, file);
    fclose(file);
    return length < 4 || (to[1] | to[2] << 8) != (link | 0x8000) ? -1 : (int)length - 4;
}

static uint8_t row_of(const struct ps_decoder *decoder, uint16_t link, const uint8_t *frame, uint32_t length)
{
    static struct ps_batch batch;
    static struct ps_keys keys;
    batch.count = 1;
    batch.packet[0] = (struct ps_packet){.data = frame, .captured = length, .original = length, .link_type = link};
    ps_decode(decoder, &batch, &keys);
    return keys.key[0].row;
}

static void each_link_type_has_a_seed(void **state)
{
    const struct ps_decode_options options = {.tunnels_inner = true, .fragments_credit = true};
    struct ps_decoder *decoder = ps_decoder_create(&options);
    size_t wrong = 0;
    (void)state;
    assert_non_null(decoder);
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        uint8_t seed[4096];
        int length = read_seed(links[i].number, seed, sizeof(seed));
        int expected = ps_link_supported(links[i].number) ? PS_ROW_PORTS : PS_ROW_UNSUPPORTED_LINK;
        if (length >= 0 && row_of(decoder, links[i].number, seed + 4, (uint32_t)length) == expected)
            continue;
        print_error("%s (%u): %s\n", links[i].name, links[i].number,
                    length < 0 ? "no seed of this link type" : "its seed does not get through");
        wrong++;
    }
    ps_decoder_destroy(decoder);
    assert_int_equal(wrong, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_link_type_has_a_seed)};
    if (argc < 2)
        return 1;
    folder = argv[1];
    return cmocka_run_group_tests_name("fuzz link seeds", tests, NULL, NULL);
}
