/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bisect/bisect_search.h"

static int pick_suspect(const enum bisect_state *states, size_t count, const bool *suspects)
{
	for (size_t i = 0; suspects && i < count; i++)
		if (suspects[i] && states[i] == BISECT_UNKNOWN)
			return (int)i;
	return -1;
}

int bisect_search(enum bisect_state *states, size_t count, const bool *suspects, size_t probes, bisect_measure measure,
                  void *ctx, struct error *err)
{
	int rc = 0;

	while (!rc) {
		size_t good, bad;
		int next = bisect_pick(states, count, &good, &bad);

		next = next < 0 ? bisect_pick_change(states, count) : next;
		next = next < 0 ? pick_suspect(states, count, suspects) : next;
		if (next < 0 && probes) {
			probes--;
			next = bisect_pick_probe(states, count);
		}
		if (next < 0)
			break;
		rc = measure(ctx, (size_t)next, &states[next], err);
	}
	return rc;
}

size_t bisect_changes(const enum bisect_state *states, size_t count, struct bisect_change *changes)
{
	size_t found = 0, last = 0;

	for (size_t i = 1; i < count; i++) {
		if (states[i] != BISECT_GOOD && states[i] != BISECT_BAD)
			continue;
		if (states[i] != states[last])
			changes[found++] = (struct bisect_change){last, i};
		last = i;
	}
	return found;
}
