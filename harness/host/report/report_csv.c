/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_csv.h"

#include <inttypes.h>

#include "host/lib/text.h"

static void add_evidence(struct buf *out, const struct result_cell *c)
{
	text_add_csv(out, c && c->evidence != EVIDENCE_UNKNOWN ? evidence_name(c->evidence) : "");
}

static size_t bad_truths(const struct result_cell *c)
{
	size_t count = 0;

	for (size_t i = 0; i < c->truth_count; i++)
		count += !c->truth[i].ok;
	return count;
}

static size_t disagreements(const struct result_cell *c)
{
	size_t count = *c->disagreement != '\0';

	for (size_t i = 0; i < c->relocation_count; i++)
		count += *c->relocations[i].disagreement != '\0';
	return count;
}

static void add_cell(struct buf *out, const struct result_kernel *k, const struct result_object *o,
                     const struct result_cell *c)
{
	static const struct result_cell nothing = {
	        .reason = (char *)"",
	        .advice = (char *)"",
	        .expected = (char *)"",
	        .predicted = (char *)"",
	        .disagreement = (char *)"",
	        .measured = (char *)"",
	};
	const struct result_cell *is = c ? c : &nothing;

	text_add_csv(out, k->id);
	text_add_csv(out, k->release);
	text_add_csv(out, k->arch);
	text_add_csv(out, k->flavour);
	text_add_csv(out, o->name);
	text_add_csv(out, c ? verdict_name(c->verdict) : "not run");
	text_add_csv(out, c ? reject_class_name(c->class) : "");
	add_evidence(out, c);
	text_add_csv(out, is->expected);
	buf_printf(out, "%d,", is->as_expected);
	text_add_csv(out, is->predicted);
	buf_printf(out, "%zu,%zu,%zu,%zu,%zu,%" PRIu64 ",%" PRIu64 ",", is->program_count, is->relocation_count,
	           disagreements(is), is->truth_count, bad_truths(is), is->events, is->lost);
	text_add_csv(out, is->measured);
	text_add_csv(out, is->reason);
	text_add_csv(out, is->advice);
	/* the last column, too, is followed by a comma until here */
	out->data[out->len - 1] = '\n';
}

int report_csv(const struct result_view *v, bool colour, struct buf *out)
{
	(void)colour;
	buf_puts(
	        out,
	        "kernel,release,arch,flavour,object,verdict,class,evidence,expected,as_expected,predicted,programs,relocations,disagreements,values,values_wrong,events,lost,measured,reason,advice\n");
	for (size_t k = 0; k < v->r->kernel_count; k++)
		for (size_t o = 0; o < v->r->object_count; o++)
			add_cell(out, &v->r->kernels[k], &v->r->objects[o], result_view_cell(v, k, o)->cell);
	return 0;
}
