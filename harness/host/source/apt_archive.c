/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/apt_archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/version.h"
#include "host/source/apt.h"
#include "host/source/archive_index.h"
#include "host/source/definition.h"
#include "host/source/kernel_words.h"
#include "host/source/version_span.h"
#include "host/source/package_scan.h"

/* ---- NAME.sources ---- */

/* What of an entry counts. Fields of apt that are not here change nothing of which kernels there are. */
enum field {
	FIELD_TYPES,
	FIELD_URIS,
	FIELD_SUITES,
	FIELD_COMPONENTS,
	FIELD_SIGNED_BY,
	FIELD_ENABLED,
	FIELD_UNSAFE,
	FIELD_COUNT,
};

static const struct {
	const char *name;
	enum field field;
} fields[] = {
        {"Types", FIELD_TYPES},         {"URIs", FIELD_URIS},
        {"Suites", FIELD_SUITES},       {"Components", FIELD_COMPONENTS},
        {"Signed-By", FIELD_SIGNED_BY}, {"Enabled", FIELD_ENABLED},
        {"Trusted", FIELD_UNSAFE},      {"Allow-Insecure", FIELD_UNSAFE},
        {"Allow-Weak", FIELD_UNSAFE},   {"Allow-Downgrade-To-Insecure", FIELD_UNSAFE},
};

struct entry {
	struct buf values[FIELD_COUNT];
	unsigned line; /* its first */
};

static void entry_free(struct entry *e)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		buf_free(&e->values[i]);
	*e = (struct entry){0};
}

static const char *value(const struct entry *e, enum field field)
{
	return buf_str(&e->values[field]) + strspn(buf_str(&e->values[field]), " \t");
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (!strcasecmp(text, *words))
			return true;
	return false;
}

static bool is_enabled(const struct entry *e)
{
	static const char *const no[] = {"no", "false", "without", "off", "disable", "0", NULL};

	return !is_one_of(value(e, FIELD_ENABLED), no) && strstr(value(e, FIELD_TYPES), "deb") &&
	       strcmp(value(e, FIELD_TYPES), "deb-src") != 0;
}

/* A keyring beside the definition, or where it says; a block of a key is passed on as it is. */
static int signed_by(const struct entry *e, const char *path, const char *directory, struct buf *out, struct error *err)
{
	const char *text = value(e, FIELD_SIGNED_BY);
	cleanup_free char *keyring = NULL;

	if (!*text)
		return error_usage(
		        err,
		        "%s:%u: no Signed-By; expected the keyring of those who sign it, a file beside this one or an absolute path",
		        path, e->line);
	if (strstr(text, "-----BEGIN PGP")) {
		buf_printf(out, "Signed-By: %s\n", text);
		return 0;
	}
	if (text[strcspn(text, " \t,\n")])
		return error_usage(err, "%s:%u: Signed-By: '%.200s'; expected one keyring file, without blanks", path,
		                   e->line, text);
	keyring = *text == '/' ? xstrdup(text) : xasprintf("%s/%s", directory, text);
	if (access(keyring, R_OK))
		return error_usage(err, "%s:%u: Signed-By: %s: %s", path, e->line, keyring, strerror(errno));
	buf_printf(out, "Signed-By: %s\n", keyring);
	return 0;
}

static int entry_write(const struct entry *e, const char *path, const char *directory, const struct arch *arch,
                       struct buf *out, struct error *err)
{
	static const char *const off[] = {"", "no", "false", "off", "0", NULL};

	if (!is_enabled(e))
		return 0;
	if (!is_one_of(value(e, FIELD_UNSAFE), off))
		return error_usage(err, "%s:%u: takes lists without a good signature; kernels are taken signed only",
		                   path, e->line);
	if (!*value(e, FIELD_URIS) || !*value(e, FIELD_SUITES))
		return error_usage(err, "%s:%u: an entry without URIs or Suites; expected both", path, e->line);
	buf_printf(out, "Types: deb\nURIs: %s\nSuites: %s\n", value(e, FIELD_URIS), value(e, FIELD_SUITES));
	if (*value(e, FIELD_COMPONENTS))
		buf_printf(out, "Components: %s\n", value(e, FIELD_COMPONENTS));
	buf_printf(out, "Architectures: %s\nTargets: %s\n", arch->deb, apt_lists_target(APT_PACKAGES));
	if (signed_by(e, path, directory, out, err))
		return -EINVAL;
	buf_putc(out, '\n');
	return 0;
}

