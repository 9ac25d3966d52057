/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/debian.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/text_end.h"
#include "base/version.h"
#include "host/source/apt.h"
#include "host/source/kernel_words.h"
#include "host/source/package_index.h"
#include "host/source/version_span.h"

/* ---- flavours ---- */

/* A release ends in "-", one of these, "-" and Debian's name of the architecture; the first is called as that is. */
static const char *const flavours[] = {NULL, "cloud", "rt"};
enum { FLAVOUR_COUNT = sizeof(flavours) / sizeof(flavours[0]), PAGE_SIZES_MAX = 4 };

/* After those come the kernels with pages of another size: "6.12.95+deb13-ARCH-16k". */
static const char *flavour_at(const struct arch *arch, size_t index)
{
	if (index >= FLAVOUR_COUNT)
		return arch->page_sizes[index - FLAVOUR_COUNT];
	return flavours[index] ? flavours[index] : arch->deb;
}

static char *ending_at(const struct arch *arch, size_t index)
{
	if (index >= FLAVOUR_COUNT)
		return xasprintf("-%s-%s", arch->deb, arch->page_sizes[index - FLAVOUR_COUNT]);
	return xasprintf("-%s%s%s", index ? flavours[index] : "", index ? "-" : "", arch->deb);
}

static bool is_flavour(const struct arch *arch, const char *name)
{
	const char *found;

	for (size_t i = 0; (found = flavour_at(arch, i)); i++)
		if (!strcmp(found, name))
			return true;
	return false;
}

/* Which of them it is, or -1. */
static int flavour_index(const struct arch *arch, const char *release)
{
	size_t longest = 0;
	int found = -1;

	for (size_t i = 0; flavour_at(arch, i); i++) {
		cleanup_free char *ending = ending_at(arch, i);

		if (strlen(ending) <= longest || !text_ends_with(release, ending))
			continue;
		longest = strlen(ending);
		found = (int)i;
	}
	return found;
}

const char *debian_flavour(const struct arch *arch, const char *release)
{
	int found = flavour_index(arch, release);

	return found < 0 ? NULL : flavour_at(arch, (size_t)found);
}

/* "cloud-ARCH": made once, for names outlive who asks for them. */
static const char *full_name(const struct arch *arch, const char *name)
{
	static char *made[ARCH_MAX][FLAVOUR_COUNT + PAGE_SIZES_MAX];
	size_t i = 0;

	if (arch == arch_default() || name == arch->deb)
		return name;
	while (flavour_at(arch, i) != name)
		i++;
	if (!made[arch_index(arch)][i])
		made[arch_index(arch)][i] = xasprintf("%s-%s", name, arch->deb);
	return made[arch_index(arch)][i];
}

static const char *flavour(const char *release)
{
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++) {
		const char *found = debian_flavour(arch, release);

		if (found)
			return full_name(arch, found);
	}
	return "";
}

static const struct arch *arch_of(const char *release)
{
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++)
		if (debian_flavour(arch, release))
			return arch;
	return arch_default();
}

/* As people list them. */
static char *flavour_names(const struct arch *arch)
{
	struct buf text = {0};

	for (size_t i = 0; flavour_at(arch, i); i++)
		buf_printf(&text, "%s%s", !i ? "" : flavour_at(arch, i + 1) ? ", " : " or ", flavour_at(arch, i));
	return buf_steal(&text);
}

/* ---- what rows say ---- */

enum wish_kind {
	WISH_NONE,
	WISH_VERSION, /* "6.1" with a flavour: the newest package of that version */
	WISH_NEWEST,  /* "newest" with a flavour: the newest version there is */
	WISH_RELEASE, /* "6.12.95+deb12-cloud-amd64": exactly this one */
	WISH_SPAN,    /* several versions, with a flavour (version_span.h) */
};

static bool is_release(const char *text)
{
	return isdigit((unsigned char)*text) && strchr(text, '.') && strchr(text, '-') && io_is_plain_name(text);
}

