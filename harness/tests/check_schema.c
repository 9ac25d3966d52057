/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * results.schema.json against what really writes results.json: each names every member that the other has, and what is
 * required is always written. `make page-check` asks a validator as well.
 */
#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/result/result.h"
#include "host/result/result_json.h"
#include "tests/suite.h"

#define SCHEMA "harness/doc/results.schema.json"
#define GOLDEN "harness/tests/golden/run.json"

static json_t *schema;

static void schema_open(void)
{
	json_error_t why;

	schema = json_load_file(SCHEMA, 0, &why);
	if (!schema)
		fprintf(stderr, "%s:%d: %s\n", SCHEMA, why.line, why.text);
}

static void schema_close(void)
{
	json_decref(schema);
}

/* Follow "#/$defs/NAME". */
static const json_t *resolve(const json_t *node)
{
	const char *ref = json_string_value(json_object_get(node, "$ref"));

	if (!ref)
		return node;
	ck_assert_msg(!strncmp(ref, "#/$defs/", 8), "%s: a reference that this test does not follow", ref);
	node = json_object_get(json_object_get(schema, "$defs"), ref + 8);
	ck_assert_msg(node != NULL, "%s: leads nowhere", ref);
	return node;
}

/* Of several the first that is one of a value. */
static const char *type_of(const json_t *node)
{
	const json_t *type = json_object_get(node, "type");
	const char *first = json_string_value(json_is_array(type) ? json_array_get(type, 0) : type);

	return json_is_array(type) && !strcmp(first, "null") ? json_string_value(json_array_get(type, 1)) : first;
}

static const json_t *alternative(const json_t *alternatives)
{
	const json_t *first = json_array_get(alternatives, 0);
	const char *type = json_string_value(json_object_get(first, "type"));

	return type && !strcmp(type, "null") ? json_array_get(alternatives, 1) : first;
}

/* ---- what the schema tells of ---- */

/* A value that it allows, with every member. All texts are the same, so that names of kernels and objects fit. */
static json_t *sample(const json_t *node)
{
	const json_t *terms, *one;
	const char *type, *name;
	json_t *made, *member;

	node = resolve(node);
	type = type_of(node);
	if ((one = json_object_get(node, "const")))
		return json_deep_copy(one);
	if ((terms = json_object_get(node, "enum")))
		return json_deep_copy(json_array_get(terms, json_array_size(terms) - 1));
	if ((terms = json_object_get(node, "oneOf")))
		return sample(alternative(terms));
	ck_assert_msg(type != NULL, "neither a type nor terms: %s", json_dumps(node, JSON_COMPACT));
	if (!strcmp(type, "string"))
		return json_string("x");
	if (!strcmp(type, "boolean"))
		return json_true();
	if (!strcmp(type, "integer"))
		return json_integer(2);
	if (!strcmp(type, "number"))
		return json_real(2);
	if (!strcmp(type, "array")) {
		made = json_array();
		json_array_append_new(made, sample(json_object_get(node, "items")));
		return made;
	}
	made = json_object();
	json_object_foreach(json_object_get(node, "properties"), name, member)
	        json_object_set_new(made, name, sample(member));
	return made;
}

/* ---- holding a document against it ---- */

struct offences {
	struct buf text;
	bool all; /* each member that the schema tells of has to be there, not only those that are required */
};

static void check(const json_t *node, const json_t *value, const char *place, struct offences *o);

static bool is_of_type(const char *type, const json_t *value)
{
	return (!strcmp(type, "string") && json_is_string(value)) ||
	       (!strcmp(type, "boolean") && json_is_boolean(value)) ||
	       (!strcmp(type, "integer") && json_is_integer(value)) ||
	       (!strcmp(type, "number") && json_is_number(value)) || (!strcmp(type, "array") && json_is_array(value)) ||
	       (!strcmp(type, "object") && json_is_object(value)) || (!strcmp(type, "null") && json_is_null(value));
}

static bool has_type(const json_t *types, const json_t *value)
{
	bool fits = json_is_string(types) && is_of_type(json_string_value(types), value);

	for (size_t i = 0; i < json_array_size(types); i++)
		fits |= is_of_type(json_string_value(json_array_get(types, i)), value);
	return fits;
}

static bool is_among(const json_t *terms, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(terms); i++)
		if (json_equal(json_array_get(terms, i), value))
			return true;
	return false;
}

