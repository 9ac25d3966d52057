/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch_source: brings a source package into the store, before there is a libbpf to link anything with.
 *
 *   fetch-source STORE NAME [VERSION]    prints the upstream version, and the path of its upstream archive
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/source/deb_src.h"

/* The upstream part of a package's version: no epoch, no revision. The caller frees it. */
static char *upstream(const char *version)
{
	const char *colon = strchr(version, ':'), *begin = colon ? colon + 1 : version, *dash = strrchr(begin, '-');

	return xstrndup(begin, dash ? (size_t)(dash - begin) : strlen(begin));
}

int main(int argc, char **argv)
{
	cleanup_deb_src struct deb_src package = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *version = NULL;

	if (argc < 3 || argc > 4) {
		fputs("usage: fetch-source STORE NAME [VERSION]\n", stderr);
		return EXIT_USAGE;
	}
	if (deb_src_fetch(argv[1], argv[2], argc > 3 ? argv[3] : NULL, &package, &err)) {
		fprintf(stderr, "corematrix: %s\n", err.text);
		return (int)err.status;
	}
	version = upstream(package.version);
	printf("%s\n%s\n", version, package.archive);
	return EXIT_AS_EXPECTED;
}
