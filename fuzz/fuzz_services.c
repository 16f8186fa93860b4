/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as a services file. Names that come out are ones a terminal may see and lie inside the
 * text; what the strict reading takes, the lenient reading takes as well, in the same order.
 */
#include <stdlib.h>
#include <string.h>

#include "names_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    const char *text;
    size_t length;
    size_t entries;
    uint64_t digest; /* of the entries, in order */
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static int note(void *context, enum ps_transport transport, uint16_t port, const char *name, size_t length)
{
    struct reading *reading = context;
    require(transport > PS_TRANSPORT_NONE && transport < PS_TRANSPORT_COUNT);
    require(length >= 1 && length <= PS_SERVICE_NAME_MAX);
    require(name >= reading->text && name + length <= reading->text + reading->length);
    reading->entries++;
    reading->digest = (reading->digest ^ port ^ (uint64_t)transport << 16) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < length; i++) {
        require(name[i] > ' ' && name[i] <= '~' && name[i] != '#');
        reading->digest = (reading->digest ^ (uint64_t)name[i]) * UINT64_C(0x100000001b3);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading strict = {.text = (const char *)data, .length = size}, lenient = strict;
    struct ps_error error = {.text = ""};
    int result = ps_services_parse(strict.text, size, "fuzz", true, note, &strict, &error);
    require((result == 0) == (error.text[0] == '\0'));
    require(memchr(error.text, '\0', sizeof(error.text)) != NULL);
    require(ps_services_parse(lenient.text, size, "fuzz", false, note, &lenient, NULL) == 0);
    require(lenient.entries >= strict.entries);
    require(result != 0 || (lenient.entries == strict.entries && lenient.digest == strict.digest));
    return 0;
}
