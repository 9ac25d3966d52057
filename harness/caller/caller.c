/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The caller: a subject that is linked with the release's own libc, as the programs of users are, and calls it with
 * arguments that nothing else here has. It comes into a guest with its libc and loader when an object asks for a probe
 * there. Everything else about a subject is as in the agent, of which it is no part.
 */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/deeds/action_result.h"
#include "agent/deeds/subject_image.h"
#include "agent/deeds/view.h"

#define HOST "127.0.0.47"
#define VARIABLE "COREMATRIX_CALLS"
#define FILE_NAME "/proc/self/comm"
enum { SIZE = 47110, MORE = 94220, ITEMS = 47, ITEM_SIZE = 1013, JUMP = 47 };

static struct view *call_view(struct action_result *out, uint64_t first, uint64_t second, uint64_t returned)
{
	struct view *v = scene_add(&out->scene);

	view_number(v, VIEW_ARG1, first);
	view_number(v, VIEW_ARG2, second);
	view_number(v, VIEW_RET, returned);
	return v;
}

/* What a compiler could do without the call, it leaves in place for this. */
static uint64_t address_of(const void *volatile pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

static void sized(struct view *v, uint64_t size, uint64_t address)
{
	view_number(v, VIEW_SIZE, size);
	view_number(v, VIEW_LEN, size);
	view_number(v, VIEW_ADDR, address);
}

static int call_memory(struct action_result *out)
{
	void *volatile first = malloc(SIZE), *volatile second = calloc(ITEMS, ITEM_SIZE), *volatile third;
	uint64_t before = address_of(first);
	struct view *v;

	third = first ? realloc(first, MORE) : NULL;
	if (!third || !second)
		return action_failed(out, "malloc");
	v = call_view(out, SIZE, 0, before);
	v->known &= ~(1ull << VIEW_ARG2); /* it has none */
	sized(v, SIZE, before);
	sized(call_view(out, ITEMS, ITEM_SIZE, address_of(second)), (uint64_t)ITEMS * ITEM_SIZE, address_of(second));
	sized(call_view(out, before, MORE, address_of(third)), MORE, address_of(third));
	free(second);
	v = scene_add(&out->scene);
	view_number(v, VIEW_ARG1, address_of(third));
	view_number(v, VIEW_ADDR, address_of(third));
	free(third);
	return 0;
}

static int call_names(struct action_result *out)
{
	const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	int rc = getaddrinfo(HOST, NULL, &numeric, &found);
	const struct hostent *entry = gethostbyname(HOST);
	struct view *v;

	if (rc || !entry)
		return action_failed(out, rc ? "getaddrinfo" : "gethostbyname");
	freeaddrinfo(found);
	v = scene_add(&out->scene);
	view_text(v, VIEW_HOST, HOST);
	view_number(v, VIEW_RET, 0);
	return 0;
}

static int call_jumps(struct action_result *out)
{
	static jmp_buf place;
	int came = setjmp(place);

	if (!came)
		longjmp(place, JUMP);
	call_view(out, address_of(&place), JUMP, (uint64_t)came);
	return came == JUMP ? 0 : action_failed(out, "longjmp");
}

static void *thread_body(void *mutex)
{
	pthread_mutex_lock(mutex);
	pthread_mutex_unlock(mutex);
	return mutex;
}

static int call_threads(struct action_result *out)
{
	static pthread_mutex_t mutex;
	void *returned = NULL;
	pthread_t thread;
	struct view *v;

	pthread_mutex_init(&mutex, NULL);
	errno = pthread_create(&thread, NULL, thread_body, &mutex);
	if (errno || (errno = pthread_join(thread, &returned)) || returned != &mutex)
		return action_failed(out, "pthread_create");
	pthread_mutex_destroy(&mutex);
	v = scene_add(&out->scene);
	view_number(v, VIEW_ARG1, address_of(&mutex));
	view_number(v, VIEW_ADDR, address_of(&mutex));
	return 0;
}

static int call_files(struct action_result *out)
{
	FILE *file = fopen(FILE_NAME, "r");
	char line[32];
	struct view *v;

	if (!file || !fgets(line, sizeof(line), file))
		return action_failed(out, "fopen");
	fclose(file);
	setenv(VARIABLE, "1", 1);
	v = scene_add(&out->scene);
	view_text(v, VIEW_PATH, FILE_NAME);
	view_number(v, VIEW_RET, address_of(getenv(VARIABLE)));
	return 0;
}

static void perform(enum action action, const char *directory, struct action_result *out)
{
	(void)directory;
	*out = (struct action_result){0};
	if (action != ACTION_LIBRARY) {
		errno = EINVAL;
		action_failed(out, "action");
	} else if (!call_memory(out) && !call_names(out) && !call_jumps(out) && !call_threads(out)) {
		call_files(out);
	}
	action_result_seal(out);
}

static int end(enum action action)
{
	(void)action;
	return 0;
}

int main(int argc, char **argv)
{
	static const struct subject_image image = {.perform = perform, .end = end};

	subject_image_run(argc, argv, &image);
	fputs("corematrix caller: a subject of corematrix's guests; run `corematrix run` instead\n", stderr);
	return 2;
}
