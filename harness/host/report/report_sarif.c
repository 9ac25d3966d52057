/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_sarif.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "host/lib/sha256.h"

static const struct {
	const char *id, *text;
} rules[] = {
        {"relocation-fatal", "A relocation is unresolved where the verifier reaches it: the load fails."},
        {"relocation-drift", "A field changed its size or kind and nothing adjusts the read: a wrong value, silently."},
        {"relocation-ambiguous", "Several types of the kernel fit a relocation, and they disagree."},
        {"relocation-error", "A relocation could not be resolved at all."},
        {"cell", "An object does not do on a kernel what it is expected to do."},
};

enum { RULE_FATAL, RULE_DRIFT, RULE_AMBIGUOUS, RULE_ERROR, RULE_CELL, RULE_COUNT };

static int rule_of(enum relo_outcome outcome)
{
	switch (outcome) {
	case RELO_FATAL:
		return RULE_FATAL;
	case RELO_DRIFT:
		return RULE_DRIFT;
	case RELO_AMBIGUOUS:
		return RULE_AMBIGUOUS;
	case RELO_ERROR:
		return RULE_ERROR;
	default:
		return -1;
	}
}

/* ---- places ---- */

/* A path as a URI: relative where it is, else of this machine. */
static char *uri_of(const char *path, size_t len)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/+";
	struct buf out = {0};

	if (*path == '/')
		buf_puts(&out, "file://");
	for (size_t i = 0; i < len; i++) {
		if (strchr(plain, path[i]) && path[i])
			buf_putc(&out, path[i]);
		else
			buf_printf(&out, "%%%02X", (unsigned char)path[i]);
	}
	return buf_steal(&out);
}

/* `source` is "path:line", or "" where the object alone is known. */
static json_t *location_of(const char *source, const char *object)
{
	const char *colon = strrchr(source, ':');
	size_t len = colon ? (size_t)(colon - source) : strlen(object);
	cleanup_free char *uri = uri_of(colon ? source : object, len);
	json_t *place = json_pack("{s:{s:s}}", "artifactLocation", "uri", uri);

	if (colon)
		json_object_set_new(place, "region", json_pack("{s:i}", "startLine", atoi(colon + 1)));
	return json_pack("[{s:o}]", "physicalLocation", place);
}

/* ---- results ---- */

struct finding {
	int rule;
	const char *level;
	const char *source, *object; /* where */
	char *text;                  /* without its kernels */
	bool *in;                    /* of each kernel, whether it is so there */
};

struct findings {
	struct finding *at;
	size_t count;
	json_t *places; /* of each by what it says */
};

/* The text is taken over. */
static void add_finding(struct findings *all, const struct result_view *v, struct finding f, size_t kernel)
{
	cleanup_free char *key = xasprintf("%d %s %s %s %s", f.rule, f.level, f.source, f.object, f.text);
	const json_t *known = json_object_get(all->places, key);
	size_t place = known ? (size_t)json_integer_value(known) : all->count;

	if (known) {
		free(f.text);
	} else {
		json_object_set_new_nocheck(all->places, key, json_integer((json_int_t)place));
		f.in = xcalloc(v->r->kernel_count + 1, sizeof(*f.in));
		all->at = xrealloc(all->at, all->count + 1, sizeof(*all->at));
		all->at[all->count++] = f;
	}
	all->at[place].in[kernel] = true;
}

static bool is_bad(const struct cell_view *c)
{
	return c->state == CELL_UNEXPECTED || c->state == CELL_UNMEASURED;
}

/* Returns whether one of them says where it fails. */
static bool add_relocations(struct findings *all, const struct result_view *v, const struct cell_view *cell,
                            const char *path)
{
	const struct result_cell *c = cell->cell;
	bool found = false;

	for (size_t i = 0; i < c->relocation_count; i++) {
		const struct result_relocation *r = &c->relocations[i];
		int rule = rule_of(r->outcome);

		if (rule < 0)
			continue;
		found |= is_bad(cell);
		add_finding(all, v,
		            (struct finding){
		                    .rule = rule,
		                    .level = is_bad(cell) ? "error" : "note",
		                    .source = r->source,
		                    .object = path,
		                    .text = xasprintf("%s, program %s: `%s` (%s) is %s", c->object, r->program, r->spec,
		                                      r->kind, relo_outcome_name(r->outcome)),
		            },
		            cell->kernel);
	}
	return found;
}

static void add_cell(struct findings *all, const struct result_view *v, const struct cell_view *cell)
{
	const struct result_cell *c = cell->cell;
	const char *path = v->r->objects[cell->object].path;

	if (!c || add_relocations(all, v, cell, path) || cell->state != CELL_UNEXPECTED)
		return;
	add_finding(all, v,
	            (struct finding){
	                    .rule = RULE_CELL,
	                    .level = "error",
	                    .source = "",
	                    .object = path,
	                    .text = xasprintf("%s: %s, expected %s: %s", c->object, cell->verdict, c->expected,
	                                      *c->reason ? c->reason : "no reason is known"),
	            },
	            cell->kernel);
}

static json_t *result_of(const struct result_view *v, const struct finding *f)
{
	cleanup_free char *kernels = result_view_kernels(v, f->in);
	cleanup_free char *text = xasprintf("%s on %s", f->text, kernels);
	/* the same finding in a later run, though its kernels or its line may be others */
	cleanup_free char *same = xasprintf("%s\n%s", rules[f->rule].id, f->text);
	cleanup_free char *print = sha256_bytes(same, strlen(same));

	return json_pack("{s:s, s:i, s:s, s:{s:s}, s:o, s:{s:s}}", "ruleId", rules[f->rule].id, "ruleIndex", f->rule,
	                 "level", f->level, "message", "text", text, "locations", location_of(f->source, f->object),
	                 "partialFingerprints", "corematrix/1", print);
}

static json_t *driver_of(const struct result_view *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < RULE_COUNT; i++)
		json_array_append_new(list, json_pack("{s:s, s:{s:s}}", "id", rules[i].id, "shortDescription", "text",
		                                      rules[i].text));
	return json_pack("{s:s, s:s, s:o}", "name", "corematrix", "version", v->r->host.corematrix, "rules", list);
}

static int take(const char *bytes, size_t len, void *out)
{
	buf_add(out, bytes, len);
	return 0;
}

int report_sarif(const struct result_view *v, bool colour, struct buf *out)
{
	struct findings all = {.places = json_object()};
	json_t *results = json_array(), *root;
	int rc;

	(void)colour;
	for (size_t o = 0; o < v->r->object_count; o++)
		for (size_t k = 0; k < v->r->kernel_count; k++)
			add_cell(&all, v, result_view_cell(v, k, o));
	for (size_t i = 0; i < all.count; i++) {
		json_array_append_new(results, result_of(v, &all.at[i]));
		free(all.at[i].text);
		free(all.at[i].in);
	}
	root = json_pack("{s:s, s:[{s:{s:o}, s:o, s:s}]}", "version", "2.1.0", "runs", "tool", "driver", driver_of(v),
	                 "results", results, "columnKind", "utf16CodeUnits");
	rc = root ? json_dump_callback(root, take, out, JSON_INDENT(1)) : -1;
	buf_putc(out, '\n');
	json_decref(root);
	json_decref(all.places);
	free(all.at);
	return rc ? -ENOMEM : 0;
}
