/* SPDX-License-Identifier: BSD-2-Clause */
/* floor: what the host and each architecture's floor_NAME.S agree on. Included from assembler: definitions only. */
#ifndef COREMATRIX_FLOOR_FLOOR_H
#define COREMATRIX_FLOOR_FLOOR_H

/* What the floor's init ends its guest with; no status that QEMU ends with by itself comes of it. */
#define FLOOR_EXIT_CODE 42

#endif
