/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/result_json.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/json_codec.h"
#include "host/lib/text.h"

/* What a kernel or an attempt that measured is called in a document. */
static const char ok_name[] = "ok";

static void codec_class(struct codec *x, json_t *node, enum reject_class *class)
{
	const char *text = x->writing ? "" : json_string_value(codec_get(x, node, "class"));

	if (!x->writing && text && !*text)
		*class = CLASS_NONE;
	else
		*class = (enum reject_class)codec_term(x, node, "class", (int)*class, reject_class_name(*class),
		                                       reject_class_parse);
}

/* Absent where it is not known, as in the results of versions that did not tell. */
static void codec_side(struct codec *x, json_t *node, enum reject_side *side)
{
	if (x->writing ? *side == SIDE_UNKNOWN : !json_object_get(node, "side"))
		return;
	*side = (enum reject_side)codec_term(x, node, "side", (int)*side, reject_side_name(*side), reject_side_parse);
}

/* Absent where nobody measured it, as in the results of versions that did not. */
static void codec_evidence(struct codec *x, json_t *node, enum evidence *evidence)
{
	if (x->writing && *evidence == EVIDENCE_UNKNOWN)
		return;
	*evidence = (enum evidence)codec_term(x, node, "evidence", (int)*evidence, evidence_name(*evidence),
	                                      evidence_parse);
}

static void program_runs(struct codec *x, json_t *node, struct result_program *p)
{
	codec_evidence(x, node, &p->evidence);
	if (x->writing && p->evidence == EVIDENCE_UNKNOWN)
		return;
	codec_u64(x, node, "run_cnt", &p->run_cnt);
	codec_u64(x, node, "workload_runs", &p->workload_runs);
	codec_u64(x, node, "noise_runs", &p->noise_runs);
	codec_u64(x, node, "recursion_misses", &p->recursion_misses);
	codec_u64(x, node, "missed", &p->missed);
	if (!x->writing || *p->never_driven)
		codec_string(x, node, "never_driven", &p->never_driven);
}

/* Absent where the kernel did not tell, as in the results of versions that did not ask. */
static void program_costs(struct codec *x, json_t *node, struct program_cost *c)
{
	if (x->writing && !c->verified_insns)
		return;
	codec_unsigned(x, node, "verified_insns", &c->verified_insns);
	codec_unsigned(x, node, "insns_limit", &c->insns_limit);
	codec_unsigned(x, node, "total_states", &c->total_states);
	codec_unsigned(x, node, "peak_states", &c->peak_states);
	codec_unsigned(x, node, "max_states", &c->max_states);
	codec_unsigned(x, node, "stack_depth", &c->stack_depth);
	codec_unsigned(x, node, "xlated_bytes", &c->xlated_bytes);
	codec_unsigned(x, node, "jited_bytes", &c->jited_bytes);
	codec_u64(x, node, "map_bytes", &c->map_bytes);
	codec_u64(x, node, "verify_us", &c->verify_us);
}

static void line_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result_program *p = owner;
	struct result_line *l = x->writing ? &p->lines[index] : result_add_line(p);

	codec_key(x, node, "place", &l->place);
	codec_string(x, node, "text", &l->text);
	codec_u64(x, node, "insns", &l->insns);
}

static void program_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result_cell *c = owner;
	struct result_program *p = x->writing ? &c->programs[index] : result_add_program(c);

	codec_key(x, node, "name", &p->name);
	codec_string(x, node, "section", &p->section);
	codec_string(x, node, "type", &p->type);
	codec_bool(x, node, "autoload", &p->autoload);
	codec_bool(x, node, "loaded", &p->loaded);
	codec_bool(x, node, "attached", &p->attached);
	codec_bool(x, node, "alone", &p->alone);
	codec_int(x, node, "errno", &p->err);
	codec_string(x, node, "log", &p->log);
	program_runs(x, node, p);
	program_costs(x, node, &p->cost);
	if (!x->writing || *p->stopped)
		codec_string(x, node, "stopped", &p->stopped);
	if (!x->writing || p->line_count)
		codec_list(x, node, "top_lines", p, p->line_count, line_entry);
}

static void relocation_target(struct codec *x, json_t *node, struct result_relocation *r)
{
	if (x->writing && !r->has_target) {
		codec_put(x, node, "target", json_null());
		return;
	}
	if (!x->writing)
		r->has_target = codec_get(x, node, "target") != NULL;
	codec_u64(x, node, "target", &r->target);
}

