/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * No capability is left, or one where root's user stays because of files (capabilities(7), libcap-ng).
 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "steps.h"

#if GUARD_HAVE_CAP_NG
#include <cap-ng.h>
#endif

struct capabilities {
    bool any;       /* there is a permitted one */
    bool set_bound; /* CAP_SETPCAP is effective */
};

static struct capabilities look(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    struct capabilities found = {.any = true};
    if (syscall(SYS_capget, &header, data) != 0)
        return found;
    found.any = (data[0].permitted | data[1].permitted) != 0;
    found.set_bound = (data[0].effective & (1U << CAP_SETPCAP)) != 0;
    return found;
}

void ps_guard_capability_bounds(struct guard *guard)
{
    struct capabilities has = look();
    if (!has.any) {
        ps_guard_note(guard, GUARD_BOUNDS, GUARD_NEEDLESS, "there are no capabilities to bound");
        return;
    }
#if GUARD_HAVE_CAP_NG
    if (!has.set_bound) {
        ps_guard_note(guard, GUARD_BOUNDS, GUARD_NEEDLESS, "only CAP_SETPCAP could; no program can be started anyway");
        return;
    }
    capng_clear(CAPNG_SELECT_BOUNDS);
    if (capng_apply(CAPNG_SELECT_BOUNDS) == 0)
        ps_guard_note(guard, GUARD_BOUNDS, GUARD_DONE, "empty");
    else
        ps_guard_note(guard, GUARD_BOUNDS, GUARD_MISSING, "the bounding set cannot be emptied: %s", strerror(errno));
#else
    ps_guard_note(guard, GUARD_BOUNDS, GUARD_MISSING, "this program was built without libcap-ng");
#endif
}

#if GUARD_HAVE_CAP_NG
static const char *kept_name(const struct guard *guard)
{
    if (guard->keeps_override)
        return "only CAP_DAC_OVERRIDE, for the files that are named";
    return guard->keeps_search ? "only CAP_DAC_READ_SEARCH, for the captures that are named" : "none";
}

static int drop(const struct guard *guard)
{
    const capng_type_t active = CAPNG_EFFECTIVE | CAPNG_PERMITTED;
    const bool keeps = guard->keeps_override || guard->keeps_search;
    const unsigned kept = guard->keeps_override ? CAP_DAC_OVERRIDE : CAP_DAC_READ_SEARCH;
    if (capng_get_caps_process() != 0)
        return -1;
    const bool has = capng_have_capability(CAPNG_PERMITTED, kept);
    capng_clear(CAPNG_SELECT_CAPS);
    capng_clear(CAPNG_SELECT_AMBIENT);
    if (keeps && has && capng_update(CAPNG_ADD, active, kept) != 0)
        return -1;
    return capng_apply(CAPNG_SELECT_CAPS) != 0 || capng_apply(CAPNG_SELECT_AMBIENT) != 0 ? -1 : 0;
}
#endif

void ps_guard_capabilities(struct guard *guard)
{
    if (!look().any) {
        ps_guard_note(guard, GUARD_CAPABILITIES, GUARD_DONE, "none");
        return;
    }
#if GUARD_HAVE_CAP_NG
    bool nothing = !guard->keeps_override && !guard->keeps_search;
    if (drop(guard) == 0 && !(nothing && look().any))
        ps_guard_note(guard, GUARD_CAPABILITIES, GUARD_DONE, "%s", kept_name(guard));
    else
        ps_guard_note(guard, GUARD_CAPABILITIES, GUARD_MISSING, "they cannot be cleared: %s", strerror(errno));
#else
    ps_guard_note(guard, GUARD_CAPABILITIES, GUARD_MISSING, "this program was built without libcap-ng");
#endif
}
