/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Captures on interfaces through the public contract until its standard input ends, and prints what was counted and
 * lost, one word per value: the whole of a live source, driven by tests/capture/live.py.
 *
 *   live_probe [-s SNAPLEN] [-B BYTES] [-f FILTER] [-g FANOUT_GROUP] [-u UID] [-I] [-p] [-x] INTERFACE...
 *
 * It says "ready" once it is open.  -u drops to that user before the first packet, -I is immediate mode, -p promiscuous, -x prints each
 * packet.
 */
#include <grp.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "portsniff/source.h"

static void print_packets(const struct ps_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct ps_packet *packet = &batch->packet[i];
        printf("packet input=%u link=%u captured=%u original=%u time=%" PRId64 " bytes=", packet->source,
               packet->link_type, packet->captured, packet->original, packet->time_ns);
        for (uint32_t j = 0; j < packet->captured && j < 64; j++)
            printf("%02x", packet->data[j]);
        putchar('\n');
    }
}

static void print_notices(struct ps_source *source)
{
    for (const char *text; (text = ps_source_notice(source)) != NULL;)
        printf("notice %s\n", text);
    fflush(stdout);
}

static const char *state_name(enum ps_link_state state)
{
    static const char *const name[] = {"none", "up", "down", "away", "lost"};
    return name[state];
}

static void print_result(struct ps_source *source)
{
    for (size_t i = 0; i < ps_source_input_count(source); i++) {
        const struct ps_input *input = ps_source_input(source, i);
        struct ps_loss loss;
        ps_source_loss(source, i, &loss);
        printf("input name=%s format=%s link=%u packets=%" PRIu64 " bytes=%" PRIu64 " kernel=%" PRIu64
               " freezes=%" PRIu64 " interface=%" PRIu64 " has_interface=%d backlog=%" PRIu64
               " has_backlog=%d state=%s gaps=%u gap_ms=%" PRIu64 "\n",
               input->name, input->format, input->link_types[0], input->packets, input->bytes, loss.kernel,
               loss.freezes, loss.interface, loss.has_interface, loss.backlog, loss.has_backlog,
               state_name(input->state), input->gaps, input->gap_ns / 1000000);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("usage user_us=%ld system_us=%ld faults=%ld\n", usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec,
           usage.ru_stime.tv_sec * 1000000 + usage.ru_stime.tv_usec, usage.ru_minflt);
}

/* Whether standard input ended. */
static int told_to_stop(void)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    char byte;
    return poll(&in, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) <= 0;
}

static int run(struct ps_source *source, int print)
{
    struct ps_batch batch;
    unsigned turns = 0;
    uint64_t calls = 0;
    for (;;) {
        enum ps_next next = ps_source_next(source, &batch);
        calls++;
        if (next == PS_NEXT_BATCH && print)
            print_packets(&batch);
        print_notices(source);
        if (next == PS_NEXT_ERROR)
            return -1;
        if (next == PS_NEXT_END)
            break;
        /* Asked seldom while batches come: it is not what is measured. */
        if ((next != PS_NEXT_BATCH || ++turns % 1024 == 0) && told_to_stop())
            ps_source_stop(source);
    }
    print_result(source);
    printf("calls %" PRIu64 "\n", calls);
    return 0;
}

static int become(const char *user)
{
    const uid_t id = (uid_t)strtoul(user, NULL, 10);
    return setgroups(0, NULL) == 0 && setresgid(id, id, id) == 0 && setresuid(id, id, id) == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct ps_source_options options = {0};
    struct ps_source *source;
    struct ps_error error;
    const char *user = NULL;
    int print = 0;
    for (int option; (option = getopt(argc, argv, "s:B:f:g:u:Ipx")) != -1;) {
        switch (option) {
        case 's':
            options.live.snapshot_length = (uint32_t)strtoul(optarg, NULL, 10);
            break;
        case 'B':
            options.live.buffer_bytes = strtoull(optarg, NULL, 10);
            break;
        case 'f':
            options.filter = optarg;
            break;
        case 'g':
            options.live.fanout_group = (uint16_t)strtoul(optarg, NULL, 10);
            options.live.fanout_members = 2;
            break;
        case 'u':
            user = optarg;
            break;
        case 'p':
            options.live.promiscuous = true;
            break;
        case 'I':
            options.live.immediate = true;
            break;
        default:
            print = 1;
        }
    }
    options.live.interfaces = (const char *const *)(argv + optind);
    options.live.interface_count = (size_t)(argc - optind);
    if (ps_source_open(&options, &source, &error) < 0) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    if (user && become(user) < 0)
        return 1;
    puts("ready");
    print_notices(source);
    int result = run(source, print);
    ps_source_close(source);
    return result < 0 ? 1 : 0;
}
