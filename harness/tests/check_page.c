/* SPDX-License-Identifier: BSD-2-Clause */
/* page: well-formed, self-contained, as much in it as in results.json, and no text of a run ever markup. What it does
 * in a browser is harness/tests/page's. */
#include <stdlib.h>
#include <string.h>

#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/page/page.h"
#include "host/page/page_json.h"
#include "host/page/page_tracks.h"
#include "host/result/result_json.h"
#include "tests/suite.h"

#define GOLDEN "harness/tests/golden/run.json"

/* What would be markup, script or an attribute where it was taken for one. */
#define HOSTILE "</script><img src=x onerror=alert(1)><!--\"'`${x}&lt;{{SCRIPT}}"

static struct result *read_golden(void)
{
	cleanup_error struct error err = {0};
	struct result *r = NULL;

	ck_assert_msg(result_json_read(GOLDEN, &r, &err) == 0, "%s", err.text);
	return r;
}

static char *render_page(const struct result *r)
{
	cleanup_result_view struct result_view *view = result_view_new(r);
	struct buf out = {0};

	ck_assert_int_eq(report_page(view, false, &out), 0);
	return buf_steal(&out);
}

/* Every string of the golden run that may be anything is hostile. */
static struct result *hostile_run(void)
{
	struct result *r = read_golden();

	text_set(&r->started, HOSTILE);
	text_set(&r->host.uname, HOSTILE);
	for (size_t i = 0; i < r->cell_count; i++) {
		struct result_cell *c = &r->cells[i];

		if (!strcmp(c->object, r->objects[0].name))
			text_set(&c->object, HOSTILE);
		text_set(&c->reason, HOSTILE);
		text_set(&c->log, "javascript:alert(1)");
		strings_add(&c->kernel_said, HOSTILE);
		for (size_t k = 0; k < c->truth_count; k++)
			text_set(&c->truth[k].observed, HOSTILE);
		for (size_t k = 0; k < c->relocation_count; k++)
			text_set(&c->relocations[k].spec, HOSTILE);
	}
	text_set(&r->objects[0].name, HOSTILE);
	return r;
}

/* ---- packing ---- */

static json_t *unpack_value(json_t *block, size_t place)
{
	json_t *entry = json_array_get(json_object_get(block, "v"), place), *value, *kind;
	json_int_t head;

	if (!json_is_array(entry))
		return json_incref(entry);
	head = json_integer_value(json_array_get(entry, 0));
	value = head < 0 ? json_array() : json_object();
	kind = json_array_get(json_object_get(block, "k"), (size_t)head);
	for (size_t i = 1; i < json_array_size(entry); i++) {
		size_t part = (size_t)json_integer_value(json_array_get(entry, i));

		ck_assert_uint_lt(part, place);
		if (head < 0)
			json_array_append_new(value, unpack_value(block, part));
		else
			json_object_set_new(value, json_string_value(json_array_get(kind, i - 1)),
			                    unpack_value(block, part));
	}
	return value;
}

static json_t *unpack(json_t *block)
{
	json_t *list = json_object_get(block, "l"), *values = json_array();

	for (size_t i = 0; i < json_array_size(list); i++)
		json_array_append_new(values, unpack_value(block, (size_t)json_integer_value(json_array_get(list, i))));
	return values;
}

static json_t *parse(const char *text)
{
	json_error_t at;
	json_t *value = json_loads(text, 0, &at);

	ck_assert_msg(value != NULL, "%s in %.200s", at.text, text);
	return value;
}

static const char *const packed[] = {
        "[]",
        "[1, 1.5, \"a\", true, false, null, \"\"]",
        "[{\"a\": 1}, {\"a\": 1}, {\"b\": 1}, {}, []]",
        "[[[]], [[], []], {\"a\": {\"a\": {\"a\": [1, {\"a\": 1}]}}}]",
        "[\"</script>\", \"\\\"\\\\\\n\\t\\u0001\\u2028\", \"-1\", -1, [-1], [\"-1\"]]",
        "[{\"</script>\": \"<!--\"}]",
        "[9223372036854775807, -9223372036854775807, 0.1, 12.3]",
};

START_TEST(packing_loses_nothing)
{
	json_t *values = parse(packed[_i]), *block, *again;
	cleanup_buf struct buf text = {0}, plain = {0};

	page_json_pack(values, &text);
	ck_assert_ptr_null(strchr(buf_str(&text), '<'));
	block = parse(buf_str(&text));
	again = unpack(block);
	ck_assert_msg(json_equal(values, again), "%s became %s", packed[_i], buf_str(&text));
	page_json_add(values, &plain);
	ck_assert_ptr_null(strchr(buf_str(&plain), '<'));
	json_decref(again);
	again = parse(buf_str(&plain));
	ck_assert_msg(json_equal(values, again), "%s became %s", packed[_i], buf_str(&plain));
	json_decref(again);
	json_decref(block);
	json_decref(values);
}
END_TEST

