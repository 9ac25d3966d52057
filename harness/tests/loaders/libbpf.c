/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A loader on plain libbpf: loads and attaches the objects that it is given, those programs alone of one that is
 * refused as a whole, and waits until it is stopped; with -n first it attaches none, and ends by itself; with -p it
 * ends and leaves what it attached behind, as `bpftool prog loadall … autoattach` does. It shares no code with the
 * agent.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <bpf/libbpf.h>

/* Every program of `path` but those that `only` leaves out; NULL: all. */
static struct bpf_object *load(const char *path, const char *only)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;

	if (!object)
		return NULL;
	bpf_object__for_each_program(program, object)
	{
		if (only)
			bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), only));
	}
	if (!bpf_object__load(object))
		return object;
	bpf_object__close(object);
	return NULL;
}

static void load_alone(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;

	if (!object)
		return;
	bpf_object__for_each_program(program, object)
	{
		if (bpf_program__autoload(program))
			bpf_object__close(load(path, bpf_program__name(program)));
	}
	bpf_object__close(object);
}

#define PINNED "/sys/fs/bpf/"

static void attach(struct bpf_object *object, bool pins)
{
	struct bpf_program *program;
	char path[256];

	bpf_object__for_each_program(program, object)
	{
		struct bpf_link *link = bpf_program__autoload(program) ? bpf_program__attach(program) : NULL;

		snprintf(path, sizeof(path), PINNED "%s", bpf_program__name(program));
		if (link && pins && bpf_link__pin(link, path))
			printf("%s: is not pinned\n", path);
	}
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 && *argv[1] == '-' ? argv[1] : "";
	bool attaches = strcmp(how, "-n") != 0, pins = !strcmp(how, "-p"), waits = !*how;
	sigset_t stop;
	int signal;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	if (waits)
		sigprocmask(SIG_BLOCK, &stop, NULL);
	if (pins)
		mount("bpf", PINNED, "bpf", 0, NULL);
	for (int i = waits ? 1 : 2; i < argc; i++) {
		struct bpf_object *object = load(argv[i], NULL);

		printf("%s: %s\n", argv[i], object ? "loaded" : "refused");
		fflush(stdout);
		if (object && attaches)
			attach(object, pins);
		else if (!object)
			load_alone(argv[i]);
	}
	if (waits)
		sigwait(&stop, &signal);
	return 0;
}
