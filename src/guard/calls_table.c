/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every system call that is left after the drop, why, and with which arguments.
 *
 * A call that is not here does not exist for the process: it fails with ENOSYS, upon which the C library falls back to an
 * older one where it has one.  So a C library that is newer than this table works, as long as its older ways are listed.
 */
#include "calls.h"

#if GUARD_HAVE_SECCOMP

#include <asm/socket.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

/* clone(2) takes its flags first, but for one family of architectures. */
#if defined(__s390__) || defined(__s390x__)
#define CLONE_FLAGS_AT 1
#else
#define CLONE_FLAGS_AT 0
#endif

/* What makes a thread and not a process, and nothing beside it that could make a namespace. */
#define THREAD_FLAGS (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)
#define THREAD_MASK                                                                                              \
    (THREAD_FLAGS | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
     CLONE_NEWNET | CLONE_PTRACE)

#define WRITING_FLAGS (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY))

/* Comparisons of arguments look at 32 bits only, for the upper ones of an int mean nothing. */
/* clang-format off */
#define ANY                      {0, _SCMP_CMP_MIN, 0, 0}
#define MASKED(at, mask, value)  {(at), SCMP_CMP_MASKED_EQ, (mask), (value)}
#define EQUAL(at, value)         MASKED(at, UINT32_MAX, value)
#define CALL(name, roads)        {#name, SCMP_SYS(name), (roads), 0, {ANY, ANY}, NULL}
#define CALL_IF(name, roads, at, mask, value, only) \
    {#name, SCMP_SYS(name), (roads), 1, {MASKED(at, mask, value), ANY}, (only)}
#define CALL_IF_BOTH(name, roads, at, value, at2, value2, only) \
    {#name, SCMP_SYS(name), (roads), 2, {EQUAL(at, value), EQUAL(at2, value2)}, (only)}
/* clang-format on */

const struct call ps_guard_calls_allowed[] = {
    /* What is open is read and written; in a live run, writing is left to calls.c. */
    CALL(read, ROAD_ALL),
    CALL(readv, ROAD_ALL),
    CALL(pread64, ROAD_ALL),
    CALL(write, ROAD_NOT_LIVE),
    CALL(writev, ROAD_NOT_LIVE),
    CALL(lseek, ROAD_ALL),
    CALL(_llseek, ROAD_ALL),
    CALL(close, ROAD_ALL),
    CALL(poll, ROAD_ALL),
    CALL(ppoll, ROAD_ALL),
    CALL(ppoll_time64, ROAD_ALL),
    CALL(fstat, ROAD_ALL),
    CALL(fstat64, ROAD_ALL),
    CALL_IF(newfstatat, ROAD_ALL, 3, AT_EMPTY_PATH, AT_EMPTY_PATH, "of what is open"),
    CALL_IF(statx, ROAD_ALL, 2, AT_EMPTY_PATH, AT_EMPTY_PATH, "of what is open"),
    CALL_IF(fcntl, ROAD_ALL, 1, UINT32_MAX, F_GETFL, "F_GETFL"),
    CALL_IF(fcntl, ROAD_ALL, 1, UINT32_MAX, F_SETFD, "F_SETFD"),
    CALL_IF(ioctl, ROAD_ALL, 1, UINT32_MAX, TCGETS, "TCGETS"),
    CALL_IF(ioctl, ROAD_ALL, 1, UINT32_MAX, TIOCGWINSZ, "TIOCGWINSZ"),

    /* Memory, never to be executed. */
    CALL(brk, ROAD_ALL),
    CALL_IF(mmap, ROAD_ALL, 2, PROT_EXEC, 0, "not PROT_EXEC"),
    CALL_IF(mmap2, ROAD_ALL, 2, PROT_EXEC, 0, "not PROT_EXEC"),
    CALL_IF(mprotect, ROAD_ALL, 2, PROT_EXEC, 0, "not PROT_EXEC"),
    CALL(munmap, ROAD_ALL),
    CALL(mremap, ROAD_ALL),
    CALL(madvise, ROAD_ALL),
    CALL(getrandom, ROAD_ALL),
    CALL_IF(prctl, ROAD_ALL, 0, UINT32_MAX, PR_SET_VMA, "PR_SET_VMA"),

    /* Threads, clocks, signals of its own. */
    CALL_IF(clone, ROAD_ALL, CLONE_FLAGS_AT, THREAD_MASK, THREAD_FLAGS, "threads"),
    CALL(set_robust_list, ROAD_ALL),
    CALL(rseq, ROAD_ALL),
    CALL(futex, ROAD_ALL),
    CALL(futex_time64, ROAD_ALL),
    CALL(sched_yield, ROAD_ALL),
    CALL(sched_getaffinity, ROAD_ALL),
    CALL_IF(prctl, ROAD_ALL, 0, UINT32_MAX, PR_SET_NAME, "PR_SET_NAME"),
    CALL(sysinfo, ROAD_ALL),
    CALL(getrusage, ROAD_ALL),
    CALL(gettimeofday, ROAD_ALL),
    CALL(clock_gettime, ROAD_ALL),
    CALL(clock_gettime64, ROAD_ALL),
    CALL(clock_getres, ROAD_ALL),
    CALL(nanosleep, ROAD_ALL),
    CALL(clock_nanosleep, ROAD_ALL),
    CALL(clock_nanosleep_time64, ROAD_ALL),
    CALL(restart_syscall, ROAD_ALL),
    CALL(rt_sigaction, ROAD_ALL),
    CALL(rt_sigprocmask, ROAD_ALL),
    CALL(rt_sigreturn, ROAD_ALL),
    CALL(sigreturn, ROAD_ALL),
    CALL(sigaltstack, ROAD_ALL),
    CALL(getpid, ROAD_ALL),
    CALL(gettid, ROAD_ALL),
    CALL(exit, ROAD_ALL),
    CALL(exit_group, ROAD_ALL),

    /* Captures are opened one after the other, those that wait for their turn are closed and opened again. */
    CALL_IF(openat, ROAD_SAVED, 2, WRITING_FLAGS, O_RDONLY, "for reading"),
    CALL_IF(open, ROAD_SAVED, 1, WRITING_FLAGS, O_RDONLY, "for reading"),
    CALL(getdents64, ROAD_SAVED),
    CALL(fadvise64, ROAD_SAVED),
    CALL(fadvise64_64, ROAD_SAVED),
    CALL(newfstatat, ROAD_SAVED | ROAD_CREATE),
    CALL(fstatat64, ROAD_SAVED | ROAD_CREATE),
    CALL(statx, ROAD_SAVED | ROAD_CREATE),
    CALL(stat, ROAD_SAVED | ROAD_CREATE),
    CALL(stat64, ROAD_SAVED | ROAD_CREATE),
    /* The report is emptied once a capture could be read; nothing else is open for writing. */
    CALL(ftruncate, ROAD_SAVED | ROAD_CREATE),
    CALL(ftruncate64, ROAD_SAVED | ROAD_CREATE),
    CALL(readlink, ROAD_SAVED),
    CALL(readlinkat, ROAD_SAVED),

    /* Interfaces: rings are mapped, counters are read from what is open. */
    CALL_IF_BOTH(getsockopt, ROAD_LIVE, 1, SOL_PACKET, 2, PACKET_STATISTICS, "PACKET_STATISTICS"),
    CALL_IF_BOTH(getsockopt, ROAD_LIVE, 1, SOL_SOCKET, 2, SO_ERROR, "SO_ERROR"),
    CALL_IF_BOTH(setsockopt, ROAD_LIVE, 1, SOL_SOCKET, 2, SO_ATTACH_FILTER, "SO_ATTACH_FILTER"),
    CALL_IF(ioctl, ROAD_LIVE, 1, UINT32_MAX, SIOCGIFINDEX, "SIOCGIFINDEX"),
    CALL_IF(ioctl, ROAD_LIVE, 1, UINT32_MAX, SIOCGIFFLAGS, "SIOCGIFFLAGS"),
    CALL_IF(ioctl, ROAD_LIVE, 1, UINT32_MAX, SIOCGIFHWADDR, "SIOCGIFHWADDR"),
    CALL_IF_BOTH(setsockopt, ROAD_LIVE, 1, SOL_PACKET, 2, PACKET_ADD_MEMBERSHIP, "PACKET_ADD_MEMBERSHIP"),
    CALL(getsockname, ROAD_LIVE),
    CALL(recvfrom, ROAD_LIVE),
    CALL(bind, ROAD_LIVE),

    /* A report is renamed to its place, or removed. */
    CALL(rename, ROAD_RENAME),
    CALL(renameat, ROAD_RENAME),
    CALL(renameat2, ROAD_RENAME),
    CALL(unlink, ROAD_RENAME),
    CALL(unlinkat, ROAD_RENAME | ROAD_CREATE),

    /* Captures are made, written, and the oldest are removed. */
    CALL(openat, ROAD_CREATE),
    CALL(faccessat, ROAD_CREATE),
    CALL(faccessat2, ROAD_CREATE),
    CALL(fsync, ROAD_CREATE),
    CALL(fdatasync, ROAD_CREATE),
    CALL(fchmod, ROAD_CREATE),
    CALL(geteuid, ROAD_CREATE),
    CALL(geteuid32, ROAD_CREATE),
};

const size_t ps_guard_calls_allowed_count = sizeof(ps_guard_calls_allowed) / sizeof(ps_guard_calls_allowed[0]);

const struct call ps_guard_calls_refused[] = {
    CALL(socket, ROAD_ALL),   CALL(socketpair, ROAD_ALL), CALL(connect, ROAD_ALL),   CALL(execve, ROAD_ALL),
    CALL(execveat, ROAD_ALL), CALL(fork, ROAD_ALL),       CALL(vfork, ROAD_ALL),     CALL(ptrace, ROAD_ALL),
    CALL(kill, ROAD_ALL),     CALL(setuid, ROAD_ALL),     CALL(setresuid, ROAD_ALL), CALL(mount, ROAD_ALL),
};

const size_t ps_guard_calls_refused_count = sizeof(ps_guard_calls_refused) / sizeof(ps_guard_calls_refused[0]);

#endif
