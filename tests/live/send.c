/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * send: sends numbered packets (plan.h) out of an interface and says what a counter must find.  For tests in network
 * namespaces; knows nothing of addresses, neighbours or answers.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "inject.h"
#include "plan.h"

#define BATCH    64
#define STRETCH  65536 /* packets that the kernel makes in one go */
#define SECOND   1000000000u
#define PORT_MAX 65536

enum road {
    ROAD_SOCKET,   /* packet(7), one system call per BATCH */
    ROAD_KERNEL,   /* made in the kernel, out of the interface */
    ROAD_RECEIVED, /* made in the kernel, as if the interface had received them */
    ROAD_COUNT
};

static const char *const road_name[ROAD_COUNT] = {"socket", "kernel", "received"};

struct options {
    struct plan plan;
    const char *interface, *expected;
    enum road road;
    uint64_t first, count, rate;
    bool prepare;
};

static int usage(void)
{
    fputs("usage: send [OPTION]...\n"
          "  -i INTERFACE  send out of it; without it, only -e is done\n"
          "  -n N          packets (100000)\n"
          "  -f FIRST      number of the first packet (0)\n"
          "  -s SEED       (1)\n"
          "  -k KIND,...   udp (default), tcp, ipv6, vlan, qinq, fragment, icmp\n"
          "  -l LENGTH     bytes of a frame without tags, 60 (default) to 1514, or imix\n"
          "  -p PORTS      how many ports, a power of two (256)\n"
          "  -b PORT       the first of them (20000)\n"
          "  -a HOSTS      addresses on each side, a power of two (1)\n"
          "  -r RATE       packets per second (as many as can be)\n"
          "  -m ROAD       socket (default); kernel, received: made in the kernel, udp and one host only\n"
          "  -g            only switch GRO of the interface on: where the other end sends by kernel\n"
          "  -e FILE       write the expected counts\n",
          stderr);
    return 2;
}

/* --- options --- */

static bool parse_number(const char *text, uint64_t most, uint64_t *ret)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || *end || end == text || *text == '-' || value > most)
        return false;
    *ret = value;
    return true;
}

static bool parse_power(const char *text, uint32_t *ret)
{
    uint64_t value;
    if (!parse_number(text, PORT_MAX, &value) || !value || (value & (value - 1)))
        return false;
    *ret = (uint32_t)value;
    return true;
}

/* The number of a word in a list. */
static bool parse_word(const char *text, const char *const *words, size_t count, size_t *ret)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool parse_kinds(char *text, struct plan *plan)
{
    plan->kinds = 0;
    for (char *at = text, *word; (word = strsep(&at, ",")) != NULL;) {
        size_t kind;
        if (plan->kinds == PLAN_KINDS_MAX || !parse_word(word, plan_kind_name, PLAN_KIND_COUNT, &kind))
            return false;
        plan->kind[plan->kinds++] = (enum plan_kind)kind;
    }
    return plan->kinds > 0;
}

static bool parse_length(const char *text, struct plan *plan)
{
    uint64_t value = PLAN_IMIX;
    if (strcmp(text, "imix") != 0 && (!parse_number(text, 1514, &value) || value < 60))
        return false;
    plan->length = (uint16_t)value;
    return true;
}

static bool parse_plan_option(struct plan *plan, int letter, char *value)
{
    uint64_t number = 0;
    switch (letter) {
    case 's':
        if (!parse_number(value, UINT64_MAX, &number))
            return false;
        plan->seed = plan_seed(number);
        return true;
    case 'k':
        return parse_kinds(value, plan);
    case 'l':
        return parse_length(value, plan);
    case 'p':
        return parse_power(value, &plan->ports);
    case 'a':
        return parse_power(value, &plan->hosts);
    case 'b':
        if (!parse_number(value, PORT_MAX - 1, &number))
            return false;
        plan->base = (uint32_t)number;
        return true;
    default:
        return false;
    }
}

static bool parse_option(struct options *options, int letter, char *value)
{
    size_t road = 0;
    switch (letter) {
    case 'i':
        options->interface = value;
        return true;
    case 'e':
        options->expected = value;
        return true;
    case 'n':
        return parse_number(value, UINT64_MAX, &options->count);
    case 'f':
        return parse_number(value, UINT64_MAX, &options->first);
    case 'r':
        return parse_number(value, SECOND, &options->rate) && options->rate;
    case 'g':
        options->prepare = true;
        return true;
    case 'm':
        if (!parse_word(value, road_name, ROAD_COUNT, &road))
            return false;
        options->road = (enum road)road;
        return true;
    default:
        return parse_plan_option(&options->plan, letter, value);
    }
}

static bool parse(struct options *options, int argc, char **argv)
{
    for (int letter; (letter = getopt(argc, argv, "i:n:f:s:k:l:p:b:a:r:m:e:g")) != -1;)
        if (!parse_option(options, letter, optarg))
            return false;
    const struct plan *plan = &options->plan;
    bool simple = plan->kinds == 1 && plan->kind[0] == PLAN_UDP && plan->hosts == 1 && plan->length != PLAN_IMIX;
    return optind == argc && plan->base + plan->ports <= PORT_MAX && (options->road == ROAD_SOCKET || simple);
}

/* --- time --- */

static uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

