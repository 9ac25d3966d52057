// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* verified_too_many: the verifier gives up after a million instructions. */
#define STEPS 100000
#include "verified.h"
