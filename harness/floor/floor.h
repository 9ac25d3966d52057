/* SPDX-License-Identifier: BSD-2-Clause */
/* floor: what host and floor.S agree on. Included from assembler: definitions only. */
#ifndef COREMATRIX_FLOOR_FLOOR_H
#define COREMATRIX_FLOOR_FLOOR_H

/* Written to isa-debug-exit by the floor's init; no status that QEMU ends with by itself comes of it. */
#define FLOOR_EXIT_CODE 42

#endif