static enum wish_kind wish_kind(const char *spec)
{
	if (!strcmp(spec, "newest"))
		return WISH_NEWEST;
	if (version_span_is(spec))
		return WISH_SPAN;
	if (version_numbers(spec) == 2)
		return WISH_VERSION;
	return is_release(spec) ? WISH_RELEASE : WISH_NONE;
}

static int no_kernel(const struct arch *arch, const char *spec, struct error *err)
{
	if (version_numbers(spec) > 2)
		return error_usage(
		        err,
		        "'%.80s' has no flavour; expected MAJOR.MINOR FLAVOUR (6.1 cloud) or a full release (6.12.95+deb12-cloud-%s)",
		        spec, arch->deb);
	return error_usage(
	        err,
	        "'%.80s' names no kernel; expected a version (6.1 cloud), 'newest', a full release (6.12.95+deb12-cloud-%s) or a path with a '/' (./vmlinuz)",
	        spec, arch->deb);
}

static int read_words(const struct arch *arch, const char *const *words, size_t count, size_t *fault, struct error *err)
{
	enum wish_kind kind = wish_kind(words[0]);
	bool series = kind == WISH_VERSION && count > 1 && !strcmp(words[1], "*");
	cleanup_free char *names = NULL;

	*fault = 0;
	if (kind == WISH_NONE)
		return no_kernel(arch, words[0], err);
	if (kind == WISH_RELEASE) {
		if (debian_flavour(arch, words[0]))
			return 1;
		return error_usage(err, "release '%.80s' is not for %s; expected one that ends in -%s", words[0],
		                   arch->name, arch->deb);
	}
	*fault = series ? 2 : 1;
	if (count > *fault && is_flavour(arch, words[*fault]))
		return (int)*fault + 1;
	names = flavour_names(arch);
	return error_usage(err, "%s%.80s%s after '%.80s'; expected a flavour: %s", count > *fault ? "'" : "",
	                   count > *fault ? words[*fault] : "nothing", count > *fault ? "'" : "", words[*fault - 1],
	                   names);
}

/* ---- versions ---- */

/* deb-version(7): what follows the last hyphen is the package's own revision. */
static size_t upstream_len(const char *version)
{
	const char *revision = strrchr(version, '-');

	return revision ? (size_t)(revision - version) : strlen(version);
}

/* ---- which kernel a row means ---- */

static bool fits(const struct kernel_package *k, const struct kernel_wish *wish)
{
	enum wish_kind kind = wish_kind(wish->spec);
	unsigned major, minor, want_major, want_minor;
	const char *found;

	if (kind == WISH_RELEASE)
		return !strcmp(k->release, wish->spec);
	found = debian_flavour(wish->arch, k->release);
	if (!found || strcmp(found, wish->flavour))
		return false;
	if (kind == WISH_NEWEST)
		return true;
	if (kind == WISH_SPAN) {
		cleanup_free char *upstream = xstrndup(k->version, upstream_len(k->version));

		return version_span_has(wish->spec, upstream);
	}
	return !version_parse(k->version, &major, &minor) && !version_parse(wish->spec, &want_major, &want_minor) &&
	       major == want_major && minor == want_minor;
}

/* What a kernel is called in the wish's own terms. */
static char *name_for(const struct kernel_package *k, enum wish_kind kind)
{
	unsigned major = 0, minor = 0;

	if (kind == WISH_RELEASE)
		return xstrdup(k->release);
	version_parse(k->version, &major, &minor);
	return xasprintf("%u.%u", major, minor);
}

static int name_order(const void *a, const void *b)
{
	return version_compare(*(char *const *)a, *(char *const *)b);
}

