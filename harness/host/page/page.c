/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/page/page.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <nettle/base64.h>
#include <nettle/sha2.h>

#include "base/cleanup.h"
#include "host/page/page_facts.h"
#include "host/page/page_json.h"
#include "host/page/page_tracks.h"
#include "host/result/result_json.h"

/* What the build put together of assets/ (page_assets.S). */
extern const char page_html_start[], page_html_end[], page_css_start[], page_css_end[], page_js_start[], page_js_end[];

struct piece {
	const char *start, *end;
};

/* "sha256-…" of a piece, as a content security policy names what may be executed. */
static void add_hash(const struct piece *p, struct buf *out)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	char text[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1] = "";
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, (size_t)(p->end - p->start), (const uint8_t *)p->start);
	sha256_digest(&ctx, sizeof(digest), digest);
	base64_encode_raw(text, sizeof(digest), digest);
	buf_printf(out, "sha256-%s", text);
}

static void add_block(const char *id, struct buf *out)
{
	buf_printf(out, "<script type=\"application/json\" id=\"%s\">", id);
}

/* Cells by object; what is no cell of the matrix is in no list. */
static void add_objects(const struct result_view *v, json_t *cells, struct buf *out)
{
	const struct result *r = v->r;

	for (size_t o = 0; o < r->object_count; o++) {
		cleanup_free char *id = xasprintf("o%zu", o);
		json_t *own = json_array();

		for (size_t k = 0; k < r->kernel_count; k++) {
			const struct result_cell *c = result_view_cell(v, k, o)->cell;

			if (c)
				json_array_append(own, json_array_get(cells, (size_t)(c - r->cells)));
		}
		add_block(id, out);
		page_json_pack(own, out);
		buf_puts(out, "</script>\n");
		json_decref(own);
	}
}

static int add_data(const struct result_view *v, const struct page_past *past, const char *base, struct buf *out,
                    struct error *err)
{
	static const struct page_past nothing;
	json_t *root, *cells, *page;
	int rc = result_json_tree(v->r, &root, err);

	if (rc)
		return rc;
	cells = json_incref(json_object_get(root, "cells"));
	json_object_del(root, "cells");
	page = json_object();
	json_object_set_new(page, "base", json_string(base));
	json_object_set_new(page, "run", root);
	json_object_set_new(page, "facts", page_facts(v));
	json_object_set_new(page, "fields", page_fields(v));
	json_object_set_new(page, "costs", page_costs(v));
	json_object_set_new(page, "since", page_changes(v, past ? past : &nothing));
	json_object_set_new(page, "history", page_history(past ? past : &nothing));
	add_block("page", out);
	page_json_add(page, out);
	buf_puts(out, "</script>\n");
	add_objects(v, cells, out);
	json_decref(page);
	json_decref(cells);
	return 0;
}

/* Where the template says {{NAME}}, in this order. */
int page_render(const struct result_view *v, const struct page_past *past, const char *base, struct buf *out,
                struct error *err)
{
	const struct piece css = {page_css_start, page_css_end}, js = {page_js_start, page_js_end};
	const char *at = page_html_start;
	int rc = 0;

	while (!rc) {
		const char *mark = memmem(at, (size_t)(page_html_end - at), "{{", 2);

		buf_add(out, at, (size_t)((mark ? mark : page_html_end) - at));
		if (!mark)
			return 0;
		at = memmem(mark, (size_t)(page_html_end - mark), "}}", 2);
		if (!at)
			return error_set(err, EINVAL, "the template of the page has a mark without an end");
		at += 2;
		if (!strncmp(mark, "{{STYLE-HASH}}", 14))
			add_hash(&css, out);
		else if (!strncmp(mark, "{{SCRIPT-HASH}}", 15))
			add_hash(&js, out);
		else if (!strncmp(mark, "{{STYLE}}", 9))
			buf_add(out, css.start, (size_t)(css.end - css.start));
		else if (!strncmp(mark, "{{SCRIPT}}", 10))
			buf_add(out, js.start, (size_t)(js.end - js.start));
		else
			rc = add_data(v, past, base, out, err);
	}
	return rc;
}

int report_page(const struct result_view *v, bool colour, struct buf *out)
{
	cleanup_error struct error err = {0};

	(void)colour;
	return page_render(v, NULL, "", out, &err);
}
