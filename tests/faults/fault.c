/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A library to be preloaded (LD_PRELOAD), which makes calls of the C library fail on request.
 *
 * Counts the calls that a program makes between the begin and the end of its main(), also those of the libraries that it
 * uses, and lets some of them fail.  Refuses to touch what the C library does inside itself (the writing of stderr, the
 * stacks of threads): there is no symbol between.  Makes no system call by itself once main() runs, for the program
 * may have given them up.
 *
 *     FAULTS=KIND:FIRST:COUNT:STEP:HOW   calls FIRST, FIRST+STEP, ... of that kind fail, COUNT of them (0: all);
 *                                        HOW is an errno, or 0: one byte only (read, write), or a signal below 0: the
 *                                        calls do not fail, but are preceded by it
 *     FAULTS_TALLY=FILE                  a file of the size of struct tally: what was called and what was done
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "fault.h"

#define FRAMES_MAX   24
#define FRAMES_OWN   6 /* at most */
#define SITE_FRAMES  12
#define EARLY_BYTES  65536
#define INITIAL_EXEC __attribute__((tls_model("initial-exec")))

struct plan {
    enum fault_kind kind;
    uint64_t first, count, step;
    int how;
};

static struct fault_tally *tally;
static struct plan plan = {.kind = FAULT_KINDS};
static atomic_bool running;
/* Volatile: dlsym(3) is declared as one that does not come back here, but it asks for memory. */
static _Thread_local volatile bool inside INITIAL_EXEC;

/* --- what is counted, and what fails --- */

/* A stack, without this library's part. */
struct stack {
    void *frame[FRAMES_MAX];
    int first, count;
};

static void look_up(struct stack *stack)
{
    Dl_info own = {0}, info = {0};
    dladdr(&tally, &own);
    stack->count = backtrace(stack->frame, FRAMES_MAX);
    stack->first = 0;
    /* A sanitizer puts its own backtrace() on top. */
    for (int i = 0; i < stack->count && i < FRAMES_OWN; i++)
        if (dladdr(stack->frame[i], &info) && info.dli_fbase == own.dli_fbase)
            stack->first = i + 1;
}

/* The place of a call: all that is behind it on the stack. */
static uint64_t site_of(const struct stack *stack)
{
    void *const *frame = stack->frame;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int i = stack->first; i < stack->count && i < stack->first + SITE_FRAMES; i++)
        hash = (hash ^ (uintptr_t)frame[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static void describe(const struct stack *stack)
{
    void *const *frame = stack->frame;
    size_t used = 0;
    for (int i = stack->first; i < stack->count && used < sizeof(tally->where); i++) {
        Dl_info info = {0};
        dladdr(frame[i], &info);
        const char *module = info.dli_fname ? strrchr(info.dli_fname, '/') : NULL;
        int n = snprintf(tally->where + used, sizeof(tally->where) - used, "%s+%#tx ", module ? module + 1 : "?",
                         (char *)frame[i] - (char *)info.dli_fbase);
        used += n > 0 ? (size_t)n : 0;
    }
}

static bool meant(enum fault_kind kind, uint64_t number)
{
    if (kind != plan.kind || number < plan.first || (number - plan.first) % plan.step != 0)
        return false;
    return plan.count == 0 || (number - plan.first) / plan.step < plan.count;
}

/* Whether the call is made for a function or library that is known not to survive it. */
static bool is_spared(const struct stack *stack)
{
    static const char *const libraries[] = FAULT_SPARED_LIBRARIES, *const functions[] = FAULT_SPARED_FUNCTIONS;
    for (int i = stack->first; i < stack->count; i++) {
        Dl_info info = {0};
        dladdr(stack->frame[i], &info);
        for (size_t l = 0; l < sizeof(libraries) / sizeof(libraries[0]); l++)
            if (info.dli_fname && strstr(info.dli_fname, libraries[l]))
                return true;
        for (size_t f = 0; f < sizeof(functions) / sizeof(functions[0]); f++)
            if (info.dli_sname && strcmp(info.dli_sname, functions[f]) == 0)
                return true;
    }
    return false;
}

/* A call that is meant to fail, or is to be noted; whether it fails. */
static bool look_at(enum fault_kind kind, uint64_t number, bool struck)
{
    struct stack stack;
    look_up(&stack);
    if (is_spared(&stack))
        return false;
    if (tally->wanted == kind + 1 && number <= FAULT_SITES)
        tally->site[number - 1] = site_of(&stack);
    if (struck && atomic_fetch_add(&tally->struck, 1) == 0)
        describe(&stack);
    return struck;
}

/* Counts the call; whether it is to fail, for which errno is set. */
bool fault_strikes(enum fault_kind kind)
{
    if (!atomic_load_explicit(&running, memory_order_relaxed) || inside)
        return false;
    const int before = errno;
    const uint64_t number = atomic_fetch_add(&tally->calls[kind], 1) + 1;
    bool struck = meant(kind, number);
    /* Where a call comes from is of interest once; of memory, always. */
    if (tally->wanted == kind + 1 || (struck && (kind == FAULT_MEMORY || atomic_load(&tally->struck) == 0))) {
        inside = true;
        struck = look_at(kind, number, struck);
        inside = false;
    }
    if (struck && plan.how < 0) {
        raise(-plan.how);
        struck = false;
    }
    errno = struck && plan.how ? plan.how : before;
    return struck;
}

bool fault_is_short(void)
{
    return plan.how == 0;
}

/* --- the beginning and the end --- */

/* NULL while it is being looked up: that may need memory. */
fault_function *fault_next(const char *name)
{
    fault_function *next = NULL;
    if (inside)
        return NULL;
    inside = true;
    void *at = dlsym(RTLD_NEXT, name);
    inside = false;
    /* The language has no cast from the one to the other. */
    memcpy(&next, &at, sizeof(next));
    return next;
}

static bool read_plan(const char *text)
{
    static const char *const names[FAULT_KINDS] = FAULT_KIND_NAMES;
    char kind[16];
    unsigned long long first, count, step;
    int how;
    if (sscanf(text, "%15[a-z]:%llu:%llu:%llu:%d", kind, &first, &count, &step, &how) != 5 || step == 0)
        return false;
    for (unsigned i = 0; i < FAULT_KINDS; i++)
        if (strcmp(kind, names[i]) == 0)
            plan = (struct plan){.kind = (enum fault_kind)i, .first = first, .count = count, .step = step, .how = how};
    return plan.kind != FAULT_KINDS;
}

static void refuse(const char *why)
{
    fprintf(stderr, "fault library: %s\n", why);
    _exit(125);
}

static void prepare(void)
{
    const char *path = getenv("FAULTS_TALLY"), *text = getenv("FAULTS");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *at = fd >= 0 ? mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (at == MAP_FAILED)
        refuse("FAULTS_TALLY is not the name of a file");
    tally = at;
    close(fd);
    if (text && !read_plan(text))
        refuse("FAULTS is not understood");
    /* Loads what it needs; later calls allocate nothing. */
    void *frame[FRAMES_MAX];
    backtrace(frame, FRAMES_MAX);
}

static int (*true_main)(int, char **, char **);

static int main_between(int argc, char **argv, char **environment)
{
    prepare();
    tally->began = 1;
    atomic_store(&running, true);
    int status = true_main(argc, argv, environment);
    atomic_store(&running, false);
    /* Under a filter this is either told or refused. */
    tally->confined = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 0;
    tally->ended = 1;
    return status;
}

typedef int start_main(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void),
                       void *);
start_main __libc_start_main;

int __libc_start_main(int (*main_function)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*loader_fini)(void), void *stack_end)
{
    start_main *next = (start_main *)fault_next("__libc_start_main");
    true_main = main_function;
    return next(main_between, argc, argv, init, fini, loader_fini, stack_end);
}