static void relocation_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result_cell *c = owner;
	struct result_relocation *r = x->writing ? &c->relocations[index] : result_add_relocation(c);

	codec_string(x, node, "program", &r->program);
	codec_string(x, node, "section", &r->section);
	codec_unsigned(x, node, "number", &r->number);
	codec_unsigned(x, node, "insn", &r->insn);
	codec_string(x, node, "kind", &r->kind);
	codec_string(x, node, "type", &r->type);
	codec_string(x, node, "access", &r->access);
	codec_string(x, node, "spec", &r->spec);
	if (!x->writing || *r->source)
		codec_string(x, node, "source", &r->source);
	codec_u64(x, node, "local", &r->local);
	relocation_target(x, node, r);
	if (!x->writing || r->local_size)
		codec_unsigned(x, node, "local_size", &r->local_size);
	if (!x->writing || r->target_size)
		codec_unsigned(x, node, "target_size", &r->target_size);
	r->outcome = (enum relo_outcome)codec_term(x, node, "outcome", (int)r->outcome, relo_outcome_name(r->outcome),
	                                           relo_outcome_parse);
	codec_string(x, node, "predicted", &r->predicted);
	codec_string(x, node, "disagreement", &r->disagreement);
	if (!x->writing || *r->object)
		codec_string(x, node, "object", &r->object);
	if (!x->writing || *r->differs)
		codec_string(x, node, "differs", &r->differs);
	if (!x->writing || *r->note)
		codec_string(x, node, "note", &r->note);
}

static void truth_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result_cell *c = owner;
	struct result_truth *t = x->writing ? &c->truth[index] : result_add_truth(c);

	codec_string(x, node, "workload", &t->workload);
	codec_string(x, node, "field", &t->field);
	codec_string(x, node, "expected", &t->expected);
	codec_string(x, node, "observed", &t->observed);
	codec_bool(x, node, "ok", &t->ok);
	codec_string(x, node, "hint", &t->hint);
}

static bool has_kernel(const struct result *r, const char *id)
{
	for (size_t i = 0; i < r->kernel_count; i++) {
		if (strcmp(r->kernels[i].id, id) == 0)
			return true;
	}
	return false;
}

static bool has_object(const struct result *r, const char *name)
{
	for (size_t i = 0; i < r->object_count; i++) {
		if (strcmp(r->objects[i].name, name) == 0)
			return true;
	}
	return false;
}

/* A cell has to belong to the matrix; that its verdict is said is what makes it a cell. */
static void check_cell(struct codec *x, json_t *node, const struct result *r, const struct result_cell *c)
{
	if (x->writing || x->failed)
		return;
	if (!has_kernel(r, c->kernel))
		codec_fail(x, "kernel", "names no kernel of this run");
	else if (!has_object(r, c->object))
		codec_fail(x, "object", "names no object of this run");
	else if (!codec_get(x, node, "verdict"))
		codec_fail(x, "verdict", "is missing");
	else if (!codec_get(x, node, "as_expected"))
		codec_fail(x, "as_expected", "is missing");
}

static void forecast_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result *r = owner;
	struct result_forecast *f = x->writing ? &r->forecasts[index] : result_add_forecast(r);

	codec_key(x, node, "kernel", &f->kernel);
	codec_key(x, node, "object", &f->object);
	codec_key(x, node, "predicted", &f->predicted);
	codec_string(x, node, "reason", &f->reason);
}

