/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/side_by_side.h"

#include <pthread.h>
#include <stdatomic.h>

#define MAX_THREADS 64

struct crew {
	void (*one)(void *ctx, size_t index);
	void *ctx;
	size_t count;
	atomic_size_t next;
};

static void *take_turns(void *arg)
{
	struct crew *crew = arg;

	for (size_t i = atomic_fetch_add(&crew->next, 1); i < crew->count; i = atomic_fetch_add(&crew->next, 1))
		crew->one(crew->ctx, i);
	return NULL;
}

void side_by_side(size_t count, unsigned width, void (*one)(void *ctx, size_t index), void *ctx)
{
	struct crew crew = {.one = one, .ctx = ctx, .count = count};
	size_t started = 0;
	pthread_t threads[MAX_THREADS];

	/* the caller's is one of them */
	while (started < MAX_THREADS && started + 1 < width && started + 1 < count &&
	       !pthread_create(&threads[started], NULL, take_turns, &crew))
		started++;
	take_turns(&crew);
	while (started)
		pthread_join(threads[--started], NULL);
}
