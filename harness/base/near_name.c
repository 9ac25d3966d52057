/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/near_name.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"

/* A name that holds the other one whole is at least this far: "migrate_misplaced_folio_prepare", "i_ctime_sec". */
#define CONTAINED 2

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * The distance is no less: a letter that one has more often than the other takes a change of its own. A run asks of
 * some hundred thousand names, of which this leaves few to be looked at letter by letter.
 */
static size_t least_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int16_t surplus[UINT8_MAX + 1] = {0};
	size_t a_has = 0, b_has = 0;

	for (size_t i = 0; i < a_len; i++)
		surplus[(uint8_t)a[i]]++;
	for (size_t i = 0; i < b_len; i++)
		b_has += surplus[(uint8_t)b[i]]-- <= 0;
	/* what of `a` found no letter of `b` */
	a_has = a_len - (b_len - b_has);
	return a_has > b_has ? a_has : b_has;
}

/* Letters to change, add or drop to make `b` of `a`; SIZE_MAX when that is more than `limit`. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len, size_t limit)
{
	size_t row[NEAR_NAME_LEN + 1], nearest = 0;

	if (least_distance(a, a_len, b, b_len) > limit)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	/* no row has less than the one before it at its least */
	for (size_t i = 1; i <= a_len && nearest <= limit; i++) {
		size_t diagonal = row[0];

		row[0] = nearest = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = least(change, 1 + least(row[j], row[j - 1]));
			nearest = least(nearest, row[j]);
		}
	}
	return nearest <= limit && row[b_len] <= limit ? row[b_len] : SIZE_MAX;
}

/* Whether the shorter of both is in the longer one, and more than a word of many. */
static bool one_holds_other(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t shorter = least(a_len, b_len), longer = a_len + b_len - shorter;

	return shorter > 3 && 5 * shorter >= 2 * longer &&
	       (a_len < b_len ? memmem(b, b_len, a, a_len) : memmem(a, a_len, b, b_len));
}

/* Between names without their leading underscores; SIZE_MAX when they are not similar. */
static size_t name_distance(const char *wanted, const char *name)
{
	const char *a = wanted + strspn(wanted, "_"), *b = name + strspn(name, "_");
	size_t a_len = strlen(a), b_len = strlen(b), limit = a_len / 3 + 1, d = SIZE_MAX;
	size_t gap = a_len > b_len ? a_len - b_len : b_len - a_len;

	if (!a_len || !b_len || a_len > NEAR_NAME_LEN || b_len > NEAR_NAME_LEN)
		return SIZE_MAX;
	if (gap <= limit)
		d = distance(a, a_len, b, b_len, limit);
	/* the more there is around the part that both share, the less it says */
	return one_holds_other(a, a_len, b, b_len) ? least(d, CONTAINED + gap / 4) : d;
}

void near_name_offer(struct near_name *near, const char *name)
{
	size_t d, at;

	if (!strcmp(near->wanted, name))
		return;
	d = name_distance(near->wanted, name);
	if (d == SIZE_MAX)
		return;
	for (size_t i = 0; i < near->count; i++)
		if (!strcmp(near->names[i], name))
			return;
	at = near->count;
	while (at && near->distances[at - 1] > d)
		at--;
	if (at == NEAR_NAME_MAX)
		return;
	near->count = least(near->count + 1, NEAR_NAME_MAX);
	for (size_t i = near->count - 1; i > at; i--) {
		near->names[i] = near->names[i - 1];
		near->distances[i] = near->distances[i - 1];
	}
	near->names[at] = name;
	near->distances[at] = d;
}

void near_name_write(const struct near_name *near, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < near->count; i++) {
		size_t len = strlen(near->names[i]), gap = used ? 2 : 0;

		if (used + gap + len + 1 > size)
			continue;
		memcpy(text + used, ", ", gap);
		memcpy(text + used + gap, near->names[i], len + 1);
		used += gap + len;
	}
}

char *near_name_text(const struct near_name *near)
{
	struct buf text = {0};

	for (size_t i = 0; i < near->count; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", near->names[i]);
	return buf_steal(&text);
}
