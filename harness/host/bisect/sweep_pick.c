/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bisect/sweep_pick.h"

/* The untried one next to the middle between `low` and `high`; `high` when there is none. */
static size_t nearest(const int *kinds, size_t low, size_t high)
{
	size_t middle = low + (high - low) / 2;

	for (size_t off = 0; off < high - low; off++) {
		if (middle + off < high && kinds[middle + off] == SWEEP_UNKNOWN)
			return middle + off;
		if (middle > low + off && kinds[middle - off] == SWEEP_UNKNOWN)
			return middle - off;
	}
	return high;
}

/* The ends are the outermost ones that can be measured. */
static size_t pick_ends(const int *kinds, size_t count, size_t most, bool *next)
{
	size_t first = 0, last = count, picked = 0;

	while (first < count && kinds[first] == SWEEP_SKIPPED)
		first++;
	while (last > first && kinds[last - 1] == SWEEP_SKIPPED)
		last--;
	if (first == last)
		return 0;
	if (kinds[first] == SWEEP_UNKNOWN && picked < most) {
		next[first] = true;
		picked++;
	}
	if (last - 1 > first && kinds[last - 1] == SWEEP_UNKNOWN && picked < most) {
		next[last - 1] = true;
		picked++;
	}
	return picked;
}

size_t sweep_pick(const int *kinds, size_t count, size_t most, bool *next)
{
	size_t before = count, picked;

	for (size_t i = 0; i < count; i++)
		next[i] = false;
	picked = pick_ends(kinds, count, most, next);
	if (picked)
		return picked;
	for (size_t i = 0; i < count && picked < most; i++) {
		size_t between;

		if (kinds[i] < 0)
			continue;
		between = before < i && kinds[before] != kinds[i] ? nearest(kinds, before, i) : i;
		if (between < i) {
			next[between] = true;
			picked++;
		}
		before = i;
	}
	return picked;
}