static void cell_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result *r = owner;
	struct result_cell *c = x->writing ? &r->cells[index] : result_add_cell(r);

	codec_key(x, node, "kernel", &c->kernel);
	codec_key(x, node, "object", &c->object);
	if (!x->writing || *c->variant)
		codec_string(x, node, "variant", &c->variant);
	if (!x->writing || *c->build)
		codec_string(x, node, "build", &c->build);
	if (!x->writing || *c->libbpf)
		codec_string(x, node, "libbpf", &c->libbpf);
	c->verdict =
	        (enum verdict)codec_term(x, node, "verdict", (int)c->verdict, verdict_name(c->verdict), verdict_parse);
	codec_class(x, node, &c->class);
	codec_side(x, node, &c->side);
	codec_evidence(x, node, &c->evidence);
	codec_string(x, node, "reason", &c->reason);
	codec_string(x, node, "expected", &c->expected);
	codec_bool(x, node, "as_expected", &c->as_expected);
	codec_string(x, node, "predicted", &c->predicted);
	codec_string(x, node, "disagreement", &c->disagreement);
	check_cell(x, node, r, c);
	codec_string(x, node, "advice", &c->advice);
	codec_string(x, node, "reproduce", &c->reproduce);
	codec_string(x, node, "log", &c->log);
	c->phase = (enum cell_phase)codec_term(x, node, "phase", (int)c->phase, cell_phase_name(c->phase),
	                                       cell_phase_parse);
	codec_list(x, node, "programs", c, c->program_count, program_entry);
	codec_list(x, node, "relocations", c, c->relocation_count, relocation_entry);
	codec_list(x, node, "truth", c, c->truth_count, truth_entry);
	codec_strings(x, node, "attempts", &c->attempts);
	codec_unsigned(x, node, "runs", &c->runs);
	codec_unsigned(x, node, "differing", &c->differing);
	codec_u64(x, node, "events", &c->events);
	codec_u64(x, node, "lost", &c->lost);
	codec_string(x, node, "source", &c->source);
	codec_string(x, node, "event_type", &c->event_type);
	codec_string(x, node, "unchecked", &c->unchecked);
	if (!x->writing || *c->effects)
		codec_string(x, node, "effects", &c->effects);
	if (!x->writing || *c->impossible)
		codec_string(x, node, "impossible", &c->impossible);
	if (!x->writing || *c->absent_externs)
		codec_string(x, node, "absent_externs", &c->absent_externs);
	if (!x->writing || *c->learnt)
		codec_string(x, node, "learnt", &c->learnt);
	codec_strings(x, node, "kernel_said", &c->kernel_said);
	codec_strings(x, node, "kernel_allowed", &c->kernel_allowed);
	if (!x->writing || *c->kernel_log)
		codec_string(x, node, "kernel_log", &c->kernel_log);
	if (!x->writing || *c->measured)
		codec_string(x, node, "measured", &c->measured);
	codec_time(x, node, "ms", &c->ms);
	codec_time(x, node, "open_ms", &c->open_ms);
	codec_time(x, node, "attach_ms", &c->attach_ms);
	codec_time(x, node, "run_ms", &c->run_ms);
}

/* One member for both: "ok", or why the attempt failed. */
static void attempt_outcome(struct codec *x, json_t *node, struct result_attempt *a)
{
	char *text = xstrdup(a->failed ? a->reason : ok_name);

	codec_string(x, node, "outcome", &text);
	a->failed = strcmp(text, ok_name) != 0;
	if (!x->writing)
		text_set(&a->reason, a->failed ? text : "");
	free(text);
}

static void attempt_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result_kernel *k = owner;
	struct result_attempt *a = x->writing ? &k->attempts[index] : result_add_attempt(k);

	codec_string(x, node, "accel", &a->accel);
	codec_string(x, node, "start", &a->start);
	attempt_outcome(x, node, a);
	codec_string(x, node, "console", &a->console);
	codec_string(x, node, "script", &a->script);
	codec_time(x, node, "total_ms", &a->total_ms);
}

static void circumstance_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result_kernel *k = owner;
	struct result_circumstance *c = x->writing ? &k->circumstances[index] : result_add_circumstance(k);

	codec_string(x, node, "asked", &c->asked);
	codec_string(x, node, "found", &c->found);
	codec_string(x, node, "said", &c->said);
}

static int infra_parse(const char *name)
{
	return strcmp(name, ok_name) == 0 ? 0 : strcmp(name, "infra") == 0 ? 1 : -1;
}

