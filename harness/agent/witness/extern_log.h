/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * extern_log: which weak externs libbpf left at 0, told from its debug log: the kernel has no such function or
 * variable, and the object does without. Options of the kernel's configuration are externs too, but one that is off is
 * a value like any other. It looks at nothing but the text.
 *
 * Source of the line: libbpf 1.1 to 1.7, bpf_object__resolve_externs.
 */
#ifndef COREMATRIX_AGENT_WITNESS_EXTERN_LOG_H
#define COREMATRIX_AGENT_WITNESS_EXTERN_LOG_H

#include "base/buf.h"

/* Take what libbpf printed in one call; the name of such an extern is added to `names`, a blank between two. */
void extern_log_line(const char *text, struct buf *names);

#endif
