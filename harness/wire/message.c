/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/frame.h"
#include "wire/pack.h"

/* One visitor per fact: the same lines write and read it, see pack.h. */

static void visit_hello(struct pack *p, struct hello_fact *f)
{
	pack_u32(p, &f->protocol);
	pack_str(p, &f->release);
	pack_u64(p, &f->btf_size);
	pack_u32(p, &f->btf_crc);
	pack_u64(p, &f->started_ns);
}

static void visit_cost(struct pack *p, struct program_cost *c)
{
	pack_u32(p, &c->verified_insns);
	pack_u32(p, &c->insns_limit);
	pack_u32(p, &c->total_states);
	pack_u32(p, &c->peak_states);
	pack_u32(p, &c->max_states);
	pack_u32(p, &c->stack_depth);
	pack_u32(p, &c->xlated_bytes);
	pack_u32(p, &c->jited_bytes);
	pack_u64(p, &c->map_bytes);
	pack_u64(p, &c->verify_us);
}

static void visit_line(struct pack *p, struct line_fact *f)
{
	pack_str(p, &f->place);
	pack_str(p, &f->text);
	pack_u64(p, &f->insns);
}

static void visit_program(struct pack *p, struct program_fact *f)
{
	pack_str(p, &f->name);
	pack_str(p, &f->section);
	pack_str(p, &f->type);
	pack_bool(p, &f->autoload);
	pack_bool(p, &f->loaded);
	pack_bool(p, &f->attached);
	pack_i32(p, &f->err);
	pack_str(p, &f->reason);
	pack_bool(p, &f->alone);
	pack_u8(p, &f->evidence);
	pack_u64(p, &f->run_cnt);
	pack_u64(p, &f->workload_runs);
	pack_u64(p, &f->noise_runs);
	pack_u64(p, &f->recursion_misses);
	pack_u64(p, &f->missed);
	pack_str(p, &f->never_driven);
	visit_cost(p, &f->cost);
	pack_str(p, &f->stopped);
	pack_count(p, &f->line_count, 16);
	if (!p->out)
		f->lines = xcalloc(f->line_count + 1, sizeof(*f->lines));
	for (uint32_t i = 0; i < f->line_count; i++)
		visit_line(p, &f->lines[i]);
}

static void visit_witness(struct pack *p, struct relo_witness *w)
{
	pack_u8(p, &w->seen);
	pack_u64(p, &w->value);
	pack_u8(p, &w->width);
}

static void visit_relo(struct pack *p, struct relo_fact *f)
{
	pack_u32(p, &f->object);
	pack_str(p, &f->program);
	pack_str(p, &f->section);
	pack_u32(p, &f->number);
	pack_u32(p, &f->insn);
	pack_u32(p, &f->kind);
	pack_str(p, &f->type);
	pack_str(p, &f->access);
	pack_str(p, &f->spec);
	pack_u64(p, &f->local);
	pack_u8(p, &f->local_width);
	visit_witness(p, &f->insns);
	visit_witness(p, &f->log);
	pack_u32(p, &f->candidates);
	pack_str(p, &f->target);
	pack_bool(p, &f->attempted);
	pack_bool(p, &f->loaded);
	pack_bool(p, &f->reached);
	pack_str(p, &f->line);
}

static void visit_truth(struct pack *p, struct truth_fact *f)
{
	pack_str(p, &f->workload);
	pack_str(p, &f->field);
	pack_str(p, &f->expected);
	pack_str(p, &f->observed);
	pack_bool(p, &f->ok);
	pack_str(p, &f->hint);
}

static void visit_observed(struct pack *p, struct observed_value *v)
{
	pack_str(p, &v->name);
	pack_u8(p, &v->moment);
	pack_bool(p, &v->is_number);
	if (v->is_number)
		pack_u64(p, &v->number);
	else
		pack_bytes(p, &v->bytes, &v->size);
}

static void visit_subject(struct pack *p, struct subject_fact *f)
{
	pack_str(p, &f->workload);
	pack_bool(p, &f->due);
	pack_count(p, &f->count, 10);
	if (!p->out)
		f->values = xcalloc(f->count + 1, sizeof(*f->values));
	for (uint32_t i = 0; i < f->count; i++)
		visit_observed(p, &f->values[i]);
}

static void visit_record(struct pack *p, struct record_fact *f)
{
	pack_str(p, &f->source);
	pack_u8(p, &f->form);
	pack_u32(p, &f->key_size);
	pack_bytes(p, &f->bytes, &f->size);
}

static void visit_circumstance(struct pack *p, struct circumstance_fact *f)
{
	pack_str(p, &f->asked);
	pack_str(p, &f->found);
	pack_str(p, &f->said);
}

static void visit_cell_end(struct pack *p, struct cell_end_fact *f)
{
	pack_u8(p, &f->phase);
	pack_i32(p, &f->err);
	pack_str(p, &f->reason);
	pack_u64(p, &f->events);
	pack_u64(p, &f->lost);
	pack_u64(p, &f->own_events);
	pack_str(p, &f->source);
	pack_str(p, &f->event_type);
	pack_str(p, &f->unchecked);
	pack_str(p, &f->effects);
	pack_str(p, &f->impossible);
	pack_str(p, &f->absent_externs);
	pack_u64(p, &f->open_ns);
	pack_u64(p, &f->attach_ns);
	pack_u64(p, &f->run_ns);
	pack_bool(p, &f->expects_events);
}

