// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* verified_100k: the verifier goes through 100,000 instructions. */
#define STEPS 9090
#include "verified.h"
