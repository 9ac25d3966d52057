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
static bool one_holds_other(const struct near_word *a, const struct near_word *b)
{
	const struct near_word *shorter = a->len < b->len ? a : b, *longer = shorter == a ? b : a;

	return !(shorter->letters & ~longer->letters) && shorter->len > 3 && 5 * shorter->len >= 2 * longer->len &&
	       memmem(longer->bare, longer->len, shorter->bare, shorter->len);
}

/* A kind of letter that only one of both has takes a change of its own. */
static bool letters_are_near(const struct near_word *a, const struct near_word *b, size_t limit)
{
	size_t a_has = (size_t)__builtin_popcount(a->letters & ~b->letters);
	size_t b_has = (size_t)__builtin_popcount(b->letters & ~a->letters);

	return a_has <= limit && b_has <= limit;
}

/* SIZE_MAX when they are not similar. */
static size_t word_distance(const struct near_word *a, const struct near_word *b)
{
	size_t limit = a->len / 3 + 1, gap = a->len > b->len ? a->len - b->len : b->len - a->len, d = SIZE_MAX;

	if (!a->len || !b->len || a->len > NEAR_NAME_LEN || b->len > NEAR_NAME_LEN)
		return SIZE_MAX;
	if (gap <= limit && letters_are_near(a, b, limit))
		d = distance(a->bare, a->len, b->bare, b->len, limit);
	/* the more there is around the part that both share, the less it says */
	return one_holds_other(a, b) ? least(d, CONTAINED + gap / 4) : d;
}

/* The lower five bits of a letter choose its own; that digits share theirs with letters only makes less differ. */
struct near_word near_word_of(const char *name)
{
	const char *bare = name + strspn(name, "_");
	struct near_word word = {.name = name, .bare = bare};

	for (; bare[word.len]; word.len++)
		word.letters |= UINT32_C(1) << (bare[word.len] & 31);
	return word;
}

void near_name_offer(struct near_name *near, const char *name)
{
	struct near_word word = near_word_of(name);

	near_name_offer_word(near, &word);
}

void near_name_offer_word(struct near_name *near, const struct near_word *word)
{
	const char *name = word->name;
	size_t d, at;

	if (!near->word.name)
		near->word = near_word_of(near->wanted);
	d = word_distance(&near->word, word);
	if (d == SIZE_MAX || !strcmp(near->wanted, name))
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
