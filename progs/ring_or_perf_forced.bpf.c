// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The other way of ring_or_perf, forced by the ini: what a kernel before 5.8 would do.
#include "ring_or_perf.bpf.c"
