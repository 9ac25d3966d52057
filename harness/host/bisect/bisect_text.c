/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bisect/bisect_text.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/advice/btf_ask.h"
#include "host/lib/text.h"
#include "host/object/object.h"
#include "host/object/object_variants.h"
#include "host/predict/predict.h"
#include "host/predict/predict_boundary.h"
#include "host/predict/predict_timeline.h"
#include "host/store/store.h"

/* What appeared does not stay. */
static void tell_change(const struct bisect *b, const struct bisect_change *c, struct buf *out)
{
	buf_printf(out, "it changes again: %s is %s, %s is %s%s%s\n", b->releases.at[c->before],
	           b->tries[c->before].verdict, b->releases.at[c->after], b->tries[c->after].verdict,
	           *b->tries[c->after].reason ? ": " : "", b->tries[c->after].reason);
}

static void tell_neighbours(const struct bisect *b, struct buf *out)
{
	size_t tried = 0;

	for (size_t i = 0; i < b->releases.count; i++)
		tried += b->states[i] != BISECT_UNKNOWN;
	buf_printf(out, "last good: %s, %s\nfirst bad: %s, %s%s%s\n", b->releases.at[b->good],
	           b->tries[b->good].verdict, b->releases.at[b->bad], b->tries[b->bad].verdict,
	           *b->tries[b->bad].reason ? ": " : "", b->tries[b->bad].reason);
	buf_printf(out, "%zu of %zu releases tried; ", tried, b->releases.count);
	if (b->bad - b->good > 1)
		buf_printf(out, "%zu between these two could not be measured\n", b->bad - b->good - 1);
	else
		buf_puts(out, "the mirror has none between these two\n");
	for (size_t i = 1; i < b->change_count; i++)
		tell_change(b, &b->changes[i], out);
	if (tried < b->releases.count)
		buf_printf(out, "%zu releases were not tried: what came and went among them is not known\n",
		           b->releases.count - tried);
}

/* Where the store keeps the two, which are there by now. */
static int find_types(const struct bisect_request *o, const struct bisect *b, struct store_kernel **kernels,
                      size_t *count, struct error *err)
{
	const struct store_options store = {.dir = o->images, .quiet = true};
	cleanup_free char *text = xasprintf("%s\n%s\n", b->releases.at[b->good], b->releases.at[b->bad]);
	cleanup_kernel_list struct kernel_list list = {0};
	int rc = kernel_list_parse(text, strlen(text), "bisect", &list, err);

	return rc ? rc : store_prepare(&store, &list, kernels, count, err);
}

/* Fields that are on one side only: what the other side has that is similarly named. */
static void tell_names(const struct prediction *p, const struct store_kernel *k, struct buf *out)
{
	const struct predict_object *o = prediction_object(p, 0, 0);

	for (uint32_t i = 0; i < o->record_count; i++) {
		const struct predict_record *r = &o->records[i];
		const char *dot = strchr(r->spec, '.');
		cleanup_free char *field = dot ? xasprintf("%s%s", r->type, dot) : NULL;
		const struct btf_question question = {.topic = BTF_TOPIC_FIELD, .name = field};
		const struct btf_ask_source sources[] = {{.path = k[0].btf}, {.path = k[1].btf}};
		struct btf_answer answers[2];

		if (!field || r->skipped || r->kind != BPF_CORE_FIELD_BYTE_OFFSET)
			continue;
		btf_ask(sources, 2, &question, 1, answers);
		for (size_t side = 0; side < 2; side++) {
			const struct btf_answer *a = &answers[side], *other = &answers[1 - side];

			if (!a->known || a->exists || !other->known || !other->exists)
				continue;
			buf_printf(out, "  %s has no ", k[side].id);
			text_add_line(out, field);
			buf_printf(out, "%s%s%s%s\n", *a->near ? "; it has similarly named members: " : "", a->near,
			           *a->place ? "; one of that name is in " : "", a->place);
		}
	}
}

static int tell_types(const struct bisect_request *o, const struct bisect *b, struct buf *out, struct error *err)
{
	static const char *const flavours[] = {"", ""};
	cleanup_object_list struct object_list objects = {0};
	const struct prediction *p = NULL;
	struct predict_job *job = NULL;
	struct store_kernel *k = NULL;
	size_t count = 0;
	int rc = object_list_read((char *const[]){o->object}, 1, &objects, err);

	rc = rc ? rc : object_list_vary(&objects, o->variant, err);
	rc = rc ? rc : find_types(o, b, &k, &count, err);
	if (!rc) {
		const struct predict_types types[] = {
		        {.id = k[0].id, .arch = k[0].arch, .path = k[0].btf, .symbols = k[0].symbols},
		        {.id = k[1].id, .arch = k[1].arch, .path = k[1].btf, .symbols = k[1].symbols}};

		job = predict_start(&objects, types, 2, err);
		p = job ? predict_finish(job, err) : NULL;
		rc = p ? 0 : -err->code;
	}
	if (p) {
		buf_puts(out, "what differs for the object between their types:\n");
		if (!predict_differences(p, 0, 0, 1, 2, out))
			buf_puts(out, "  everything that it needs is on both or on neither\n");
		tell_names(p, k, out);
		predict_timeline(p, flavours, out);
	}
	predict_free(job);
	store_kernels_free(k, count);
	return rc;
}

int bisect_text(const struct bisect_request *o, const struct bisect *b, struct buf *out, struct error *err)
{
	tell_neighbours(b, out);
	return tell_types(o, b, out, err);
}
