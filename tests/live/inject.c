/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes an XDP program for a plan and has the kernel run it.  The program counts, draws the ports as plan.c does, writes
 * them into the frame and lets it go.  Its instructions are put together here (RFC 9669), so that no compiler for BPF is
 * needed.
 */
#include "inject.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BATCH 64 /* frames that the kernel makes between two looks at whether it should stop */

#ifndef BPF_F_TEST_XDP_LIVE_FRAMES
#define BPF_F_TEST_XDP_LIVE_FRAMES (1U << 1)
#endif

static int bpf(int command, union bpf_attr *attributes)
{
    return (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

static uint64_t address(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

/* A program while it is written. */
struct code {
    struct bpf_insn insn[64];
    uint32_t length;
};

static void put(struct code *code, unsigned opcode, unsigned to, unsigned from, int16_t offset, int32_t value)
{
    code->insn[code->length++] = (struct bpf_insn){
        .code = (uint8_t)opcode, .dst_reg = to & 15U, .src_reg = from & 15U, .off = offset, .imm = value};
}

static void put_wide(struct code *code, uint8_t to, uint8_t kind, uint32_t low, uint32_t high)
{
    put(code, BPF_LD | BPF_DW, to, kind, 0, (int32_t)low);
    put(code, 0, 0, 0, 0, (int32_t)high);
}

static void put_constant(struct code *code, uint8_t to, uint64_t value)
{
    put_wide(code, to, 0, (uint32_t)value, (uint32_t)(value >> 32));
}

static void put_alu(struct code *code, unsigned operation, uint8_t to, uint8_t from)
{
    put(code, BPF_ALU64 | BPF_X | operation, to, from, 0, 0);
}

static void put_alu_constant(struct code *code, unsigned operation, uint8_t to, int32_t value)
{
    put(code, BPF_ALU64 | BPF_K | operation, to, 0, 0, value);
}

/* r0 ^= r0 >> shift, by way of r1. */
static void put_fold(struct code *code, int32_t shift)
{
    put_alu(code, BPF_MOV, BPF_REG_1, BPF_REG_0);
    put_alu_constant(code, BPF_RSH, BPF_REG_1, shift);
    put_alu(code, BPF_XOR, BPF_REG_0, BPF_REG_1);
}

static void put_times(struct code *code, uint64_t factor)
{
    put_constant(code, BPF_REG_1, factor);
    put_alu(code, BPF_MUL, BPF_REG_0, BPF_REG_1);
}

/* Register `from` becomes a port of the plan and goes to offset `at` of the frame, which r2 points to. */
static void put_port(struct code *code, const struct plan *plan, uint8_t from, int16_t at)
{
    put_alu_constant(code, BPF_AND, from, (int32_t)(plan->ports - 1));
    put_alu_constant(code, BPF_ADD, from, (int32_t)plan->base);
    put(code, BPF_ALU | BPF_END | BPF_TO_BE, from, 0, 0, 16);
    put(code, BPF_STX | BPF_H | BPF_MEM, BPF_REG_2, from, at, 0);
}

static void put_end(struct code *code, unsigned interface, bool received)
{
    if (received) {
        put_alu_constant(code, BPF_MOV, BPF_REG_0, XDP_PASS);
    } else {
        put_alu_constant(code, BPF_MOV, BPF_REG_1, (int32_t)interface);
        put_alu_constant(code, BPF_MOV, BPF_REG_2, 0);
        put(code, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_redirect);
    }
    put(code, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void write_program(struct code *code, const struct inject *inject, const struct plan *plan, bool received)
{
    put(code, BPF_LDX | BPF_W | BPF_MEM, BPF_REG_2, BPF_REG_1, offsetof(struct xdp_md, data), 0);
    put(code, BPF_LDX | BPF_W | BPF_MEM, BPF_REG_3, BPF_REG_1, offsetof(struct xdp_md, data_end), 0);
    put_alu(code, BPF_MOV, BPF_REG_4, BPF_REG_2);
    put_alu_constant(code, BPF_ADD, BPF_REG_4, (int32_t)inject->length);
    /* The verifier wants to see that the frame is long enough. */
    put(code, BPF_JMP | BPF_JLE | BPF_X, BPF_REG_4, BPF_REG_3, 2, 0);
    put_alu_constant(code, BPF_MOV, BPF_REG_0, XDP_ABORTED);
    put(code, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
    /* r0: the number of this packet; the counter holds the next one's. */
    put_wide(code, BPF_REG_5, BPF_PSEUDO_MAP_VALUE, (uint32_t)inject->counter, 0);
    put(code, BPF_LDX | BPF_DW | BPF_MEM, BPF_REG_0, BPF_REG_5, 0, 0);
    put_alu(code, BPF_MOV, BPF_REG_4, BPF_REG_0);
    put_alu_constant(code, BPF_ADD, BPF_REG_4, 1);
    put(code, BPF_STX | BPF_DW | BPF_MEM, BPF_REG_5, BPF_REG_4, 0, 0);
    /* r0: its word. */
    put_constant(code, BPF_REG_1, plan->seed);
    put_alu(code, BPF_ADD, BPF_REG_0, BPF_REG_1);
    put_fold(code, 30);
    put_times(code, PLAN_MIX_FIRST);
    put_fold(code, 27);
    put_times(code, PLAN_MIX_SECOND);
    put_fold(code, 31);
    put_alu(code, BPF_MOV, BPF_REG_1, BPF_REG_0);
    put_port(code, plan, BPF_REG_1, PLAN_SOURCE_AT);
    put_alu_constant(code, BPF_RSH, BPF_REG_0, 16);
    put_port(code, plan, BPF_REG_0, PLAN_SOURCE_AT + 2);
    put_end(code, inject->interface, received);
}

static int make_counter(uint64_t first)
{
    union bpf_attr create = {
        .map_type = BPF_MAP_TYPE_ARRAY, .key_size = sizeof(uint32_t), .value_size = sizeof(uint64_t), .max_entries = 1};
    int counter = bpf(BPF_MAP_CREATE, &create);
    uint32_t key = 0;
    union bpf_attr set = {.map_fd = (uint32_t)counter, .key = address(&key), .value = address(&first)};
    if (counter >= 0 && bpf(BPF_MAP_UPDATE_ELEM, &set) < 0) {
        close(counter);
        return -1;
    }
    return counter;
}

bool inject_open(struct inject *inject, const struct plan *plan, unsigned interface, bool received, uint64_t first)
{
    *inject = (struct inject){.program = -1, .interface = interface, .counter = make_counter(first)};
    if (inject->counter < 0)
        return false;
    inject->length = (uint32_t)plan_packet(plan, first, inject->frame);
    struct code code = {.length = 0};
    write_program(&code, inject, plan, received);
    static const char license[] = "Dual BSD/GPL";
    union bpf_attr load = {.prog_type = BPF_PROG_TYPE_XDP,
                           .insns = address(code.insn),
                           .insn_cnt = code.length,
                           .license = address(license)};
    inject->program = bpf(BPF_PROG_LOAD, &load);
    if (inject->program >= 0)
        return true;
    inject_close(inject);
    return false;
}

bool inject_run(struct inject *inject, uint32_t count)
{
    struct xdp_md context = {.data_end = inject->length, .ingress_ifindex = inject->interface};
    union bpf_attr run = {0};
    run.test.prog_fd = (uint32_t)inject->program;
    run.test.data_in = address(inject->frame);
    run.test.data_size_in = inject->length;
    run.test.ctx_in = address(&context);
    run.test.ctx_size_in = sizeof(context);
    run.test.repeat = count;
    run.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
    run.test.batch_size = BATCH;
    return bpf(BPF_PROG_TEST_RUN, &run) >= 0;
}

void inject_close(struct inject *inject)
{
    int error = errno;
    if (inject->program >= 0)
        close(inject->program);
    if (inject->counter >= 0)
        close(inject->counter);
    errno = error;
}
