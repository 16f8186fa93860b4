/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The clauses that all native readers share.
 */
#include "trouble.h"

void ps_trouble_note(struct ps_facts *facts, const struct ps_window *window, enum ps_window_state state, bool cut,
                     uint64_t offset, const char *what)
{
    const struct ps_stream *stream = window->stream;
    if (state == PS_WINDOW_END) {
        if (cut)
            ps_facts_damage(facts, offset, "ends inside %s", what);
        return;
    }
    struct ps_grouped before = ps_grouped(facts->input.packets_read);
    if (window->no_memory)
        ps_facts_damage(facts, offset, "needs more memory than there is behind packet %s", before.text);
    else if (stream->packing)
        ps_facts_damage(facts, offset, "has damaged %s data behind packet %s (%s)", stream->packing, before.text,
                        stream->trouble);
    else
        ps_facts_damage(facts, offset, "could not be read behind packet %s (%s)", before.text, stream->trouble);
}
