/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each attempt is one system call, or what the C library makes of one, and tells whether it had its way.
 */
#include "guard/attempts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *in_folder(const struct stage *stage, const char *name)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", stage->folder, name);
    return path;
}

static bool opens(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* --- files --- */

static bool read_capture(const struct stage *stage)
{
    char byte;
    int fd = open(in_folder(stage, "capture"), O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && read(fd, &byte, 1) == 1;
    if (fd >= 0)
        close(fd);
    return good;
}

static bool list_captures(const struct stage *stage)
{
    DIR *list = opendir(in_folder(stage, "captures"));
    size_t entries = 0;
    for (const struct dirent *entry; list && (entry = readdir(list));)
        entries += entry->d_name[0] != '.';
    if (list)
        closedir(list);
    return entries == 2;
}

static bool read_in_captures(const struct stage *stage)
{
    return opens(in_folder(stage, "captures/inside"), O_RDONLY);
}

/* A link in the folder that leads out of it. */
static bool read_linked(const struct stage *stage)
{
    return opens(in_folder(stage, "captures/link"), O_RDONLY);
}

static bool read_victim(const struct stage *stage)
{
    return opens(in_folder(stage, "out/victim"), O_RDONLY);
}

static bool read_passwd(const struct stage *stage)
{
    (void)stage;
    return opens("/etc/passwd", O_RDONLY);
}

static bool read_shadow(const struct stage *stage)
{
    (void)stage;
    return opens("/etc/shadow", O_RDONLY);
}

static bool list_root(const struct stage *stage)
{
    (void)stage;
    return opens("/", O_RDONLY | O_DIRECTORY);
}

static bool read_own_memory(const struct stage *stage)
{
    (void)stage;
    return opens("/proc/self/mem", O_RDONLY);
}

static bool write_capture(const struct stage *stage)
{
    return opens(in_folder(stage, "capture"), O_WRONLY);
}

static bool create_inside(const struct stage *stage)
{
    int fd = openat(stage->directory, "made", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, "x", 1) == 1 && ftruncate(fd, 0) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

static bool create_outside(const struct stage *stage)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s.outside", stage->folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    close(fd);
    unlink(path);
    return true;
}

static bool rename_report(const struct stage *stage)
{
    static char from[128];
    snprintf(from, sizeof(from), "%s", in_folder(stage, "out/report.part"));
    return rename(from, in_folder(stage, "out/report")) == 0;
}

static bool remove_inside(const struct stage *stage)
{
    return unlinkat(stage->directory, "victim", 0) == 0;
}

static bool write_open_file(const struct stage *stage)
{
    return write(stage->file, "x", 1) == 1;
}

static bool make_directory(const struct stage *stage)
{
    return mkdir(in_folder(stage, "out/new"), 0700) == 0;
}

static bool make_link(const struct stage *stage)
{
    return symlink("/etc/passwd", in_folder(stage, "out/new-link")) == 0;
}

static bool change_mode(const struct stage *stage)
{
    return chmod(in_folder(stage, "out/victim"), 0777) == 0;
}

/* --- network --- */

static bool makes_socket(int family, int type)
{
    int fd = socket(family, type | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool socket_inet(const struct stage *stage)
{
    (void)stage;
    return makes_socket(AF_INET, SOCK_STREAM);
}

static bool socket_inet6(const struct stage *stage)
{
    (void)stage;
    return makes_socket(AF_INET6, SOCK_DGRAM) || errno == EAFNOSUPPORT;
}

static bool socket_unix(const struct stage *stage)
{
    (void)stage;
    return makes_socket(AF_UNIX, SOCK_STREAM);
}

static bool socket_netlink(const struct stage *stage)
{
    (void)stage;
    return makes_socket(AF_NETLINK, SOCK_RAW);
}

static bool socket_packet(const struct stage *stage)
{
    (void)stage;
    return makes_socket(AF_PACKET, SOCK_RAW);
}

static const struct sockaddr_in discard = {.sin_family = AF_INET, .sin_port = 0x0900, .sin_addr = {0x0100007F}};

static bool connects(const struct stage *stage)
{
    return connect(stage->datagram, (const struct sockaddr *)&discard, sizeof(discard)) == 0;
}

static bool sends_datagram(const struct stage *stage)
{
    return sendto(stage->datagram, "x", 1, 0, (const struct sockaddr *)&discard, sizeof(discard)) == 1;
}

/* Sixty bytes to nobody on lo: allowed to whoever holds the socket, whatever became of its capabilities. */
static bool sends_packet(const struct stage *stage)
{
    static const unsigned char frame[60] = {[12] = 0x88, [13] = 0xB5};
    return write(stage->packet, frame, sizeof(frame)) == (ssize_t)sizeof(frame);
}

static bool sends_copied_packet(const struct stage *stage)
{
    int copy = dup2(stage->packet, stage->file);
    return copy >= 0 && sends_packet(&(struct stage){.packet = copy});
}

static bool packet_statistics(const struct stage *stage)
{
    struct tpacket_stats statistics;
    socklen_t size = sizeof(statistics);
    return getsockopt(stage->packet, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) == 0;
}

static bool packet_filter(const struct stage *stage)
{
    struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, 64)};
    const struct sock_fprog program = {.len = 1, .filter = all};
    return setsockopt(stage->packet, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

static bool packet_option(const struct stage *stage)
{
    const int size = 65536;
    return setsockopt(stage->packet, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) == 0;
}

static bool interface_index(const struct stage *stage)
{
    struct ifreq request = {.ifr_name = "lo"};
    return ioctl(stage->datagram, SIOCGIFINDEX, &request) == 0;
}

static bool writes_to_manager(const struct stage *stage)
{
    return write(stage->peer, "READY=1", 7) == 7;
}

/* --- processes and rights --- */

static bool executes(const struct stage *stage)
{
    (void)stage;
    char *const arguments[] = {(char[]){"true"}, NULL};
    execv("/bin/true", arguments); /* ends with status 0, which is what success is here */
    return false;
}

static bool executes_at(const struct stage *stage)
{
    (void)stage;
    char *const arguments[] = {(char[]){"true"}, NULL};
    syscall(SYS_execveat, AT_FDCWD, "/bin/true", arguments, NULL, 0);
    return false;
}

static bool forks(const struct stage *stage)
{
    (void)stage;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child > 0;
}

static bool traces(const struct stage *stage)
{
    (void)stage;
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool signals_parent(const struct stage *stage)
{
    (void)stage;
    return kill(getppid(), 0) == 0;
}

static bool reads_parent(const struct stage *stage)
{
    (void)stage;
    return syscall(SYS_pidfd_open, getppid(), 0) >= 0;
}

static bool makes_namespace(const struct stage *stage)
{
    (void)stage;
    return unshare(CLONE_NEWUSER) == 0;
}

static bool becomes_root(const struct stage *stage)
{
    (void)stage;
    return setuid(0) == 0 && syscall(SYS_setresuid, 0, 0, 0) == 0;
}

static bool may_be_traced(const struct stage *stage)
{
    (void)stage;
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

static bool raises_limit(const struct stage *stage)
{
    (void)stage;
    struct rlimit limit;
    return getrlimit(RLIMIT_CORE, &limit) == 0 && setrlimit(RLIMIT_CORE, &limit) == 0;
}

static bool types_into_terminal(const struct stage *stage)
{
    (void)stage;
    char byte = 'x';
    /* No terminal here: any other answer than "not a terminal" is the guard's. */
    return ioctl(stage->null, TIOCSTI, &byte) == 0 || errno == ENOTTY;
}

/* By the numbers of another architecture that the processor understands too. */
static bool calls_in_disguise(const struct stage *stage)
{
    (void)stage;
    long result = -1;
#if defined(__x86_64__)
    /* getpid(2) of i386; a kernel without it sends SIGSEGV. */
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory");
#endif
    return result > 0;
}

static bool calls_in_other_disguise(const struct stage *stage)
{
    (void)stage;
#if defined(__x86_64__)
    return syscall(SYS_getpid | 0x40000000) > 0; /* x32 */
#else
    return false;
#endif
}

/* --- memory --- */

static bool maps_code(const struct stage *stage)
{
    (void)stage;
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool makes_code(const struct stage *stage)
{
    (void)stage;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page != MAP_FAILED && mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool allocates(const struct stage *stage)
{
    (void)stage;
    unsigned char *small = malloc(100), *large = malloc((size_t)64 << 20);
    bool good = small && large;
    if (good)
        large[(size_t)63 << 20] = 1;
    unsigned char *larger = good ? realloc(large, (size_t)96 << 20) : NULL;
    good = larger && larger[(size_t)63 << 20] == 1;
    free(larger);
    free(small);
    return good;
}

/* --- the rest of what a run needs --- */

static void *come_back(void *argument)
{
    free(malloc(100000));
    return argument;
}

static bool makes_threads(const struct stage *stage)
{
    (void)stage;
    pthread_t thread[4];
    size_t made = 0, back = 0;
    while (made < 4 && pthread_create(&thread[made], NULL, come_back, thread) == 0)
        made++;
    for (size_t i = 0; i < made; i++) {
        void *result = NULL;
        back += pthread_join(thread[i], &result) == 0 && result == thread;
    }
    return back == 4;
}

static bool waits(const struct stage *stage)
{
    struct pollfd one = {.fd = stage->null, .events = POLLIN};
    struct timespec now, nap = {.tv_nsec = 1000};
    return poll(&one, 1, 1) == 1 && clock_gettime(CLOCK_REALTIME, &now) == 0 && nanosleep(&nap, NULL) == 0;
}

static bool writes_a_date(const struct stage *stage)
{
    (void)stage;
    char text[64];
    time_t then = 1000000000;
    struct tm *broken = localtime(&then);
    return broken && strftime(text, sizeof(text), "%Y-%m-%d", broken) > 0;
}

static void ignore(int number)
{
    (void)number;
}

static bool catches_signals(const struct stage *stage)
{
    (void)stage;
    const struct sigaction action = {.sa_handler = ignore};
    return sigaction(SIGUSR2, &action, NULL) == 0 && raise(SIGUSR2) == 0;
}

const struct attempt attempts[] = {
    {"write to what is open", write_open_file, ROADS_ALL, false, true},
    {"allocate", allocates, ROADS_ALL, false, true},
    {"make threads", makes_threads, ROADS_ALL, false, true},
    {"wait", waits, ROADS_ALL, false, true},
    {"write a date", writes_a_date, ROADS_ALL, false, true},
    {"catch a signal of its own", catches_signals, ROADS_ALL, false, true},
    {"write to the service manager", writes_to_manager, ROADS_ALL, false, true},
    {"read a capture that is named", read_capture, ROADS_SAVED | ROADS_REPORT, false, true},
    {"list a folder that is named", list_captures, ROADS_SAVED | ROADS_REPORT, false, true},
    {"read a capture in it", read_in_captures, ROADS_SAVED | ROADS_REPORT, false, true},
    {"read a capture that is linked there", read_linked, ROADS_SAVED | ROADS_REPORT, false, true},
    {"rename the report", rename_report, ROADS_REPORT, false, true},
    {"remove beside the report", remove_inside, ROADS_REPORT | ROADS_CREATE, false, true},
    {"create where captures are saved", create_inside, ROADS_CREATE, false, true},
    {"ask an interface's number", interface_index, ROADS_LIVE | ROADS_CREATE, false, true},
    {"ask for drops", packet_statistics, ROADS_LIVE | ROADS_CREATE, true, false},
    {"attach a filter", packet_filter, ROADS_LIVE | ROADS_CREATE, true, false},

    {"read another file", read_victim, 0, false, true},
    {"read /etc/passwd", read_passwd, 0, false, true},
    {"read /etc/shadow", read_shadow, 0, false, false},
    {"list /", list_root, 0, false, true},
    {"read its own memory as a file", read_own_memory, 0, false, true},
    {"write to a capture", write_capture, 0, false, true},
    {"create elsewhere", create_outside, 0, false, true},
    {"make a folder", make_directory, 0, false, true},
    {"make a link", make_link, 0, false, true},
    {"change a file's mode", change_mode, 0, false, true},
    {"make a TCP socket", socket_inet, 0, false, true},
    {"make an IPv6 socket", socket_inet6, 0, false, true},
    {"make a Unix socket", socket_unix, 0, false, true},
    {"make a netlink socket", socket_netlink, 0, false, true},
    {"make a packet socket", socket_packet, 0, false, false},
    {"connect", connects, 0, false, true},
    {"send a datagram", sends_datagram, 0, false, true},
    {"send a packet", sends_packet, 0, true, false},
    {"send a packet through a copy", sends_copied_packet, 0, true, false},
    {"set another socket option", packet_option, 0, true, false},
    {"execute a program", executes, 0, false, true},
    {"execute it in another way", executes_at, 0, false, true},
    {"fork", forks, 0, false, true},
    {"trace", traces, 0, false, true},
    {"signal the parent", signals_parent, 0, false, true},
    {"get hold of the parent", reads_parent, 0, false, true},
    {"make a namespace", makes_namespace, 0, false, false},
    {"become root", becomes_root, 0, false, false},
    {"let itself be traced", may_be_traced, 0, false, true},
    {"change a limit", raises_limit, 0, false, true},
    {"type into a terminal", types_into_terminal, 0, false, true},
    {"make a call of i386", calls_in_disguise, 0, false, false},
    {"make a call of x32", calls_in_other_disguise, 0, false, false},
    {"map memory to execute", maps_code, 0, false, true},
    {"make memory executable", makes_code, 0, false, true},
};

const size_t attempt_count = sizeof(attempts) / sizeof(attempts[0]);