/* "Name: value", or more of the value before. Returns the field it is of, FIELD_COUNT for one that does not count. */
static enum field take_line(struct entry *e, enum field last, const char *line)
{
	size_t name = strcspn(line, ":");

	if (*line == ' ' || *line == '\t') {
		if (last < FIELD_COUNT)
			buf_printf(&e->values[last], "\n%s", line);
		return last;
	}
	for (size_t i = 0; line[name] && i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strlen(fields[i].name) != name || strncasecmp(line, fields[i].name, name) != 0)
			continue;
		line += name + 1;
		line += strspn(line, " \t");
		buf_add(&e->values[fields[i].field], line, strcspn(line, "\r"));
		return fields[i].field;
	}
	return FIELD_COUNT;
}

int apt_archive_sources(const char *text, const char *path, const char *directory, const struct arch *arch,
                        struct buf *out, struct error *err)
{
	cleanup_free char *copy = xstrdup(text);
	char *at = copy, *line;
	struct entry e = {0};
	enum field last = FIELD_COUNT;
	unsigned number = 0;
	int rc = 0;

	while (!rc && (line = strsep(&at, "\n"))) {
		number++;
		if (*line == '#')
			continue;
		if (line[strspn(line, " \t\r")]) {
			e.line = e.line ? e.line : number;
			last = take_line(&e, last, line);
			continue;
		}
		rc = e.line ? entry_write(&e, path, directory, arch, out, err) : 0;
		entry_free(&e);
		last = FIELD_COUNT;
	}
	if (!rc && e.line)
		rc = entry_write(&e, path, directory, arch, out, err);
	entry_free(&e);
	if (!rc && !out->len)
		rc = error_usage(err, "%s: has no entry with Types: deb; expected one as sources.list(5) describes",
		                 path);
	return rc;
}

/* ---- the source ---- */

static const char *flavour(const char *release)
{
	return kernel_words_keep(archive_flavour(release));
}

/* "6.8.0-45.45~22.04.1" is "6.8.0-45.45", built for an older suite. */
static size_t upstream_len(const char *version)
{
	return strcspn(version, "~");
}

static int nothing_came(const struct kernel_source *self, const struct package_scan *scan,
                        const struct strings *complaints, struct error *err)
{
	if (complaints->count)
		return error_set(err, EIO, "%s: apt says: %s", self->definition, complaints->at[0]);
	return error_set(err, EIO, "%s: %s", self->definition,
	                 scan->count ? "none of its packages is a linux-image-RELEASE"
	                             : "apt read no list of it: there is no such suite");
}

static int refresh(const struct kernel_source *self, const char *dir, const struct arch *arch,
                   struct kernel_index *index, struct error *err)
{
	struct package_scan scan = {0};
	struct paragraphs reader = {.take = package_scan_take, .ctx = &scan};
	cleanup_free char *place = NULL, *directory = definition_directory(self->definition);
	cleanup_buf struct buf text = {0}, sources = {0};
	cleanup_strings struct strings complaints = {0};
	int rc = definition_read(self, &text, &place, err);

	*index = (struct kernel_index){0};
	rc = rc ? rc : apt_archive_sources(buf_str(&text), self->definition, directory, arch, &sources, err);
	rc = rc ? rc : apt_read_sources(dir, &sources, APT_PACKAGES, arch, &reader, &complaints, err);
	if (!rc) {
		archive_index_build(&scan, index);
		index->place = steal_ptr(place);
		for (size_t i = 0; i < complaints.count; i++)
			kernel_index_add_gap(index, complaints.at[i]);
		if (!index->count)
			rc = nothing_came(self, &scan, &complaints, err);
	}
	paragraphs_free(&reader);
	package_scan_free(&scan);
	if (rc)
		kernel_index_free(index);
	return rc;
}

const struct kernel_source apt_archive_source = {
        .read_words = kernel_words_read,
        .several = version_span_is,
        .flavour = flavour,
        .arch = kernel_words_arch,
        .compare = version_compare,
        .upstream_len = upstream_len,
        .refresh = refresh,
        .serves = definition_serves,
        .fits = kernel_words_fit,
        .explain = kernel_words_explain,
        .fetch = apt_fetch,
};
