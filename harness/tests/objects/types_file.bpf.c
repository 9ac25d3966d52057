// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* types_file: no program at all: its BTF is what types_elsewhere.ini names. */
#include "types_file.h"

const struct exec_record *unused_record __attribute__((unused));