static void kernel_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result *r = owner;
	struct result_kernel *k = x->writing ? &r->kernels[index] : result_add_kernel(r);
	json_t *timing;

	codec_key(x, node, "id", &k->id);
	codec_unsigned(x, node, "line", &k->line);
	codec_string(x, node, "release", &k->release);
	codec_string(x, node, "arch", &k->arch);
	if (!x->writing || *k->flavour)
		codec_string(x, node, "flavour", &k->flavour);
	codec_string(x, node, "package", &k->package);
	codec_string(x, node, "version", &k->version);
	codec_string(x, node, "image_sha256", &k->image_sha256);
	codec_string(x, node, "btf_sha256", &k->btf_sha256);
	codec_string(x, node, "btf", &k->btf);
	codec_string(x, node, "accel", &k->accel);
	codec_string(x, node, "start", &k->start);
	k->infra = codec_term(x, node, "status", k->infra, k->infra ? "infra" : ok_name, infra_parse);
	codec_string(x, node, "reason", &k->reason);
	codec_time(x, node, "hello_ms", &k->timing.hello_ms);
	codec_time(x, node, "total_ms", &k->timing.total_ms);
	timing = codec_object(x, node, "timing");
	if (timing) {
		codec_time(x, timing, "console_ms", &k->timing.console_ms);
		codec_time(x, timing, "hello_ms", &k->timing.hello_ms);
		codec_time(x, timing, "ready_ms", &k->timing.ready_ms);
		codec_time(x, timing, "job_ms", &k->timing.job_ms);
		codec_time(x, timing, "cells_ms", &k->timing.cells_ms);
		codec_time(x, timing, "total_ms", &k->timing.total_ms);
	}
	codec_string(x, node, "directory", &k->directory);
	if (!x->writing || k->circumstance_count)
		codec_list(x, node, "circumstances", k, k->circumstance_count, circumstance_entry);
	codec_list(x, node, "attempts", k, k->attempt_count, attempt_entry);
}

static void file_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result_object *o = owner;
	struct result_file *f = x->writing ? &o->files[index] : result_add_file(o);

	codec_key(x, node, "arch", &f->arch);
	codec_string(x, node, "path", &f->path);
	codec_string(x, node, "sha256", &f->sha256);
}

static void object_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result *r = owner;
	struct result_object *o = x->writing ? &r->objects[index] : result_add_object(r);

	codec_key(x, node, "name", &o->name);
	codec_string(x, node, "path", &o->path);
	codec_string(x, node, "sha256", &o->sha256);
	codec_string(x, node, "ini_sha256", &o->ini_sha256);
	codec_unsigned(x, node, "programs", &o->programs);
	codec_unsigned(x, node, "relocations", &o->relocations);
	codec_string(x, node, "description", &o->description);
	codec_string(x, node, "mechanism", &o->mechanism);
	codec_bool(x, node, "control", &o->control);
	if (!x->writing || o->file_count)
		codec_list(x, node, "files", o, o->file_count, file_entry);
}

static void skipped_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct result *r = owner;
	struct result_skipped *s = x->writing ? &r->skipped[index] : result_add_skipped(r);

	codec_key(x, node, "kernel", &s->kernel);
	codec_unsigned(x, node, "line", &s->line);
	codec_string(x, node, "reason", &s->reason);
}

static void part_entry(struct codec *x, json_t *root, struct result_part *part)
{
	json_t *node = !x->writing || part->n ? codec_object(x, root, "part") : NULL;

	if (!node)
		return;
	codec_unsigned(x, node, "k", &part->k);
	codec_unsigned(x, node, "n", &part->n);
	codec_string(x, node, "list_sha256", &part->list_sha256);
	part->cut = (enum result_cut)codec_term(x, node, "cut", (int)part->cut, result_cut_name(part->cut),
	                                        result_cut_parse);
	codec_strings(x, node, "objects", &part->objects);
	if (!x->failed && (!part->k || part->k > part->n))
		codec_fail(x, "part", "is not a part of anything");
}

