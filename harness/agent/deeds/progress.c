/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/progress.h"

#include <string.h>
#include <sys/mman.h>

/* Of it only what is written to takes memory. */
#define ROOM (2u << 20)

struct progress {
	enum progress_step step;
	size_t len;
	char bytes[];
};

static struct progress own;
static struct progress *shared = &own;
static size_t room;

static const char *const words[PROGRESS_STEP_COUNT] = {
        [PROGRESS_LOAD] = "loading it",
        [PROGRESS_ATTACH] = "attaching it",
        [PROGRESS_DEEDS] = "whatever the harness does",
        [PROGRESS_EVENTS] = "taking its events",
        [PROGRESS_ITERATORS] = "reading its iterators",
        [PROGRESS_DETACH] = "detaching it",
        [PROGRESS_TELL] = "telling what came of it",
};

void progress_open(void)
{
	void *at = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return;
	shared = at;
	room = ROOM - sizeof(*shared);
}

void progress_clear(void)
{
	shared->step = PROGRESS_LOAD;
	shared->len = 0;
}

void progress_step(enum progress_step step)
{
	shared->step = step;
}

enum progress_step progress_at(void)
{
	return (unsigned)shared->step < PROGRESS_STEP_COUNT ? shared->step : PROGRESS_LOAD;
}

const char *progress_words(enum progress_step step)
{
	return words[step];
}

void progress_leave(const void *bytes, size_t len)
{
	shared->len = 0;
	if (len > room)
		return;
	memcpy(shared->bytes, bytes, len);
	shared->len = len;
}

const void *progress_left(size_t *len)
{
	*len = shared->len <= room ? shared->len : 0;
	return shared->bytes;
}
