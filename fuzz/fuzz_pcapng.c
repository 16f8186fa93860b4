/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as a pcapng file.
 */
#include "capture_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_parser(ps_pcapng_create, data, size);
    return 0;
}
