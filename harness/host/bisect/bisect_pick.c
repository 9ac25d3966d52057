/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bisect/bisect_pick.h"

/* The untried one next to the middle between `low` and `high`, -1: there is none. */
static int nearest(const enum bisect_state *states, size_t low, size_t high)
{
	size_t middle = low + (high - low) / 2;

	for (size_t off = 0; off <= high - low; off++) {
		if (middle + off < high && states[middle + off] == BISECT_UNKNOWN)
			return (int)(middle + off);
		if (middle >= low + off && states[middle - off] == BISECT_UNKNOWN)
			return (int)(middle - off);
	}
	return -1;
}

int bisect_pick(const enum bisect_state *states, size_t count, size_t *good, size_t *bad)
{
	for (*bad = 0; *bad + 1 < count && states[*bad] != BISECT_BAD; (*bad)++)
		;
	for (*good = *bad; *good && states[*good] != BISECT_GOOD; (*good)--)
		;
	return nearest(states, *good, *bad);
}

static bool is_measured(enum bisect_state s)
{
	return s == BISECT_GOOD || s == BISECT_BAD;
}

int bisect_pick_change(const enum bisect_state *states, size_t count)
{
	size_t last = 0;
	int next;

	for (size_t i = 1; i < count; i++) {
		if (!is_measured(states[i]))
			continue;
		if (states[i] != states[last] && (next = nearest(states, last, i)) >= 0)
			return next;
		last = i;
	}
	return -1;
}

int bisect_pick_probe(const enum bisect_state *states, size_t count)
{
	size_t begin = 0, widest = 0, low = 0;

	for (size_t i = 0; i < count; i++) {
		if (states[i] != BISECT_UNKNOWN) {
			begin = i;
		} else if (i - begin > widest) {
			widest = i - begin;
			low = begin;
		}
	}
	return widest ? nearest(states, low, low + widest + 1) : -1;
}
