// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * struct_ops_unused: a TCP congestion control of its own, which is registered, and which no connection asks for.
 *
 * Control: what loads and registers is not yet at work.
 */
#include "struct_ops.bpf.c"
