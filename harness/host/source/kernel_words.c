/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/kernel_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/version.h"
#include "host/source/archive_index.h"
#include "host/source/version_span.h"

static const size_t nearest_count = 3;

enum wish_kind {
	WISH_NONE,
	WISH_RELEASE,
	WISH_VERSION,
	WISH_SPAN,
	WISH_NEWEST,
	WISH_DISTRIBUTION,
};

/* A release goes on after the three numbers of a kernel, "6.8.0-45-generic", or says so from two on, "6.12-arch1". */
static bool is_release(const char *text)
{
	return isdigit((unsigned char)*text) && strchr(text, '.') && version_numbers(text) != 2;
}

static enum wish_kind wish_kind(const char *spec)
{
	if (version_span_is(spec))
		return WISH_SPAN;
	if (!io_is_plain_name(spec))
		return WISH_NONE;
	if (!strcmp(spec, "newest"))
		return WISH_NEWEST;
	if (version_numbers(spec) == 2)
		return WISH_VERSION;
	return is_release(spec) ? WISH_RELEASE : WISH_DISTRIBUTION;
}

int kernel_words_read(const struct arch *arch, const char *const *words, size_t count, size_t *fault, struct error *err)
{
	enum wish_kind kind = wish_kind(words[0]);

	(void)arch;
	*fault = 0;
	if (kind == WISH_NONE)
		return error_usage(
		        err,
		        "'%.80s' names no kernel; expected a distribution or a version, each with a flavour (noble generic, 6.8 generic), 'newest' with one, or a full release",
		        words[0]);
	if (kind == WISH_RELEASE)
		return 1;
	*fault = kind == WISH_VERSION && count > 1 && !strcmp(words[1], "*") ? 2 : 1;
	if (count > *fault && io_is_plain_name(words[*fault]))
		return (int)*fault + 1;
	return error_usage(err, "%s%.80s%s after '%.80s'; expected a flavour, as its source calls it",
	                   count > *fault ? "'" : "", count > *fault ? words[*fault] : "nothing",
	                   count > *fault ? "'" : "", words[*fault - 1]);
}

/* ---- names ---- */

/* Whether `distribution`, of a name, is meant by what a row says: "noble" means "noble-updates" too. */
static bool is_meant(const char *distribution, size_t len, const char *wanted)
{
	size_t wanted_len = strlen(wanted);

	return len >= wanted_len && !strncmp(distribution, wanted, wanted_len) &&
	       (len == wanted_len || (wanted_len && distribution[wanted_len] == '-'));
}

/* The next of the names; NULL after the last. *slash is where its flavour begins, less one, and *end where it ends. */
static const char *name_next(const char *at, const char **slash, const char **end)
{
	if (!at || !*at)
		return NULL;
	*end = at + strcspn(at, ",");
	*slash = memchr(at, '/', (size_t)(*end - at));
	return *slash ? at : NULL;
}

static const char *after(const char *end)
{
	return *end ? end + 1 : end;
}

static bool is_named(const struct kernel_package *k, const char *distribution, const char *flavour)
{
	const char *slash, *end;

	for (const char *at = k->names; (at = name_next(at, &slash, &end)); at = after(end))
		if (strlen(flavour) == (size_t)(end - slash - 1) && !strncmp(flavour, slash + 1, strlen(flavour)) &&
		    is_meant(at, (size_t)(slash - at), distribution))
			return true;
	return false;
}

void kernel_words_name(struct kernel_package *k, const char *distribution, const char *flavour)
{
	cleanup_free char *name = xasprintf("%s/%s", distribution, flavour), *old = k->names;
	size_t len = strlen(name);

	for (const char *at = old; at && *at; at = after(at + strcspn(at, ",")))
		if (strcspn(at, ",") == len && !strncmp(at, name, len)) {
			(void)steal_ptr(old);
			return;
		}
	k->names = xasprintf("%s%s%s", old ? old : "", old ? "," : "", name);
}

/* ---- which kernel a row means ---- */

static char *version_of(const struct kernel_package *k)
{
	unsigned major = 0, minor = 0;

	version_parse(k->release, &major, &minor);
	return xasprintf("%u.%u", major, minor);
}

bool kernel_words_fit(const struct kernel_package *k, const struct kernel_wish *wish)
{
	cleanup_free char *version = NULL;

	switch (wish_kind(wish->spec)) {
	case WISH_RELEASE:
		return !strcmp(k->release, wish->spec);
	case WISH_DISTRIBUTION:
		return is_named(k, wish->spec, wish->flavour);
	case WISH_SPAN:
		return version_span_has(wish->spec, k->release) && is_named(k, "", wish->flavour);
	case WISH_NEWEST:
		return is_named(k, "", wish->flavour);
	case WISH_VERSION:
		version = version_of(k);
		return !strcmp(version, wish->spec) && is_named(k, "", wish->flavour);
	case WISH_NONE:
		break;
	}
	return false;
}

