/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/baseline_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define FORMAT "1"

static const char unexpected[] = " unexpected";

/* ---- writing ---- */

static void add_escaped(struct buf *out, const char *text, bool is_word)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < ' ' || c == 0x7f || c == '\\' || (is_word && c == ' '))
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, *text);
	}
}

/* The state of one thing on one kernel. */
struct entry {
	const struct trait *trait; /* NULL: the verdict or evidence of the cell */
	size_t order;              /* the kernel's place in the object */
	char *state;
};

static void free_entries(struct entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(entries[i].state);
	free(entries);
}

static int by_trait_and_kernel(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = (int)x->trait->kind - (int)y->trait->kind;

	order = order ? order : strcmp(x->trait->key, y->trait->key);
	return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* Lines "STATE: KERNEL…" of one thing, each state where its first kernel stands. */
static void add_states(struct buf *out, const struct baseline_object *o, const struct entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *state = entries[i].state;
		bool said = false;

		for (size_t k = 0; k < i && !said; k++)
			said = !strcmp(entries[k].state, state);
		if (said)
			continue;
		buf_printf(out, "  %s:", state);
		for (size_t k = i; k < count; k++) {
			if (strcmp(entries[k].state, state))
				continue;
			buf_putc(out, ' ');
			add_escaped(out, o->cells[entries[k].order].kernel, true);
		}
		buf_putc(out, '\n');
	}
}

static void add_verdicts(struct buf *out, const struct baseline_object *o)
{
	struct entry *entries = xcalloc(o->cell_count + 1, sizeof(*entries));

	for (size_t i = 0; i < o->cell_count; i++) {
		const struct baseline_cell *c = &o->cells[i];
		cleanup_free char *verdict = result_verdict_text(c->verdict, c->class);

		entries[i] = (struct entry){
		        .order = i,
		        .state = xasprintf("%s%s", verdict, c->unexpected ? unexpected : ""),
		};
	}
	buf_puts(out, "\nverdict\n");
	add_states(out, o, entries, o->cell_count);
	free_entries(entries, o->cell_count);
}

/* Where it is known; a text without it is as those of former versions are. */
static void add_evidence(struct buf *out, const struct baseline_object *o)
{
	struct entry *entries = xcalloc(o->cell_count + 1, sizeof(*entries));
	size_t count = 0;

	for (size_t i = 0; i < o->cell_count; i++)
		if (o->cells[i].evidence != EVIDENCE_UNKNOWN)
			entries[count++] = (struct entry){
			        .order = i,
			        .state = xstrdup(evidence_name(o->cells[i].evidence)),
			};
	if (count)
		buf_puts(out, "\nevidence\n");
	add_states(out, o, entries, count);
	free_entries(entries, count);
}

static void add_traits(struct buf *out, const struct baseline_object *o)
{
	struct entry *entries = NULL;
	size_t count = 0, at = 0, end;

	for (size_t i = 0; i < o->cell_count; i++)
		count += o->cells[i].trait_count;
	entries = xcalloc(count + 1, sizeof(*entries));
	for (size_t i = 0; i < o->cell_count; i++)
		for (size_t k = 0; k < o->cells[i].trait_count; k++) {
			const struct trait *t = &o->cells[i].traits[k];

			entries[at++] = (struct entry){t, i, trait_state_text(t->kind, t->state)};
		}
	qsort(entries, count, sizeof(*entries), by_trait_and_kernel);
	for (at = 0; at < count; at = end) {
		const struct trait *t = entries[at].trait;

		for (end = at;
		     end < count && entries[end].trait->kind == t->kind && !strcmp(entries[end].trait->key, t->key);)
			end++;
		buf_printf(out, "\n%s ", trait_kind_name(t->kind));
		add_escaped(out, t->key, false);
		buf_putc(out, '\n');
		add_states(out, o, entries + at, end - at);
	}
	free_entries(entries, count);
}

void baseline_text_write(const struct baseline_object *o, struct buf *out)
{
	buf_puts(out, BASELINE_TEXT_HEAD FORMAT "\nobject ");
	add_escaped(out, o->name, false);
	buf_puts(out, "\n\n");
	for (size_t i = 0; i < o->cell_count; i++) {
		buf_puts(out, "kernel ");
		add_escaped(out, o->cells[i].kernel, true);
		buf_putc(out, ' ');
		add_escaped(out, o->cells[i].release, true);
		buf_putc(out, '\n');
	}
	add_verdicts(out, o);
	add_evidence(out, o);
	add_traits(out, o);
}

/* ---- reading ---- */

enum topic { TOPIC_NONE, TOPIC_VERDICT, TOPIC_EVIDENCE, TOPIC_TRAIT };

struct reader {
	const char *name;
	unsigned line;
	struct baseline_object *object;
	enum topic topic;
	enum trait_kind kind;
	char *key;
	struct error *err;
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char *unescape(const char *text, size_t len)
{
	struct buf out = {0};

	for (size_t i = 0; i < len; i++) {
		int high = i + 3 < len && text[i] == '\\' && text[i + 1] == 'x' ? hex_value(text[i + 2]) : -1;
		int low = high >= 0 ? hex_value(text[i + 3]) : -1;

		if (low >= 0 && high * 16 + low) {
			buf_putc(&out, (char)(high * 16 + low));
			i += 3;
		} else {
			buf_putc(&out, text[i]);
		}
	}
	return buf_steal(&out);
}

static int mistake(struct reader *in, const char *what, const char *text)
{
	return error_usage(in->err, "%s:%u: %s: \"%s\"", in->name, in->line, what, text);
}

static struct baseline_cell *find_cell(struct reader *in, const char *word, size_t len)
{
	cleanup_free char *id = unescape(word, len);