START_TEST(what_is_equal_is_packed_once)
{
	json_t *values = parse("[{\"a\": [1, \"x\"]}, {\"a\": [1, \"x\"]}, \"x\"]"), *block;
	cleanup_buf struct buf text = {0};

	page_json_pack(values, &text);
	block = parse(buf_str(&text));
	ck_assert_uint_eq(json_array_size(json_object_get(block, "v")), 4);
	json_decref(block);
	json_decref(values);
}
END_TEST

/* ---- the file as a whole ---- */

/* HTML of this century is not what libxml2 knows: elements by their names are the only complaint that is none. */
#define UNKNOWN_TAG 801

static int complaints;

static void complain(void *context, const xmlError *error)
{
	(void)context;
	if (error->code == UNKNOWN_TAG)
		return;
	complaints++;
	fprintf(stderr, "line %d: %s", error->line, error->message);
}

static htmlDocPtr parse_page(const char *page)
{
	htmlDocPtr doc;

	complaints = 0;
	xmlSetStructuredErrorFunc(NULL, (xmlStructuredErrorFunc)complain);
	doc = htmlReadMemory(page, (int)strlen(page), NULL, "utf-8", HTML_PARSE_NONET);
	xmlSetStructuredErrorFunc(NULL, NULL);
	ck_assert_ptr_nonnull(doc);
	ck_assert_int_eq(complaints, 0);
	return doc;
}

static int count_of(htmlDocPtr doc, const char *path)
{
	xmlXPathContextPtr context = xmlXPathNewContext(doc);
	xmlXPathObjectPtr found = xmlXPathEvalExpression((const xmlChar *)path, context);
	int count = found && found->nodesetval ? found->nodesetval->nodeNr : 0;

	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	return count;
}

static const struct {
	const char *path;
	int count;
} elements[] = {
        {"//script[not(@type)]", 1},
        {"//script[@type='application/json']", 5}, /* the page's, and of 4 objects */
        {"//*[@src or @srcset or @data or @action or @onerror or @onclick or @onload or @style]", 0},
        {"//link | //img | //iframe | //object | //embed | //base | //form[@action]", 0},
        {"//a[not(starts-with(@href, '#'))]", 0},
        {"//meta[@http-equiv='Content-Security-Policy']", 1},
        {"//noscript", 1},
        {"//html[@lang]", 1},
};

static void check_elements(struct result *r)
{
	cleanup_free char *page = render_page(r);
	htmlDocPtr doc = parse_page(page);

	for (size_t i = 0; i < COUNT(elements); i++)
		ck_assert_msg(count_of(doc, elements[i].path) == elements[i].count, "%d of %s, and there should be %d",
		              count_of(doc, elements[i].path), elements[i].path, elements[i].count);
	xmlFreeDoc(doc);
	result_free(r);
}

START_TEST(it_is_well_formed)
{
	check_elements(read_golden());
}
END_TEST

START_TEST(no_text_of_a_run_becomes_markup)
{
	check_elements(hostile_run());
}
END_TEST

/* Only a namespace has the form of an address; nothing is fetched, and nothing could be. */
START_TEST(it_refers_to_nothing_outside)
{
	static const char *const never[] = {"https:",         "@import",   "url(",        "fetch(",
	                                    "XMLHttpRequest", "innerHTML", "outerHTML",   "insertAdjacentHTML",
	                                    "document.write", "eval(",     "new Function"};
	static const char namespace[] = "http://www.w3.org/2000/svg";
	struct result *r = read_golden();
	cleanup_free char *page = render_page(r);
	const char *at = strstr(page, "http:");

	for (size_t i = 0; i < COUNT(never); i++)
		ck_assert_msg(!strstr(page, never[i]), "the page has %s", never[i]);
	ck_assert_ptr_nonnull(at);
	ck_assert_int_eq(strncmp(at, namespace, strlen(namespace)), 0);
	ck_assert_ptr_null(strstr(at + 1, "http:"));
	ck_assert_ptr_nonnull(strstr(page, "default-src 'none'"));
	ck_assert_ptr_null(strstr(page, "{{"));
	result_free(r);
}
END_TEST

static json_t *block_of(const char *page, const char *id)
{
	cleanup_free char *mark = xasprintf("<script type=\"application/json\" id=\"%s\">", id), *text = NULL;
	const char *start = strstr(page, mark), *end;

	ck_assert_msg(start != NULL, "no %s", mark);
	start += strlen(mark);
	end = strstr(start, "</script>");
	text = xstrndup(start, (size_t)(end - start));
	return parse(text);
}

static void check_data(struct result *r)
{
	cleanup_free char *page = render_page(r);
	cleanup_error struct error err = {0};
	json_t *whole = NULL, *head = block_of(page, "page"), *cells, *found = json_array();

	result_sort_cells(r);
	ck_assert_int_eq(result_json_tree(r, &whole, &err), 0);
	cells = json_incref(json_object_get(whole, "cells"));
	json_object_del(whole, "cells");
	ck_assert(json_equal(json_object_get(head, "run"), whole));
	for (size_t o = 0; o < r->object_count; o++) {
		cleanup_free char *id = xasprintf("o%zu", o);
		json_t *block = block_of(page, id), *own = unpack(block);

		json_array_extend(found, own);
		json_decref(own);
		json_decref(block);
	}
	ck_assert_uint_eq(json_array_size(found), json_array_size(cells));
	for (size_t i = 0; i < json_array_size(cells); i++) {
		bool is_there = false;

		for (size_t k = 0; k < json_array_size(found) && !is_there; k++)
			is_there = json_equal(json_array_get(cells, i), json_array_get(found, k));
		ck_assert_msg(is_there, "cell %zu is not in the page as it is in results.json", i);
	}
	json_decref(found);
	json_decref(cells);
	json_decref(whole);
	json_decref(head);
	result_free(r);
}