/* ---- what there is instead ---- */

static int by_version(const void *a, const void *b)
{
	return version_compare(*(char *const *)a, *(char *const *)b);
}

static void sort(struct strings *names)
{
	if (names->count)
		qsort(names->at, names->count, sizeof(*names->at), by_version);
}

void kernel_words_nearest(const struct strings *names, const char *spec, struct buf *text)
{
	size_t above = 0, first, last;

	while (above < names->count && version_compare(names->at[above], spec) < 0)
		above++;
	last = above < names->count ? above + 1 : names->count;
	first = last > nearest_count ? last - nearest_count : 0;
	if (last - first < nearest_count)
		last = first + nearest_count < names->count ? first + nearest_count : names->count;
	for (size_t i = first; i < last; i++)
		buf_printf(text, "%s%s", i == first ? "" : i + 1 == last ? " and " : ", ", names->at[i]);
}

/* All distributions that the index speaks of (flavours NULL), or all flavours of one ("": of any). */
static void add_names(const struct kernel_index *index, const char *distribution, struct strings *distributions,
                      struct strings *flavours)
{
	for (size_t i = 0; i < index->count; i++) {
		const char *slash, *end;

		if (index->kernels[i].gone)
			continue;
		for (const char *at = index->kernels[i].names; (at = name_next(at, &slash, &end)); at = after(end)) {
			cleanup_free char *first = xstrndup(at, (size_t)(slash - at));
			cleanup_free char *second = xstrndup(slash + 1, (size_t)(end - slash - 1));

			if (*first)
				strings_add_once(distributions, first);
			if (is_meant(first, strlen(first), distribution))
				strings_add_once(flavours, second);
		}
	}
	sort(distributions);
	sort(flavours);
}

static void list_add(const char *intro, const struct strings *names, struct buf *text)
{
	for (size_t i = 0; i < names->count; i++)
		buf_printf(text, "%s%s", i ? ", " : intro, names->at[i]);
}

/* Versions or releases of those with that flavour ("": of all). */
static void add_known(const struct kernel_index *index, const char *flavour, bool releases, struct strings *names)
{
	for (size_t i = 0; i < index->count; i++) {
		const struct kernel_package *k = &index->kernels[i];
		cleanup_free char *name = releases ? xstrdup(k->release) : version_of(k);

		if (!k->gone && (!*flavour || is_named(k, "", flavour)))
			strings_add_once(names, name);
	}
	sort(names);
}

void kernel_words_explain(const struct kernel_source *self, const struct kernel_index *index,
                          const struct kernel_wish *wish, struct error *err)
{
	const enum wish_kind kind = wish_kind(wish->spec);
	const char *distribution = kind == WISH_DISTRIBUTION ? wish->spec : "";
	cleanup_strings struct strings distributions = {0}, flavours = {0}, known = {0};
	cleanup_buf struct buf hint = {0};

	add_names(index, distribution, &distributions, &flavours);
	if (kind == WISH_VERSION || kind == WISH_SPAN || kind == WISH_RELEASE)
		add_known(index, wish->flavour, kind == WISH_RELEASE, &known);
	if (known.count) {
		buf_puts(&hint, "; the nearest are ");
		kernel_words_nearest(&known, wish->spec, &hint);
	} else if (kind == WISH_DISTRIBUTION && !flavours.count) {
		list_add("; its distributions are ", &distributions, &hint);
	} else {
		list_add("; its flavours are ", &flavours, &hint);
	}
	error_usage(err, "%s has no kernel %s%s%s%s%s%s", self->name, wish->spec, *wish->flavour ? " " : "",
	            wish->flavour, wish->arch == arch_default() ? "" : " for ",
	            wish->arch == arch_default() ? "" : wish->arch->deb, buf_str(&hint));
}

/* ---- what is the same for most ---- */

const char *kernel_words_flavour(const char *release)
{
	const char *found = archive_flavour(release);

	return kernel_words_keep(*found ? found : "kernel");
}

const struct arch *kernel_words_arch(const char *release)
{
	(void)release;
	return arch_default();
}

size_t kernel_words_upstream_len(const char *version)
{
	return strlen(version);
}

const char *kernel_words_keep(const char *word)
{
	static struct strings kept;

	for (size_t i = 0; i < kept.count; i++)
		if (!strcmp(kept.at[i], word))
			return kept.at[i];
	strings_add(&kept, word);
	return kept.at[kept.count - 1];
}
