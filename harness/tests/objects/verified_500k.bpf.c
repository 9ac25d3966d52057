// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* verified_500k: the verifier goes through 500,000 instructions. */
#define STEPS 45450
#include "verified.h"