static void document(struct codec *x, json_t *root, struct result *r)
{
	json_t *host;

	codec_string(x, root, "started", &r->started);
	codec_double(x, root, "elapsed_s", &r->elapsed_s);
	codec_bool(x, root, "complete", &r->complete);
	codec_strings(x, root, "command", &r->command);
	host = codec_object(x, root, "host");
	if (host) {
		codec_string(x, host, "uname", &r->host.uname);
		codec_string(x, host, "qemu", &r->host.qemu);
		codec_string(x, host, "accel", &r->host.accel);
		codec_string(x, host, "corematrix", &r->host.corematrix);
		codec_string(x, host, "agent", &r->host.agent);
		codec_string(x, host, "libbpf", &r->host.libbpf);
		codec_string(x, host, "cc", &r->host.cc);
		codec_string(x, host, "clang", &r->host.clang);
		codec_string(x, host, "vmlinux_h", &r->host.vmlinux_h);
		codec_unsigned(x, host, "cpus", &r->host.cpus);
	}
	codec_list(x, root, "objects", r, r->object_count, object_entry);
	codec_list(x, root, "kernels", r, r->kernel_count, kernel_entry);
	codec_list(x, root, "cells", r, r->cell_count, cell_entry);
	part_entry(x, root, &r->part);
	codec_strings(x, root, "unused_allowances", &r->unused_allowances);
	if (!x->writing || r->skipped_count)
		codec_list(x, root, "skipped", r, r->skipped_count, skipped_entry);
	if (!x->writing || r->forecast_count)
		codec_list(x, root, "forecasts", r, r->forecast_count, forecast_entry);
}

/* The first of these members that a results.json must have and this document lacks; NULL when it has all. */
static const char *missing_part(const json_t *root)
{
	static const char *const parts[] = {"objects", "kernels", "cells"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!json_is_array(json_object_get(root, parts[i])))
			return parts[i];
	}
	return NULL;
}

/* jansson quotes the text near the mistake, and that comes from the file. */
static void fail_syntax(const char *name, const json_error_t *at, struct error *err)
{
	cleanup_buf struct buf text = {0};

	text_add_line(&text, at->text);
	error_usage(err, "%s:%d:%d: not JSON: %s; the file is truncated or damaged", name, at->line, at->column,
	            buf_str(&text));
}

static int dump_to_buf(const char *bytes, size_t len, void *out)
{
	buf_add(out, bytes, len);
	return 0;
}

int result_json_tree(const struct result *r, json_t **root, struct error *err)
{
	struct codec x = {.writing = true, .name = RESULT_JSON_NAME, .err = err};

	*root = json_object();
	codec_put(&x, *root, "schema", json_string(RESULT_JSON_SCHEMA));
	/* the description takes a result it could fill; writing only looks */
	document(&x, *root, (struct result *)r);
	buf_free(&x.place);
	if (!x.failed)
		return 0;
	json_decref(*root);
	*root = NULL;
	return -EINVAL;
}

int result_json_encode(const struct result *r, struct buf *out, struct error *err)
{
	json_t *root;
	int rc = result_json_tree(r, &root, err);

	/* 15 digits: what every double holds, so that 12.3 is not 12.300000000000001 */
	if (!rc && json_dump_callback(root, dump_to_buf, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15)))
		rc = error_set(err, EINVAL, "%s cannot be expressed in JSON", RESULT_JSON_NAME);
	if (!rc)
		buf_putc(out, '\n');
	json_decref(root);
	return rc;
}

int result_json_decode(const char *text, size_t len, const char *name, struct result **r, struct error *err)
{
	struct codec x = {.name = name, .err = err};
	json_error_t at;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &at);
	const char *schema = json_string_value(json_object_get(root, "schema"));
	struct result *read = result_new();

	*r = NULL;
	if (!root) {
		fail_syntax(name, &at, err);
	} else if (!schema || strcmp(schema, RESULT_JSON_SCHEMA) != 0) {
		error_usage(err, "%s: its schema is not \"%s\"; it was not written by this corematrix", name,
		            RESULT_JSON_SCHEMA);
	} else if (missing_part(root)) {
		codec_fail(&x, missing_part(root), "is missing, or not a list");
	} else {
		document(&x, root, read);
		if (!x.failed)
			*r = steal_ptr(read);
	}
	json_decref(root);
	buf_free(&x.place);
	result_free(read);
	return *r ? 0 : -EINVAL;
}

int result_json_write(const struct result *r, const char *path, struct error *err)
{
	cleanup_buf struct buf out = {0};
	int rc = result_json_encode(r, &out, err);

	return rc ? rc : io_replace_file(path, buf_str(&out), out.len, err);
}

int result_json_read(const char *path, struct result **r, struct error *err)
{
	cleanup_buf struct buf text = {0};
	cleanup_error struct error cause = {0};

	*r = NULL;
	if (io_read_file(path, RESULT_JSON_MAX, &text, &cause))
		return error_usage(err, "%s; name a directory or file that corematrix run wrote", cause.text);
	return result_json_decode(buf_str(&text), text.len, path, r, err);
}
