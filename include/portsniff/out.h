/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buffered output to a file descriptor.  Room: base.
 *
 * The first failure sticks and later writes do nothing, so that a renderer need not ask after every line.  A closed pipe
 * is a failure like any other here; the caller treats EPIPE as a quiet end (SIGPIPE is ignored by main).
 */
#ifndef PORTSNIFF_OUT_H
#define PORTSNIFF_OUT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct ps_out {
    int fd;       /* not owned; -1: collects in memory only, see ps_out_memory */
    int failure;  /* errno of the first failed write, 0 while all is well */
    char *buffer; /* owned */
    size_t used, size;
};

/* 0, or -1 when memory is out.  Finish it. */
int ps_out_init(struct ps_out *out, int fd);
/* An output that only grows in memory; take buffer/used from it before ps_out_finish. */
int ps_out_memory(struct ps_out *out);
/* Flushes and frees.  Returns the sticking errno, 0 when everything was written. */
int ps_out_finish(struct ps_out *out);
int ps_out_flush(struct ps_out *out);

void ps_out_bytes(struct ps_out *out, const void *bytes, size_t length);
void ps_out_text(struct ps_out *out, const char *text);
void ps_out_char(struct ps_out *out, char c);
/* `n` times the same character. */
void ps_out_repeat(struct ps_out *out, char c, size_t n);
void ps_out_u64(struct ps_out *out, uint64_t number);
__attribute__((format(printf, 2, 3))) void ps_out_format(struct ps_out *out, const char *format, ...);

#endif