/* Flavours that the wish's version does exist in. */
static void other_flavours_add(const struct kernel_source *self, const struct kernel_index *index,
                               const struct kernel_wish *wish, struct buf *text)
{
	size_t found = 0;

	for (size_t i = 0; flavour_at(wish->arch, i); i++) {
		const struct kernel_wish other = {wish->arch, wish->spec, flavour_at(wish->arch, i)};

		if (source_find(self, index, &other, NULL))
			buf_printf(text, "%s%s", found++ ? ", " : "; that version exists as ", other.flavour);
	}
}

static void explain(const struct kernel_source *self, const struct kernel_index *index, const struct kernel_wish *wish,
                    struct error *err)
{
	enum wish_kind kind = wish_kind(wish->spec);
	const char *named = kind == WISH_RELEASE ? debian_flavour(wish->arch, wish->spec) : wish->flavour;
	const char *wanted = named ? named : "";
	cleanup_buf struct buf hint = {0};
	cleanup_strings struct strings names = {0};

	for (size_t i = 0; i < index->count; i++) {
		const char *found = debian_flavour(wish->arch, index->kernels[i].release);
		cleanup_free char *name = name_for(&index->kernels[i], kind);

		if (!index->kernels[i].gone && found && !strcmp(found, wanted))
			strings_add_once(&names, name);
	}
	if (names.count) {
		qsort(names.at, names.count, sizeof(*names.at), name_order);
		buf_puts(&hint, "; the nearest are ");
		kernel_words_nearest(&names, wish->spec, &hint);
	}
	if (kind == WISH_VERSION)
		other_flavours_add(self, index, wish, &hint);
	if (kind == WISH_RELEASE)
		error_usage(err, "the mirror has no kernel of release %s%s", wish->spec, buf_str(&hint));
	else
		error_usage(err, "the mirror has no kernel %s %s%s%s%s", wish->spec, wish->flavour,
		            wish->arch == arch_default() ? "" : " for ",
		            wish->arch == arch_default() ? "" : wish->arch->deb, buf_str(&hint));
}

/* ---- the index ---- */

static int nothing_came(const char *mirror, const struct strings *complaints, struct error *err)
{
	return error_set(err, EIO, "no index of kernel packages from %s: %s%s", mirror,
	                 complaints->count ? "apt says: " : "",
	                 complaints->count ? complaints->at[0]
	                                   : "it has no suite of Debian; set DEBIAN_MIRROR to a mirror of Debian");
}

static int refresh(const struct kernel_source *self, const char *dir, const struct arch *arch,
                   struct kernel_index *index, struct error *err)
{
	struct package_scan scan = {0};
	struct paragraphs reader = {.take = package_scan_take, .ctx = &scan};
	cleanup_free char *mirror = NULL;
	cleanup_strings struct strings complaints = {0};
	int rc = apt_read_lists(dir, APT_PACKAGES, arch, &reader, &mirror, &complaints, err);

	(void)self;
	*index = (struct kernel_index){0};
	if (!rc) {
		package_index_build(&scan, arch, index);
		for (size_t i = 0; i < complaints.count; i++)
			kernel_index_add_gap(index, complaints.at[i]);
		if (!index->count)
			rc = nothing_came(mirror, &complaints, err);
	}
	paragraphs_free(&reader);
	package_scan_free(&scan);
	if (rc)
		kernel_index_free(index);
	return rc;
}

static bool serves(const struct kernel_source *self, const struct kernel_index *index)
{
	const char *given = apt_mirror_given();

	(void)self;
	for (size_t i = 0; given && i < index->count; i++)
		if (!strncmp(index->kernels[i].image.uri, given, strlen(given)))
			return true;
	return !given;
}

const struct kernel_source debian_source = {
        .name = "debian",
        .listing = "the index of Debian's kernel packages",
        .directory = "apt",
        .read_words = read_words,
        .several = version_span_is,
        .flavour = flavour,
        .arch = arch_of,
        .compare = version_compare,
        .upstream_len = upstream_len,
        .refresh = refresh,
        .serves = serves,
        .fits = fits,
        .explain = explain,
        .fetch = apt_fetch,
};