	return (struct baseline_cell *)baseline_find_cell(in->object, id);
}

static int read_kernel(struct reader *in, const char *rest)
{
	size_t len = strcspn(rest, " ");
	cleanup_free char *id = unescape(rest, len);
	cleanup_free char *release = NULL;

	if (!*id)
		return mistake(in, "expected `kernel ID RELEASE`", rest);
	if (baseline_find_cell(in->object, id))
		return mistake(in, "this kernel was named before", id);
	rest += len + (rest[len] == ' ');
	release = unescape(rest, strlen(rest));
	baseline_add_cell(in->object, id, release);
	return 0;
}

/* A verdict for one kernel: "rejected:helper", perhaps with " unexpected" after it. */
static int set_verdict(struct reader *in, struct baseline_cell *c, const char *state)
{
	size_t len = strlen(state), tail = strlen(unexpected);
	cleanup_free char *text = NULL;
	char *class;
	int verdict, known = CLASS_NONE;

	c->unexpected = len > tail && !strcmp(state + len - tail, unexpected);
	text = xstrndup(state, c->unexpected ? len - tail : len);
	class = strchr(text, ':');
	if (class) {
		*class ++ = '\0';
		known = reject_class_parse(class);
	}
	verdict = verdict_parse(text);
	if (verdict < 0 || known < 0)
		return mistake(in, "no such verdict", state);
	c->verdict = (enum verdict)verdict;
	c->class = (enum reject_class)known;
	return 0;
}

static int set_evidence(struct reader *in, struct baseline_cell *c, const char *state)
{
	int evidence = evidence_parse(state);

	if (evidence < 0)
		return mistake(in, "no such evidence", state);
	c->evidence = (enum evidence)evidence;
	return 0;
}

static int add_trait(struct reader *in, struct baseline_cell *c, const char *text)
{
	struct trait_state state;

	if (trait_state_parse(in->kind, text, &state))
		return mistake(in, "no such state", text);
	baseline_add_trait(c, in->kind, in->key, state, -1);
	return 0;
}

static int read_state(struct reader *in, const char *line)
{
	const char *colon = strstr(line, ": ");
	cleanup_free char *state = NULL;
	int rc = 0;

	if (in->topic == TOPIC_NONE || !colon)
		return mistake(in, "expected `STATE: KERNEL…` below what it is the state of", line);
	state = xstrndup(line, (size_t)(colon - line));
	for (const char *word = colon + 1; !rc && *(word += strspn(word, " "));) {
		size_t len = strcspn(word, " ");
		struct baseline_cell *c = find_cell(in, word, len);

		if (!c)
			return mistake(in, "no `kernel` line names this kernel", word);
		if (in->topic == TOPIC_VERDICT)
			rc = set_verdict(in, c, state);
		else if (in->topic == TOPIC_EVIDENCE)
			rc = set_evidence(in, c, state);
		else
			rc = add_trait(in, c, state);
		word += len;
	}
	return rc;
}

static int read_line(struct reader *in, struct baseline *b, const char *line)
{
	size_t len = strcspn(line, " ");
	const char *rest = line + len + (line[len] == ' ');
	int kind = trait_kind_parse(line, len);

	if (!*line || *line == '#')
		return 0;
	if (len == 6 && !memcmp(line, "object", 6) && *rest && !in->object) {
		cleanup_free char *name = unescape(rest, strlen(rest));

		in->object = baseline_add_object(b, name);
		return 0;
	}
	if (!in->object)
		return mistake(in, "expected `object NAME` first", line);
	if (isspace((unsigned char)*line))
		return read_state(in, line + strspn(line, " "));
	if (len == 6 && !memcmp(line, "kernel", 6))
		return read_kernel(in, rest);
	if (!strcmp(line, "verdict")) {
		in->topic = TOPIC_VERDICT;
		return 0;
	}
	if (!strcmp(line, "evidence")) {
		in->topic = TOPIC_EVIDENCE;
		return 0;
	}
	if (kind < 0 || !*rest)
		return mistake(in,
		               "expected `kernel`, `verdict`, `evidence`, `program`, `field`, `relocation` or `cost`",
		               line);
	in->topic = TOPIC_TRAIT;
	in->kind = (enum trait_kind)kind;
	free(in->key);
	in->key = unescape(rest, strlen(rest));
	return 0;
}

static int check_whole(const struct reader *in)
{
	if (!in->object || !in->object->cell_count)
		return error_usage(in->err, "%s: names no object, or no kernel: it is not a whole baseline", in->name);
	for (size_t i = 0; i < in->object->cell_count; i++)
		if (in->object->cells[i].verdict == VERDICT_INFRA)
			return error_usage(in->err, "%s: has no verdict for kernel %s", in->name,
			                   in->object->cells[i].kernel);
	return 0;
}

int baseline_text_parse(const char *text, size_t len, const char *name, struct baseline *b, struct error *err)
{
	struct reader in = {.name = name, .err = err};
	cleanup_free char *copy = xstrndup(text, len);
	char *rest = copy, *line;
	size_t head = strlen(BASELINE_TEXT_HEAD FORMAT);
	int rc = 0;

	if (strncmp(copy, BASELINE_TEXT_HEAD FORMAT, head) || (copy[head] && copy[head] != '\n'))
		return error_usage(err, "%s:1: expected `%s`: it is not a baseline, or it is one of a newer corematrix",
		                   name, BASELINE_TEXT_HEAD FORMAT);
	while (!rc && (line = strsep(&rest, "\n"))) {
		in.line++;
		rc = read_line(&in, b, line);
	}
	free(in.key);
	rc = rc ? rc : check_whole(&in);
	if (!rc)
		baseline_sort(b);
	return rc;
}