static void check_object(const json_t *node, const json_t *value, const char *place, struct offences *o)
{
	const json_t *properties = json_object_get(node, "properties"), *required = json_object_get(node, "required");
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)value, name, member)
	{
		cleanup_free char *at = xasprintf("%s.%s", place, name);
		const json_t *about = json_object_get(properties, name);

		if (about)
			check(about, member, at, o);
		else
			buf_printf(&o->text, "%s: " SCHEMA " does not tell of it\n", at);
	}
	json_object_foreach((json_t *)(uintptr_t)properties, name, member)
	{
		if (o->all && !json_object_get(value, name))
			buf_printf(&o->text, "%s.%s: " SCHEMA " tells of it, and it is never written\n", place, name);
	}
	for (size_t i = 0; i < json_array_size(required); i++) {
		name = json_string_value(json_array_get(required, i));
		if (!json_object_get(value, name))
			buf_printf(&o->text, "%s.%s: is required, and not there\n", place, name);
	}
}

static void check(const json_t *node, const json_t *value, const char *place, struct offences *o)
{
	const json_t *terms, *types;

	node = resolve(node);
	terms = json_object_get(node, "enum");
	types = json_object_get(node, "type");
	if ((terms && !is_among(terms, value)) || (types && !has_type(types, value)))
		buf_printf(&o->text, "%s: is not what " SCHEMA " says\n", place);
	if (json_is_object(value))
		check_object(node, value, place, o);
	for (size_t i = 0; i < json_array_size(value); i++) {
		cleanup_free char *at = xasprintf("%s[%zu]", place, i);

		check(json_object_get(node, "items"), json_array_get(value, i), at, o);
	}
}

static void assert_fits(const json_t *document, bool all)
{
	struct offences o = {.all = all};

	check(schema, document, "results.json", &o);
	ck_assert_msg(!o.text.len, "%s", buf_str(&o.text));
	buf_free(&o.text);
}

/* ---- tests ---- */

START_TEST(each_member_of_the_schema_is_read_and_written)
{
	cleanup_error struct error err = {0};
	json_t *all = sample(schema), *written = NULL;
	cleanup_free char *text = json_dumps(all, JSON_COMPACT);
	struct result *r = NULL;

	ck_assert_msg(!result_json_decode(text, strlen(text), "of the schema", &r, &err), "%s", err.text);
	ck_assert_msg(!result_json_tree(r, &written, &err), "%s", err.text);
	assert_fits(written, true);
	json_decref(all);
	json_decref(written);
	result_free(r);
}
END_TEST

/* As little as there can be of anything. */
START_TEST(what_is_required_is_written_of_the_least)
{
	cleanup_error struct error err = {0};
	struct result *r = result_new();
	struct result_cell *c;
	json_t *written = NULL;

	text_set(&result_add_object(r)->name, "o");
	text_set(&result_add_kernel(r)->id, "k");
	result_add_attempt(&r->kernels[0]);
	c = result_add_cell(r);
	text_set(&c->kernel, "k");
	text_set(&c->object, "o");
	text_set(&result_add_program(c)->name, "p");
	result_add_relocation(c);
	result_add_truth(c);
	text_set(&result_add_skipped(r)->kernel, "s");
	ck_assert_msg(!result_json_tree(r, &written, &err), "%s", err.text);
	assert_fits(written, false);
	json_decref(written);
	result_free(r);
}
END_TEST

START_TEST(the_golden_run_fits)
{
	json_t *golden = json_load_file(GOLDEN, 0, NULL);

	ck_assert_ptr_nonnull(golden);
	assert_fits(golden, false);
	json_decref(golden);
}
END_TEST

/* A file on which the three above depend tells of offences. */
START_TEST(an_offence_is_seen)
{
	json_t *golden = json_load_file(GOLDEN, 0, NULL), *cell = json_array_get(json_object_get(golden, "cells"), 0);
	struct offences o = {0};

	json_object_del(cell, "object");
	json_object_set_new(cell, "verdict", json_string("fine"));
	json_object_set_new(cell, "moon", json_string("full"));
	json_object_set_new(cell, "events", json_string("many"));
	check(schema, golden, "results.json", &o);
	ck_assert_ptr_nonnull(strstr(buf_str(&o.text), "results.json.cells[0].object: is required"));
	ck_assert_ptr_nonnull(strstr(buf_str(&o.text), "results.json.cells[0].verdict: is not what"));
	ck_assert_ptr_nonnull(strstr(buf_str(&o.text), "results.json.cells[0].moon: " SCHEMA " does not tell of it"));
	buf_free(&o.text);
	json_decref(golden);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("schema", .open = schema_open, .close = schema_close),
	        TEST(each_member_of_the_schema_is_read_and_written),
	        TEST(what_is_required_is_written_of_the_least),
	        TEST(the_golden_run_fits),
	        TEST(an_offence_is_seen),
	};

	return suite_run("schema", tests, COUNT(tests));
}
