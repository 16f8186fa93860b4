/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words for severities, evidence and outcomes, as reports print them.
 *
 * Keys of the machine-readable output: they never change. Knows no sentences.
 */
#include "portsniff/findings.h"

/* The word at `index`, "" when there is none. */
static const char *word(const char *const *words, unsigned count, unsigned index)
{
    return index < count ? words[index] : "";
}

const char *ps_severity_name(enum ps_severity severity)
{
    static const char *const words[] = {
        [PS_SEVERITY_NOTE] = "note",
        [PS_SEVERITY_WARNING] = "warning",
        [PS_SEVERITY_ALERT] = "alert",
    };
    return word(words, PS_SEVERITY_ALERT + 1, (unsigned)severity);
}

const char *ps_evidence_name(enum ps_evidence evidence)
{
    static const char *const words[PS_EVIDENCE_COUNT] = {
        [PS_EVIDENCE_HANDSHAKE] = "handshake", [PS_EVIDENCE_REQUEST] = "request",
        [PS_EVIDENCE_LISTENER] = "listener",   [PS_EVIDENCE_ICMP] = "icmp",
        [PS_EVIDENCE_MULTICAST] = "multicast", [PS_EVIDENCE_FAN_IN] = "fan-in",
        [PS_EVIDENCE_NAME] = "name",           [PS_EVIDENCE_CLASS] = "class",
        [PS_EVIDENCE_NUMBER] = "number",       [PS_EVIDENCE_PEERS] = "peers",
    };
    return word(words, PS_EVIDENCE_COUNT, (unsigned)evidence);
}

const char *ps_outcome_name(enum ps_outcome outcome)
{
    static const char *const words[PS_OUTCOME_COUNT] = {
        [PS_OUTCOME_ESTABLISHED] = "established",
        [PS_OUTCOME_CLOSED] = "closed",
        [PS_OUTCOME_RESET] = "reset",
        [PS_OUTCOME_REFUSED] = "refused",
        [PS_OUTCOME_UNANSWERED] = "unanswered",
        [PS_OUTCOME_HALF_OPEN] = "half-open",
        [PS_OUTCOME_ONE_WAY] = "one-way",
    };
    return word(words, PS_OUTCOME_COUNT, (unsigned)outcome);
}
