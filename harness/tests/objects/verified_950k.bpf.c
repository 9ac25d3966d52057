// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* verified_950k: the verifier goes through 950,000 of a million instructions, with 300 MB of states. */
#define STEPS 30600
#define KEPT
#include "verified.h"