static void visit(struct pack *p, struct message *m)
{
	switch (m->type) {
	case MESSAGE_HELLO:
		visit_hello(p, &m->hello);
		break;
	case MESSAGE_READY:
		pack_u64(p, &m->ready.ready_ns);
		break;
	case MESSAGE_JOB:
		pack_u64(p, &m->job.nonce);
		pack_u32(p, &m->job.objects);
		break;
	case MESSAGE_CIRCUMSTANCE:
		visit_circumstance(p, &m->circumstance);
		break;
	case MESSAGE_CELL_BEGIN:
		pack_u32(p, &m->cell_begin.object);
		break;
	case MESSAGE_PROGRAM:
		visit_program(p, &m->program);
		break;
	case MESSAGE_RELO:
		visit_relo(p, &m->relo);
		break;
	case MESSAGE_TRUTH:
		visit_truth(p, &m->truth);
		break;
	case MESSAGE_LOG:
	case MESSAGE_KERNEL_LOG:
		pack_str(p, &m->log.text);
		break;
	case MESSAGE_SUBJECT:
		visit_subject(p, &m->subject);
		break;
	case MESSAGE_RECORD:
		visit_record(p, &m->record);
		break;
	case MESSAGE_CELL_END:
		visit_cell_end(p, &m->cell_end);
		break;
	case MESSAGE_END:
		pack_u64(p, &m->end.nonce);
		pack_u32(p, &m->end.cells);
		break;
	case MESSAGE_FATAL:
		pack_str(p, &m->fatal.reason);
		break;
	case MESSAGE_SYMBOLS:
		pack_u32(p, &m->symbols.unpacked);
		pack_bool(p, &m->symbols.last);
		pack_bytes(p, &m->symbols.bytes, &m->symbols.size);
		break;
	case MESSAGE_ALIVE:
		pack_u64(p, &m->alive.cpu_ns);
		break;
	case MESSAGE_TYPE_COUNT:
		break;
	}
}

void message_encode(struct message *m, struct buf *out)
{
	struct buf payload = {0};
	struct pack p = pack_writer(&payload);

	visit(&p, m);
	frame_encode(out, m->type, payload.data, (uint32_t)payload.len);
	buf_free(&payload);
}

int message_decode(uint32_t type, const void *payload, uint32_t len, struct message *m, struct error *err)
{
	struct pack p = pack_reader(payload, len);

	memset(m, 0, sizeof(*m));
	if (type < MESSAGE_HELLO || type >= MESSAGE_TYPE_COUNT)
		return error_set(err, EBADMSG, "frames: unknown type %u", type);
	m->type = (enum message_type)type;
	visit(&p, m);
	if (pack_complete(&p))
		return 0;
	message_free(m);
	return error_set(err, EBADMSG, "frames: a frame of type %u has %u bytes that do not fit its type", type, len);
}

void line_facts_free(struct line_fact *lines, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		free(lines[i].place);
		free(lines[i].text);
	}
	free(lines);
}

void program_fact_free(struct program_fact *f)
{
	free(f->name);
	free(f->section);
	free(f->type);
	free(f->reason);
	free(f->stopped);
	free(f->never_driven);
	line_facts_free(f->lines, f->line_count);
	*f = (struct program_fact){0};
}

void relo_fact_free(struct relo_fact *f)
{
	free(f->program);
	free(f->section);
	free(f->type);
	free(f->access);
	free(f->spec);
	free(f->target);
	free(f->line);
	*f = (struct relo_fact){0};
}

void truth_fact_free(struct truth_fact *f)
{
	free(f->workload);
	free(f->field);
	free(f->expected);
	free(f->observed);
	free(f->hint);
	*f = (struct truth_fact){0};
}

void subject_fact_free(struct subject_fact *f)
{
	for (uint32_t i = 0; i < f->count; i++) {
		free(f->values[i].name);
		free(f->values[i].bytes);
	}
	free(f->values);
	free(f->workload);
	*f = (struct subject_fact){0};
}

void record_fact_free(struct record_fact *f)
{
	free(f->source);
	free(f->bytes);
	*f = (struct record_fact){0};
}

void circumstance_fact_free(struct circumstance_fact *f)
{
	free(f->asked);
	free(f->found);
	free(f->said);
	*f = (struct circumstance_fact){0};
}

void observation_free(struct observation *o)
{
	for (size_t i = 0; i < o->record_count; i++)
		record_fact_free(&o->records[i]);
	free(o->records);
	subject_fact_free(&o->subject);
	*o = (struct observation){0};
}

void message_free(struct message *m)
{
	switch (m->type) {
	case MESSAGE_HELLO:
		free(m->hello.release);
		break;
	case MESSAGE_PROGRAM:
		program_fact_free(&m->program);
		break;
	case MESSAGE_RELO:
		relo_fact_free(&m->relo);
		break;
	case MESSAGE_TRUTH:
		truth_fact_free(&m->truth);
		break;
	case MESSAGE_LOG:
	case MESSAGE_KERNEL_LOG:
		free(m->log.text);
		break;
	case MESSAGE_SUBJECT:
		subject_fact_free(&m->subject);
		break;
	case MESSAGE_RECORD:
		record_fact_free(&m->record);
		break;
	case MESSAGE_CIRCUMSTANCE:
		circumstance_fact_free(&m->circumstance);
		break;
	case MESSAGE_CELL_END:
		free(m->cell_end.reason);
		free(m->cell_end.source);
		free(m->cell_end.event_type);
		free(m->cell_end.unchecked);
		free(m->cell_end.effects);
		free(m->cell_end.impossible);
		free(m->cell_end.absent_externs);
		break;
	case MESSAGE_FATAL:
		free(m->fatal.reason);
		break;
	case MESSAGE_SYMBOLS:
		free(m->symbols.bytes);
		break;
	case MESSAGE_READY:
	case MESSAGE_JOB:
	case MESSAGE_CELL_BEGIN:
	case MESSAGE_END:
	case MESSAGE_ALIVE:
	case MESSAGE_TYPE_COUNT:
		break;
	}
	memset(m, 0, sizeof(*m));
}
