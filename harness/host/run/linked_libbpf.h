/* SPDX-License-Identifier: BSD-2-Clause */
/* linked_libbpf: which libbpf is part of this program: that of its predictions, and of the agent that it carries. */
#ifndef COREMATRIX_HOST_RUN_LINKED_LIBBPF_H
#define COREMATRIX_HOST_RUN_LINKED_LIBBPF_H

/* "1.7.0" */
const char *linked_libbpf(void);

#endif
