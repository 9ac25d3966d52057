/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A second opinion on what loads: plain libbpf and nothing of corematrix. For each object it is given, it says in one
 * line of JSON whether the object opens and loads as a whole, and if it does not, whether each of its programs does
 * with all others off. Run in the guests by `corematrix run --loader`; harness/tests/opinions.sh compares what it says
 * with what the agent said. Usage: independent_loader OBJECT...; ends with 0 when every object was tried, whatever came
 * of it.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/libbpf.h>

/* Path, section and program names come from the command line and from objects: any byte. */
static void print_string(const char *s)
{
	putchar('"');
	for (; *s; s++)
		if (*s == '"' || *s == '\\' || (unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e)
			printf("\\u%04x", (unsigned char)*s);
		else
			putchar(*s);
	putchar('"');
}

/* Pinned maps of one try would be found, and reused, by the next. */
static void discard(struct bpf_object *obj)
{
	bpf_object__unpin_maps(obj, NULL);
	bpf_object__close(obj);
}

static struct bpf_object *open_object(const char *path, int *err)
{
	struct bpf_object *obj = bpf_object__open_file(path, NULL);

	*err = (int)libbpf_get_error(obj);
	return *err ? NULL : obj;
}

/* 0, or the negative errno of the load of `only` with every other program off. */
static int load_one(const char *path, const char *only)
{
	struct bpf_program *prog;
	struct bpf_object *obj;
	int err;

	obj = open_object(path, &err);
	if (!obj)
		return err;
	bpf_object__for_each_program(prog, obj) if (strcmp(bpf_program__name(prog), only))
	        bpf_program__set_autoload(prog, false);
	err = bpf_object__load(obj);
	discard(obj);
	return err;
}

static void print_programs(const char *path, struct bpf_object *obj, bool refused)
{
	const char *comma = "";
	struct bpf_program *prog;

	printf(", \"programs\": [");
	bpf_object__for_each_program(prog, obj)
	{
		bool wanted = bpf_program__autoload(prog);
		int err = wanted && refused ? load_one(path, bpf_program__name(prog)) : 0;

		printf("%s{\"name\": ", comma);
		print_string(bpf_program__name(prog));
		printf(", \"autoload\": %s, \"loaded\": %s, \"errno\": %d}", wanted ? "true" : "false",
		       wanted && !err ? "true" : "false", -err);
		comma = ", ";
	}
	putchar(']');
}

static void try_object(const char *path)
{
	struct bpf_object *obj;
	int err, load = 0;

	printf("{\"path\": ");
	print_string(path);
	obj = open_object(path, &err);
	printf(", \"opened\": %s, \"open_errno\": %d", obj ? "true" : "false", -err);
	if (obj) {
		/* The first object stays unloaded: its list of programs is walked while others are loaded. */
		struct bpf_object *whole = open_object(path, &load);

		if (whole) {
			load = bpf_object__load(whole);
			discard(whole);
		}
		printf(", \"loaded\": %s, \"load_errno\": %d", load ? "false" : "true", -load);
		print_programs(path, obj, load);
		bpf_object__close(obj);
	} else {
		printf(", \"loaded\": false, \"load_errno\": 0, \"programs\": []");
	}
	puts("}");
}

int main(int argc, char **argv)
{
	int status, failures = 0;
	pid_t pid;

	libbpf_set_print(NULL);
	for (int i = 1; i < argc; i++) {
		fflush(stdout);
		/* An object can crash libbpf: it takes no other with it. */
		pid = fork();
		if (!pid) {
			try_object(argv[i]);
			return fflush(stdout) ? 1 : 0;
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status) {
			printf("{\"path\": ");
			print_string(argv[i]);
			puts(", \"crashed\": true}");
			failures++;
		}
	}
	return argc < 2 || failures || fflush(stdout);
}
