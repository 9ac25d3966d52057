/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_age: what a libbpf says that is older than the object. It sounds like a mistake of the object's, or like a
 * lack of the kernel's; one table has the texts, and since which version there is no such text. Pure.
 */
#ifndef COREMATRIX_HOST_JUDGE_LOADER_AGE_H
#define COREMATRIX_HOST_JUDGE_LOADER_AGE_H

#include <stdbool.h>

#include "host/judge/classify.h"
#include "host/judge/log_text.h"

/* "1.5" for "kprobe.session/vfs_read"; NULL for what libbpf 1.0 knew, and for what none does. */
const char *loader_age_since(const char *section);

/*
 * Whether a failure in `phase`, of which `reason` and `log` tell, is due to the age of `libbpf` ("1.1.2"; NULL: not
 * known, then the texts must be proof by themselves). True with `out` filled.
 */
bool loader_age_explains(enum cell_phase phase, struct span reason, struct span log, const char *libbpf,
                         struct rejection *out);

#endif
