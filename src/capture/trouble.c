/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The clauses that all native readers share.
 */
#include "trouble.h"

void ps_trouble_packing(struct ps_facts *facts, const struct ps_stream *stream, uint64_t offset)
{
    const struct ps_grouped before = ps_grouped(facts->input.packets_read);
    if (stream->memory_out)
        ps_facts_damage(facts, offset, "needs more memory to be unpacked than there is behind packet %s", before.text);
    else if (stream->too_large)
        ps_facts_damage(facts, offset, "cannot be unpacked behind packet %s (%s)", before.text, stream->trouble);
    else
        ps_facts_damage(facts, offset, "has damaged %s data behind packet %s (%s)", stream->packing, before.text,
                        stream->trouble);
}

void ps_trouble_stream(struct ps_facts *facts, const struct ps_window *window, uint64_t offset)
{
    const struct ps_stream *stream = window->stream;
    struct ps_grouped before = ps_grouped(facts->input.packets_read);
    if (window->no_memory)
        ps_facts_damage(facts, offset, "needs more memory than there is behind packet %s", before.text);
    else if (stream->packing)
        ps_trouble_packing(facts, stream, offset);
    else
        ps_facts_damage(facts, offset, "cannot be read behind packet %s (%s)", before.text, stream->trouble);
}

void ps_trouble_note(struct ps_facts *facts, const struct ps_window *window, enum ps_window_state state, bool cut,
                     uint64_t offset, const char *what)
{
    if (state != PS_WINDOW_END)
        ps_trouble_stream(facts, window, offset);
    else if (cut)
        ps_facts_damage(facts, offset, "ends inside %s", what);
}
