/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/call_target.h"

__attribute__((noipa)) long call_target(long first, long second)
{
	return first * 3 + second;
}
