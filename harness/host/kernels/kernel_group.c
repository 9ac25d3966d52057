/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/kernels/kernel_group.h"

#include <string.h>

#include "base/buf.h"
#include "base/version.h"

/* Fewer versions in a row are shorter listed one by one. */
#define MIN_RANGE 3
#define MIN_OPEN_RANGE 2

struct version {
	bool known;
	unsigned major, minor;
};

/* Kernels of one version: a stretch of the list. */
struct stretch {
	size_t first, end;
	bool whole; /* every one of them is in the group */
	bool known; /* there is a version to call it by */
};

bool kernel_name_version(const struct kernel_name *k, unsigned *major, unsigned *minor)
{
	return !version_parse(k->id, major, minor) || !version_parse(k->release, major, minor);
}

static struct version version_of(const struct kernel_name *k)
{
	struct version v = {.known = true};

	return kernel_name_version(k, &v.major, &v.minor) ? v : (struct version){0};
}

static int compare(unsigned a, unsigned b)
{
	return (a > b) - (a < b);
}

static int version_order(struct version a, struct version b)
{
	if (a.known != b.known)
		return a.known ? -1 : 1;
	return a.major != b.major ? compare(a.major, b.major) : compare(a.minor, b.minor);
}

int kernel_name_order(const struct kernel_name *a, const struct kernel_name *b)
{
	int order = version_order(version_of(a), version_of(b));

	return order ? order : strcmp(a->id, b->id);
}

static struct stretch stretch_at(const struct kernel_name *all, const bool *in, size_t count, size_t first)
{
	struct version v = version_of(&all[first]);
	struct stretch s = {.first = first, .end = first + 1, .whole = in[first], .known = v.known};

	/* kernels without a version have nothing in common */
	while (v.known && s.end < count && !version_order(v, version_of(&all[s.end])))
		s.whole &= in[s.end++];
	return s;
}

static void add_separator(struct buf *out)
{
	if (out->len)
		buf_puts(out, ", ");
}

static void add_version(struct buf *out, const struct kernel_name *k)
{
	struct version v = version_of(k);

	buf_printf(out, "%u.%u", v.major, v.minor);
}

static void add_stretch(struct buf *out, const struct kernel_name *all, const bool *in, const struct stretch *s)
{
	if (s->whole && s->known && s->end - s->first > 1) {
		add_separator(out);
		add_version(out, &all[s->first]);
		return;
	}
	for (size_t i = s->first; i < s->end; i++) {
		if (!in[i])
			continue;
		add_separator(out);
		buf_puts(out, all[i].id);
	}
}

/* How many stretches from `first` on are whole; *end is where the kernels of the last of them end. */
static size_t count_whole(const struct kernel_name *all, const bool *in, size_t count, size_t first, size_t *end)
{
	size_t n = 0;

	*end = first;
	while (*end < count) {
		struct stretch s = stretch_at(all, in, count, *end);

		if (!s.whole || !s.known)
			break;
		*end = s.end;
		n++;
	}
	return n;
}

/* `open`: how many versions in a row, up to the last, are "and later"; 0: none are. */
static char *group_text(const struct kernel_name *all, const bool *in, size_t count, size_t open)
{
	struct buf out = {0};
	size_t members = 0, versioned = 0, end;

	for (size_t i = 0; i < count; i++) {
		members += in[i];
		versioned += version_of(&all[i]).known;
	}
	if (members == count && count > 1) {
		buf_printf(&out, "all %zu kernels", count);
		return buf_steal(&out);
	}
	for (size_t at = 0; at < count; at = end) {
		size_t run = count_whole(all, in, count, at, &end);
		struct stretch s = stretch_at(all, in, count, at);

		if (open && run >= open && end == versioned) {
			add_separator(&out);
			add_version(&out, &all[at]);
			buf_puts(&out, " and later");
		} else if (run >= MIN_RANGE) {
			add_separator(&out);
			add_version(&out, &all[at]);
			buf_puts(&out, " to ");
			add_version(&out, &all[end - 1]);
		} else {
			add_stretch(&out, all, in, &s);
			end = s.end;
		}
	}
	return buf_steal(&out);
}

char *kernel_group_text(const struct kernel_name *all, const bool *in, size_t count)
{
	return group_text(all, in, count, MIN_OPEN_RANGE);
}

char *kernel_group_closed_text(const struct kernel_name *all, const bool *in, size_t count)
{
	return group_text(all, in, count, 0);
}
