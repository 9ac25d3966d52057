/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/apt_source.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

/* Suites that carry kernels. What a mirror has not, or not any more, is passed over. */
static const struct suite {
	const char *name;
	bool security;
} suites[] = {
        {"bullseye", false},         {"bullseye-updates", false},   {"bookworm", false},
        {"bookworm-updates", false}, {"bookworm-backports", false}, {"trixie", false},
        {"trixie-updates", false},   {"trixie-backports", false},   {"forky", false},
        {"forky-updates", false},    {"forky-backports", false},    {"sid", false},
        {"experimental", false},     {"bullseye-security", true},   {"bookworm-security", true},
        {"trixie-security", true},   {"forky-security", true},
};

/* Names a Debian release goes by in sources; a suffix such as -updates is cut off before. */
static const char *const releases[] = {
        "buster", "bullseye",  "bookworm",     "trixie",  "forky",    "duke",         "sid",
        "stable", "oldstable", "oldoldstable", "testing", "unstable", "experimental",
};

static bool is_release(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
		if (strlen(releases[i]) == len && !strncmp(releases[i], name, len))
			return true;
	return false;
}

/* 2: the path's last part is Debian's own name for the archive; 1: "debian" occurs in it; 0: it is somebody else's. */
static int mirror_rank(const char *base, size_t len, const char *own)
{
	cleanup_free char *text = xstrndup(base, len);
	const char *last = strrchr(text, '/');

	if (last && !strcmp(last + 1, own))
		return 2;
	return strcasestr(text, "debian") ? 1 : 0;
}

struct best {
	int rank;
	char *base;
};

static void consider(struct best *best, const char *base, size_t len, const char *own)
{
	int rank = mirror_rank(base, len, own);

	if (rank <= best->rank)
		return;
	free(best->base);
	*best = (struct best){rank, xstrndup(base, len)};
}

/* One line: 'URI/dists/SUITE/main/binary-ARCH/Packages.xz' NAME SIZE. */
static void uri_consider(const char *line, size_t len, struct best *debian, struct best *security)
{
	const char *end = line + len, *dists, *suite, *slash;
	size_t suite_len, stem;

	if (len < 2 || *line != '\'')
		return;
	line++;
	dists = memmem(line, (size_t)(end - line), "/dists/", 7);
	if (!dists)
		return;
	suite = dists + 7;
	slash = memchr(suite, '/', (size_t)(end - suite));
	if (!slash || (size_t)(end - slash) < 6 || strncmp(slash, "/main/", 6))
		return;
	suite_len = (size_t)(slash - suite);
	stem = (size_t)((const char *)memchr(suite, '-', suite_len)
	                        ? (const char *)memchr(suite, '-', suite_len) - suite
	                        : (ptrdiff_t)suite_len);
	if (!is_release(suite, stem))
		return;
	if (suite_len > 9 && !strncmp(slash - 9, "-security", 9))
		consider(security, line, (size_t)(dists - line), "debian-security");
	else
		consider(debian, line, (size_t)(dists - line), "debian");
}

void apt_mirrors_parse(const char *text, struct apt_mirrors *mirrors)
{
	struct best debian = {0}, security = {0};

	for (const char *at = text; *at;) {
		size_t len = strcspn(at, "\n");

		uri_consider(at, len, &debian, &security);
		at += len + (at[len] == '\n');
	}
	mirrors->debian = debian.base ? debian.base : xstrdup("");
	mirrors->security = security.base ? security.base : xstrdup("");
}

void apt_mirrors_free(struct apt_mirrors *mirrors)
{
	free(mirrors->debian);
	free(mirrors->security);
	*mirrors = (struct apt_mirrors){0};
}

char *apt_security_beside(const char *debian)
{
	const char *found = NULL;

	for (const char *at = debian; (at = strstr(at, "/debian")); at++)
		if (at[7] == '\0' || at[7] == '/' || at[7] == '-')
			found = at;
	if (!found)
		return xasprintf("%s-security", debian);
	return xasprintf("%.*s/debian-security%s", (int)(found - debian), debian, found + 7);
}

static const struct {
	const char *type, *target;
} lists[] = {
        [APT_PACKAGES] = {"deb", "Packages"},
        [APT_SOURCES] = {"deb-src", "Sources"},
};

const char *apt_lists_target(enum apt_lists what)
{
	return lists[what].target;
}

void apt_sources_write(const struct apt_mirrors *mirrors, const char *keyring, enum apt_lists what,
                       const struct arch *arch, struct buf *out)
{
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		const char *base = suites[i].security ? mirrors->security : mirrors->debian;

		if (!*base)
			continue;
		buf_printf(out, "Types: %s\nURIs: %s\nSuites: %s\nComponents: main\n", lists[what].type, base,
		           suites[i].name);
		if (what == APT_PACKAGES)
			buf_printf(out, "Architectures: %s\n", arch->deb);
		/* Nothing else, whatever the system's apt is set up to bring. */
		buf_printf(out, "Targets: %s\n", lists[what].target);
		if (*keyring)
			buf_printf(out, "Signed-By: %s\n", keyring);
		buf_putc(out, '\n');
	}
}

void apt_sources_lists(const char *sources, enum apt_lists what, const struct arch *arch, struct strings *keys)
{
	static const char field[] = "Components:";

	for (const char *line = sources; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		cleanup_free char *text = NULL;
		char *at, *word;

		if (strncasecmp(line, field, strlen(field)) != 0)
			continue;
		at = text = xstrndup(line + strlen(field), strcspn(line + strlen(field), "\r\n"));
		while ((word = strsep(&at, " \t"))) {
			cleanup_free char *key = what == APT_PACKAGES
			                                 ? xasprintf("%s/binary-%s/Packages", word, arch->deb)
			                                 : xasprintf("%s/source/Sources", word);

			if (*word)
				strings_add_once(keys, key);
		}
	}
}

static bool contains(const char *line, size_t len, const char *text)
{
	return memmem(line, len, text, strlen(text)) != NULL;
}

void apt_complaints_parse(const char *text, struct strings *complaints)
{
	for (const char *at = text; *at;) {
		size_t len = strcspn(at, "\n");
		bool is_error = !strncmp(at, "E: ", 3), is_warning = !strncmp(at, "W: ", 3);

		if ((is_error && !contains(at, len, "does not have a Release file")) ||
		    (is_warning && (contains(at, len, "Failed to fetch") || contains(at, len, "GPG error")))) {
			cleanup_free char *line = xstrndup(at + 3, len - 3);

			strings_add(complaints, line);
		}
		at += len + (at[len] == '\n');
	}
}

char *apt_mirror_list_first(const char *text)
{
	for (const char *at = text; *at;) {
		size_t len = strcspn(at, "\n"), blank = strspn(at, " \t"), word = strcspn(at + blank, " \t\r\n#");

		if (word)
			return xstrndup(at + blank, word);
		at += len + (at[len] == '\n');
	}
	return NULL;
}
