/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/version.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct part {
	const char *at, *end;
};

/* deb-version(7): a tilde sorts before everything, even the end; letters before all other characters. */
static int weight(const char *p, const char *end)
{
	if (p == end || isdigit((unsigned char)*p))
		return 0;
	if (*p == '~')
		return -1;
	if (isalpha((unsigned char)*p))
		return (unsigned char)*p;
	return (unsigned char)*p + 256;
}

static bool is_digit_at(const char *p, const char *end)
{
	return p < end && isdigit((unsigned char)*p);
}

static int compare_part(struct part a, struct part b)
{
	while (a.at < a.end || b.at < b.end) {
		int first = 0;

		while ((a.at < a.end && !is_digit_at(a.at, a.end)) || (b.at < b.end && !is_digit_at(b.at, b.end))) {
			int wa = weight(a.at, a.end), wb = weight(b.at, b.end);

			if (wa != wb)
				return wa - wb;
			a.at += a.at < a.end;
			b.at += b.at < b.end;
		}
		while (a.at < a.end && *a.at == '0')
			a.at++;
		while (b.at < b.end && *b.at == '0')
			b.at++;
		while (is_digit_at(a.at, a.end) && is_digit_at(b.at, b.end)) {
			if (!first)
				first = *a.at - *b.at;
			a.at++;
			b.at++;
		}
		if (is_digit_at(a.at, a.end))
			return 1;
		if (is_digit_at(b.at, b.end))
			return -1;
		if (first)
			return first;
	}
	return 0;
}

static unsigned long split(const char *text, struct part *upstream, struct part *revision)
{
	const char *colon = strchr(text, ':');
	unsigned long epoch = colon ? strtoul(text, NULL, 10) : 0;
	const char *start = colon ? colon + 1 : text;
	const char *end = start + strlen(start);
	const char *dash = strrchr(start, '-');

	*upstream = (struct part){start, dash ? dash : end};
	*revision = (struct part){dash ? dash + 1 : end, end};
	return epoch;
}

int version_compare(const char *a, const char *b)
{
	struct part upstream_a, upstream_b, revision_a, revision_b;
	unsigned long epoch_a = split(a, &upstream_a, &revision_a);
	unsigned long epoch_b = split(b, &upstream_b, &revision_b);
	int order;

	if (epoch_a != epoch_b)
		return epoch_a < epoch_b ? -1 : 1;
	order = compare_part(upstream_a, upstream_b);
	return order ? order : compare_part(revision_a, revision_b);
}

int version_parse(const char *text, unsigned *major, unsigned *minor)
{
	char *end;
	unsigned long value;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	value = strtoul(text, &end, 10);
	if (*end != '.' || !isdigit((unsigned char)end[1]) || value > UINT_MAX)
		return -EINVAL;
	*major = (unsigned)value;
	value = strtoul(end + 1, &end, 10);
	if (value > UINT_MAX)
		return -EINVAL;
	*minor = (unsigned)value;
	return 0;
}
