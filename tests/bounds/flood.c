/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes the capture of an attack: the same arguments make the same bytes.
 *
 *     flood ATTACK COUNT FILE [STEP]
 *
 * COUNT: numbers 0 to COUNT - 1 of the attack, each one packet or a few.  STEP: nanoseconds between packets, 1000 unless
 * it is given.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "attacks.h"

static const struct attack *find(const char *name)
{
    const struct attack *const lists[] = {flow_attacks, collision_attacks, fragment_attacks, nest_attacks};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct attack *attack = lists[i]; attack->name; attack++)
            if (strcmp(attack->name, name) == 0)
                return attack;
    return NULL;
}

int main(int argc, char **argv)
{
    static struct writer writer;
    static char buffer[1 << 20];
    const struct attack *attack = argc >= 4 ? find(argv[1]) : NULL;
    FILE *file = attack ? fopen(argv[3], "wb") : NULL;
    if (!file) {
        fprintf(stderr, "usage: flood ATTACK COUNT FILE [STEP]\n");
        return 2;
    }
    setvbuf(file, buffer, _IOFBF, sizeof(buffer));
    writer_begin(&writer, file, attack->link_type);
    if (argc > 4)
        writer.step_ns = strtoull(argv[4], NULL, 10);
    uint64_t count = strtoull(argv[2], NULL, 10);
    for (uint64_t i = 0; i < count; i++)
        attack->make(&writer, i);
    int failed = ferror(file);
    return fclose(file) == 0 && !failed ? 0 : 1;
}