START_TEST(it_holds_all_of_results_json)
{
	check_data(read_golden());
}
END_TEST

START_TEST(it_holds_hostile_text_as_it_is)
{
	check_data(hostile_run());
}
END_TEST

/* ---- along the kernels ---- */

static struct result *two_kernels(void)
{
	struct result *r = result_new();

	text_set(&result_add_object(r)->name, "a");
	text_set(&result_add_object(r)->name, "b");
	for (size_t k = 0; k < 3; k++) {
		static const char *const ids[] = {"5.10", "6.1", "6.12"};

		text_set(&result_add_kernel(r)->id, ids[k]);
		for (size_t o = 0; o < 2; o++) {
			struct result_cell *c = result_add_cell(r);

			text_set(&c->kernel, ids[k]);
			text_set(&c->object, r->objects[o].name);
		}
	}
	return r;
}

static void add_relocation(struct result_cell *c, const char *kind, const char *spec, enum relo_outcome outcome,
                           uint64_t target, uint32_t size)
{
	struct result_relocation *x = result_add_relocation(c);

	text_set(&x->kind, kind);
	text_set(&x->spec, spec);
	x->outcome = outcome;
	x->has_target = outcome == RELO_SAME || outcome == RELO_MOVED;
	x->target = target;
	x->target_size = size;
}

static void assert_json(json_t *value, const char *wanted)
{
	json_t *expected = parse(wanted);
	char *text = json_dumps(value, JSON_COMPACT);

	ck_assert_msg(json_equal(value, expected), "%s, and not %s", text, wanted);
	free(text);
	json_decref(expected);
	json_decref(value);
}

START_TEST(fields_are_followed_along_the_kernels)
{
	struct result *r = two_kernels();
	cleanup_result_view struct result_view *view = NULL;

	add_relocation(&r->cells[0], "byte_off", "struct t.x", RELO_SAME, 8, 4);
	add_relocation(&r->cells[0], "byte_sz", "struct t.x", RELO_SAME, 4, 4);
	add_relocation(&r->cells[1], "byte_off", "struct t.x", RELO_SAME, 8, 4);
	add_relocation(&r->cells[2], "byte_off", "struct t.x", RELO_MOVED, 16, 8);
	add_relocation(&r->cells[4], "byte_off", "struct t.x", RELO_GUARDED, 0, 0);
	add_relocation(&r->cells[5], "type_size", "struct s", RELO_ABSENT, 0, 0);
	add_relocation(&r->cells[3], "type_size", "struct s", RELO_NOT_ATTEMPTED, 0, 0);
	view = result_view_new(r);
	assert_json(
	        page_fields(view),
	        "[{\"at\": [null, null, false], \"spec\": \"struct s\", \"kind\": \"type_size\", \"objects\": [1]},"
	        " {\"at\": [[8, 4], [16, 8], false], \"spec\": \"struct t.x\", \"kind\": \"byte_off\", \"objects\": [0, 1]}]");
	result_view_free(steal_ptr(view));
	result_free(r);
}
END_TEST

START_TEST(costs_are_followed_along_the_kernels)
{
	static const uint32_t insns[] = {10, 0, 30};
	struct result *r = two_kernels();
	cleanup_result_view struct result_view *view = NULL;

	for (size_t k = 0; k < 3; k++) {
		struct result_program *p = result_add_program(&r->cells[2 * k]);

		text_set(&p->name, "p");
		p->cost.verified_insns = insns[k];
		p->cost.insns_limit = 1000000;
		p = result_add_program(&r->cells[2 * k + 1]);
		text_set(&p->name, "p");
		p->cost.verified_insns = 40;
	}
	view = result_view_new(r);
	assert_json(page_costs(view),
	            "[{\"at\": [40, 40, 40], \"most\": 40, \"object\": 1, \"program\": \"p\", \"limit\": 0},"
	            " {\"at\": [10, null, 30], \"most\": 30, \"object\": 0, \"program\": \"p\", \"limit\": 1000000}]");
	result_view_free(steal_ptr(view));
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(packing_loses_nothing, packed),
	        TEST(what_is_equal_is_packed_once),
	        TEST(it_is_well_formed),
	        TEST(no_text_of_a_run_becomes_markup),
	        TEST(it_refers_to_nothing_outside),
	        TEST(it_holds_all_of_results_json),
	        TEST(it_holds_hostile_text_as_it_is),
	        TEST(fields_are_followed_along_the_kernels),
	        TEST(costs_are_followed_along_the_kernels),
	};

	return suite_run("page", tests, COUNT(tests));
}
