/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetcher: brings sources and kernels into the store, before there is a libbpf to link anything with. It ends with the
 * process that started it.
 *
 *   fetcher STORE source NAME [VERSION]           prints the upstream version, and the path of its upstream archive
 *   fetcher STORE kernels LIST MODULES GLOB...    of a list, those whose id matches; with modules, separated by commas
 *   fetcher STORE ahead LIST MODULES GLOB...      the same for somebody who needs them later: a failure is theirs to
 * tell
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/kernels/kernel_list.h"
#include "host/lib/strings.h"
#include "host/source/deb_src.h"
#include "host/store/store.h"

/* The upstream part of a package's version: no epoch, no revision. The caller frees it. */
static char *upstream(const char *version)
{
	const char *colon = strchr(version, ':'), *begin = colon ? colon + 1 : version, *dash = strrchr(begin, '-');

	return xstrndup(begin, dash ? (size_t)(dash - begin) : strlen(begin));
}

static int fetch_source(const char *store, char **args, size_t count, struct error *err)
{
	cleanup_deb_src struct deb_src package = {0};
	cleanup_free char *version = NULL;
	int rc = deb_src_fetch(store, args[0], count > 1 ? args[1] : NULL, &package, err);

	if (rc)
		return rc;
	version = upstream(package.version);
	printf("%s\n%s\n", version, package.archive);
	return 0;
}

static void split(const char *list, struct strings *names)
{
	cleanup_free char *copy = xstrdup(list);
	char *at = copy, *name;

	while ((name = strsep(&at, ",")))
		if (*name)
			strings_add(names, name);
}

static int fetch_kernels(const char *store, char **args, size_t count, struct error *err)
{
	cleanup_kernel_list struct kernel_list list = {0}, types = {0};
	cleanup_strings struct strings modules = {0};
	const struct store_options options = {.dir = store, .modules = &modules};
	struct store_kernel *kernels = NULL;
	size_t kernel_count = 0;
	int rc = store_list_open(&options, args[0], args + 2, count - 2, &list, &types, err);

	split(args[1], &modules);
	if (!rc && list.count)
		rc = store_prepare(&options, &list, &kernels, &kernel_count, err);
	store_kernels_free(kernels, kernel_count);
	return rc;
}

static const struct {
	const char *name;
	int (*run)(const char *store, char **args, size_t count, struct error *err);
	size_t least, most;
	bool silent;
} verbs[] = {
        {"source", fetch_source, 1, 2, false},
        {"kernels", fetch_kernels, 2, SIZE_MAX, false},
        {"ahead", fetch_kernels, 2, SIZE_MAX, true},
};

int main(int argc, char **argv)
{
	cleanup_error struct error err = {0};
	size_t count = argc > 3 ? (size_t)argc - 3 : 0;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (size_t i = 0; argc > 2 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[2], verbs[i].name) != 0 || count < verbs[i].least || count > verbs[i].most)
			continue;
		if (!verbs[i].run(argv[1], argv + 3, count, &err))
			return EXIT_AS_EXPECTED;
		if (!verbs[i].silent)
			fprintf(stderr, "corematrix: %s\n", err.text);
		return (int)err.status;
	}
	fputs("usage: fetcher STORE source NAME [VERSION] | kernels|ahead LIST MODULES [GLOB]...\n", stderr);
	return EXIT_USAGE;
}
