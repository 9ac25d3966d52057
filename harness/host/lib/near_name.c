/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/near_name.h"

#include <stdbool.h>
#include <string.h>

/* No name in a kernel is longer (KSYM_NAME_LEN is 512, but nothing near that has a like). */
#define MAX_LEN 128

/* A name that holds the other one whole counts as this near: "migrate_misplaced_folio_prepare". */
#define CONTAINED 2

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to change, add or drop to make `b` of `a`. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[MAX_LEN + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = least(change, 1 + least(row[j], row[j - 1]));
		}
	}
	return row[b_len];
}

static bool contains(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return b_len > 4 && memmem(a, a_len, b, b_len);
}

void near_name_offer(struct near_name *near, const char *name)
{
	size_t a_len = strlen(near->wanted), b_len = strlen(name), limit = a_len / 3 + 1;
	size_t gap = a_len > b_len ? a_len - b_len : b_len - a_len, d, at;

	if (!b_len || a_len > MAX_LEN || b_len > MAX_LEN || !strcmp(near->wanted, name))
		return;
	/* the more there is around the part that both share, the less it says */
	if (contains(near->wanted, a_len, name, b_len) || contains(name, b_len, near->wanted, a_len))
		d = CONTAINED + gap / 4;
	else
		d = gap > limit ? limit + 1 : distance(near->wanted, a_len, name, b_len);
	if (d > limit)
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