/* --- memory --- */

/* What is asked for before the true functions are known, by those who look them up. */
static _Alignas(16) unsigned char early[EARLY_BYTES];
static size_t early_used;

static void *take_early(size_t size)
{
    size = (size + 31) & ~(size_t)15;
    if (size > sizeof(early) - early_used)
        return NULL;
    void *at = early + early_used + 16;
    memcpy(early + early_used, &size, sizeof(size));
    early_used += size;
    return at;
}

static bool is_early(const void *at)
{
    const uintptr_t address = (uintptr_t)at, begin = (uintptr_t)early;
    return address >= begin && address < begin + sizeof(early);
}

void *malloc(size_t size)
{
    FAULT_NEXT(malloc);
    if (!next)
        return take_early(size);
    return fault_strikes(FAULT_MEMORY) ? NULL : next(size);
}

void *calloc(size_t count, size_t size)
{
    FAULT_NEXT(calloc);
    if (!next)
        return count && size > EARLY_BYTES / count ? NULL : take_early(count * size);
    return fault_strikes(FAULT_MEMORY) ? NULL : next(count, size);
}

static void *move_early(void *at, size_t size)
{
    size_t old;
    memcpy(&old, (unsigned char *)at - 16, sizeof(old));
    old -= 16;
    void *to = malloc(size);
    if (to)
        memcpy(to, at, old < size ? old : size);
    return to;
}

void *realloc(void *at, size_t size)
{
    FAULT_NEXT(realloc);
    if (is_early(at))
        return move_early(at, size);
    if (!next)
        return take_early(size);
    return fault_strikes(FAULT_MEMORY) ? NULL : next(at, size);
}

void free(void *at)
{
    FAULT_NEXT(free);
    if (next && !is_early(at))
        next(at);
}

void *reallocarray(void *at, size_t count, size_t size)
{
    FAULT_NEXT(reallocarray);
    return fault_strikes(FAULT_MEMORY) ? NULL : next(at, count, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    FAULT_NEXT(aligned_alloc);
    return fault_strikes(FAULT_MEMORY) ? NULL : next(alignment, size);
}

int posix_memalign(void **to, size_t alignment, size_t size)
{
    FAULT_NEXT(posix_memalign);
    return fault_strikes(FAULT_MEMORY) ? ENOMEM : next(to, alignment, size);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    FAULT_NEXT(mmap);
    return fault_strikes(FAULT_MEMORY) ? MAP_FAILED : next(at, size, protection, flags, fd, offset);
}

void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset)
{
    FAULT_NEXT(mmap64);
    return fault_strikes(FAULT_MEMORY) ? MAP_FAILED : next(at, size, protection, flags, fd, offset);
}
