/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bisect/bisect_pick.h"

int bisect_pick(const enum bisect_state *states, size_t count, size_t *good, size_t *bad)
{
	size_t middle;

	for (*bad = 0; *bad + 1 < count && states[*bad] != BISECT_BAD; (*bad)++)
		;
	for (*good = *bad; *good && states[*good] != BISECT_GOOD; (*good)--)
		;
	middle = *good + (*bad - *good) / 2;
	for (size_t off = 0; off <= *bad - *good; off++) {
		if (middle + off < *bad && states[middle + off] == BISECT_UNKNOWN)
			return (int)(middle + off);
		if (middle >= *good + off && states[middle - off] == BISECT_UNKNOWN)
			return (int)(middle - off);
	}
	return -1;
}