/* Waits until `done` packets are due at the rate asked for. */
static void pace(const struct options *options, uint64_t start_ns, uint64_t done)
{
    if (!options->rate)
        return;
    uint64_t due = start_ns + done / options->rate * SECOND + done % options->rate * SECOND / options->rate;
    struct timespec time = {.tv_sec = (time_t)(due / SECOND), .tv_nsec = (long)(due % SECOND)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
        ;
}

/* --- through a socket --- */

struct batch {
    uint8_t frame[BATCH][PLAN_FRAME_MAX];
    struct iovec part[BATCH];
    struct mmsghdr message[BATCH];
};

static int open_socket(unsigned interface)
{
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    struct sockaddr_ll to = {
        .sll_family = AF_PACKET, .sll_ifindex = (int)interface, .sll_protocol = 0, .sll_halen = ETH_ALEN};
    int bypass = 1;
    if (fd >= 0 && (bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
                    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof(bypass)) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void fill(struct batch *batch, const struct plan *plan, uint64_t first, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        batch->part[i] = (struct iovec){batch->frame[i], plan_packet(plan, first + i, batch->frame[i])};
        batch->message[i].msg_hdr = (struct msghdr){.msg_iov = &batch->part[i], .msg_iovlen = 1};
    }
}

/* All of a batch, however often the queue is full; returns how many the kernel took. */
static unsigned push(int fd, struct batch *batch, unsigned count)
{
    unsigned done = 0;
    while (done < count) {
        int sent = sendmmsg(fd, batch->message + done, count - done, 0);
        if (sent > 0)
            done += (unsigned)sent;
        else if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
            break;
    }
    return done;
}

static uint64_t send_by_socket(const struct options *options, unsigned interface)
{
    static struct batch batch;
    int fd = open_socket(interface);
    uint64_t start = now_ns(), done = 0, stretch = options->rate && options->rate / 500 < BATCH ? 1 : BATCH;
    while (fd >= 0 && done < options->count) {
        uint64_t left = options->count - done;
        unsigned count = (unsigned)(left < stretch ? left : stretch);
        fill(&batch, &options->plan, options->first + done, count);
        pace(options, start, done);
        unsigned pushed = push(fd, &batch, count);
        done += pushed;
        if (pushed < count)
            break;
    }
    if (fd >= 0)
        close(fd);
    return done;
}

/* --- in the kernel --- */

/* A veth takes such frames only when its other end receives by NAPI, which it does with GRO on. */
static bool switch_gro_on(const char *name)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ethtool_value value = {.cmd = ETHTOOL_SGRO, .data = 1};
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    request.ifr_data = (char *)&value;
    bool good = fd >= 0 && ioctl(fd, SIOCETHTOOL, &request) == 0;
    if (!good)
        fprintf(stderr, "send: GRO of %s could not be switched on: %s.\n", name, strerror(errno));
    if (fd >= 0)
        close(fd);
    return good;
}

static uint64_t send_by_kernel(const struct options *options, unsigned interface)
{
    struct inject inject;
    bool received = options->road == ROAD_RECEIVED;
    if (!inject_open(&inject, &options->plan, interface, received, options->first))
        return 0;
    uint64_t start = now_ns(), done = 0;
    uint64_t stretch = options->rate ? options->rate / 100 + 1 : STRETCH;
    while (done < options->count) {
        uint64_t left = options->count - done;
        uint32_t count = (uint32_t)(left < stretch ? left : stretch);
        pace(options, start, done);
        if (!inject_run(&inject, count))
            break;
        done += count;
    }
    inject_close(&inject);
    return done;
}

/* --- what it says --- */

static double cpu_seconds(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static bool send_packets(const struct options *options)
{
    unsigned interface = if_nametoindex(options->interface);
    if (!interface) {
        fprintf(stderr, "send: there is no interface %s.\n", options->interface);
        return false;
    }
    uint64_t start = now_ns();
    uint64_t sent = (options->road == ROAD_SOCKET ? send_by_socket : send_by_kernel)(options, interface);
    if (sent != options->count)
        fprintf(stderr, "send: sending by %s stopped after %" PRIu64 " packets: %s.\n", options->interface, sent,
                strerror(errno));
    double seconds = (double)(now_ns() - start) / SECOND;
    printf("{\"sent\": %" PRIu64 ", \"seconds\": %.6f, \"cpu_seconds\": %.6f}\n", sent, seconds, cpu_seconds());
    return sent == options->count;
}

static bool write_expected(const struct options *options)
{
    struct tally *tally = plan_tally_create();
    FILE *file = fopen(options->expected, "w");
    bool good = tally && file;
    for (uint64_t i = 0; good && i < options->count; i++)
        plan_tally_add(tally, &options->plan, options->first + i);
    if (good)
        plan_tally_write(tally, file);
    if (file && fclose(file))
        good = false;
    if (!good)
        fprintf(stderr, "send: writing %s failed: %s.\n", options->expected, strerror(errno));
    plan_tally_destroy(tally);
    return good;
}

int main(int argc, char **argv)
{
    struct options options = {.plan = {.seed = plan_seed(1),
                                       .ports = 256,
                                       .base = 20000,
                                       .hosts = 1,
                                       .length = 60,
                                       .kind = {PLAN_UDP},
                                       .kinds = 1},
                              .count = 100000};
    if (!parse(&options, argc, argv))
        return usage();
    if (options.prepare)
        return options.interface && switch_gro_on(options.interface) ? 0 : 1;
    bool good = !options.expected || write_expected(&options);
    return good && (!options.interface || send_packets(&options)) ? 0 : 1;
}
