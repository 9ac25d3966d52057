/* SPDX-License-Identifier: BSD-2-Clause */
/* message: every type survives the wire field by field, and a payload that is not exactly its type's is refused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "wire/frame.h"
#include "wire/message.h"
#include "tests/suite.h"

/* No two fields alike. */
static struct message make(enum message_type type)
{
	static char texts[8][16] = {"t0", "t1 \xff\x1b[31m", "t2", "t3", "", "t5", "t6", "t7"};
	static struct observed_value values[2];
	struct message m = {.type = type};

	switch (type) {
	case MESSAGE_HELLO:
		m.hello = (struct hello_fact){.protocol = 3, .release = texts[1], .btf_size = 1ull << 40};
		m.hello.btf_crc = 0xcafe;
		m.hello.started_ns = 5;
		break;
	case MESSAGE_READY:
		m.ready.ready_ns = UINT64_MAX;
		break;
	case MESSAGE_JOB:
		m.job = (struct job_fact){.nonce = 0x8000000000000001, .objects = 17};
		break;
	case MESSAGE_CIRCUMSTANCE:
		m.circumstance = (struct circumstance_fact){texts[1], texts[2], texts[4]};
		break;
	case MESSAGE_CELL_BEGIN:
		m.cell_begin.object = 12;
		break;
	case MESSAGE_PROGRAM:
		m.program = (struct program_fact){.name = texts[0], .section = texts[1], .type = texts[2]};
		m.program.loaded = true;
		m.program.err = -7;
		m.program.reason = texts[3];
		m.program.evidence = EVIDENCE_RAN;
		m.program.run_cnt = 1ull << 40;
		m.program.workload_runs = 6;
		m.program.noise_runs = 5;
		m.program.never_driven = "vfs_create";
		m.program.recursion_misses = 4;
		m.program.missed = 3;
		m.program.cost = (struct program_cost){1, 2, 3, 4, 5, 6, 7, 8, 1ull << 41, 1ull << 42};
		break;
	case MESSAGE_RELO:
		m.relo = (struct relo_fact){
		        .program = texts[0],
		        .section = texts[1],
		        .number = 1,
		        .insn = 2,
		        .kind = 3,
		        .type = texts[2],
		        .access = texts[3],
		        .spec = texts[4],
		        .local = 1ull << 63,
		        .local_width = 8,
		        .insns = {.seen = RELO_SEEN_VALUE, .value = 44, .width = 4},
		        .log = {.seen = RELO_SEEN_POISON, .value = 55, .width = 2},
		        .candidates = 6,
		        .target = texts[5],
		        .loaded = true,
		        .line = texts[6],
		};
		break;
	case MESSAGE_TRUTH:
		m.truth = (struct truth_fact){
		        .workload = texts[0],
		        .field = texts[1],
		        .expected = texts[2],
		        .observed = texts[3],
		        .ok = true,
		        .hint = texts[5],
		};
		break;
	case MESSAGE_LOG:
	case MESSAGE_KERNEL_LOG:
		m.log.text = texts[1];
		break;
	case MESSAGE_CELL_END:
		m.cell_end = (struct cell_end_fact){
		        .phase = PHASE_RUN,
		        .err = 22,
		        .reason = texts[0],
		        .events = 1,
		        .lost = 2,
		        .own_events = 3,
		        .source = texts[1],
		        .event_type = texts[2],
		        .unchecked = texts[3],
		        .open_ns = 4,
		        .attach_ns = 5,
		        .run_ns = 6,
		        .expects_events = true,
		};
		break;
	case MESSAGE_SUBJECT:
		values[0] = (struct observed_value){.name = texts[3], .is_number = true, .number = 1ull << 40};
		values[1] = (struct observed_value){.name = texts[4], .moment = 3, .bytes = texts[1], .size = 4};
		m.subject = (struct subject_fact){.workload = texts[0], .due = true, .values = values, .count = 2};
		break;
	case MESSAGE_RECORD:
		m.record = (struct record_fact){
		        .source = texts[2], .form = RECORD_ENTRY, .key_size = 4, .bytes = texts[1], .size = 5};
		break;
	case MESSAGE_END:
		m.end = (struct end_fact){.nonce = 9, .cells = 10};
		break;
	case MESSAGE_FATAL:
		m.fatal.reason = texts[7];
		break;
	case MESSAGE_SYMBOLS:
		m.symbols = (struct symbols_fact){.unpacked = 77, .last = true, .bytes = texts[1], .size = 3};
		break;
	case MESSAGE_ALIVE:
		m.alive.cpu_ns = 1ull << 40;
		break;
	case MESSAGE_TYPE_COUNT:
		break;
	}
	return m;
}

static struct buf payload_of(struct message *m)
{
	struct buf frame = {0}, payload = {0};
	struct frame_decoder d = {0};
	struct frame f;

	message_encode(m, &frame);
	frame_decoder_feed(&d, frame.data, frame.len);
	ck_assert_int_eq(frame_decoder_next(&d, &f, NULL), 1);
	ck_assert_uint_eq(f.type, m->type);
	buf_add(&payload, f.payload, f.len);
	frame_decoder_free(&d);
	buf_free(&frame);
	return payload;
}

/* Reading and writing once more gives the same bytes, and a look at the fields shows that they are in their places. */
START_TEST(every_type_survives)
{
	struct message sent = make((enum message_type)_i), got;
	cleanup_buf struct buf payload = payload_of(&sent), again = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(!message_decode((uint32_t)_i, payload.data, (uint32_t)payload.len, &got, &err), "%s", err.text);
	ck_assert_int_eq(got.type, _i);
	again = payload_of(&got);
	ck_assert_uint_eq(again.len, payload.len);
	ck_assert_mem_eq(again.data, payload.data, payload.len);
	message_free(&got);
	message_free(&got);
}
END_TEST

START_TEST(hello_arrives)
{
	struct message sent = make(MESSAGE_HELLO), got;
	cleanup_buf struct buf payload = payload_of(&sent);

	ck_assert_int_eq(message_decode(MESSAGE_HELLO, payload.data, (uint32_t)payload.len, &got, NULL), 0);
	ck_assert_uint_eq(got.hello.protocol, 3);
	ck_assert_str_eq(got.hello.release, "t1 \xff\x1b[31m");
	ck_assert_uint_eq(got.hello.btf_size, 1ull << 40);
	ck_assert_uint_eq(got.hello.btf_crc, 0xcafe);
	ck_assert_uint_eq(got.hello.started_ns, 5);
	message_free(&got);
}
END_TEST

START_TEST(relocation_arrives)
{
	struct message sent = make(MESSAGE_RELO), got;
	cleanup_buf struct buf payload = payload_of(&sent);
	const struct relo_fact *r = &got.relo;

	ck_assert_int_eq(message_decode(MESSAGE_RELO, payload.data, (uint32_t)payload.len, &got, NULL), 0);
	ck_assert_str_eq(r->program, "t0");
	ck_assert_str_eq(r->type, "t2");
	ck_assert_str_eq(r->access, "t3");
	ck_assert_str_eq(r->spec, "");
	ck_assert_str_eq(r->target, "t5");
	ck_assert_str_eq(r->line, "t6");
	ck_assert(r->number == 1 && r->insn == 2 && r->kind == 3 && r->candidates == 6 && r->local_width == 8);
	ck_assert_uint_eq(r->local, 1ull << 63);
	ck_assert(r->insns.seen == RELO_SEEN_VALUE && r->insns.value == 44 && r->insns.width == 4);
	ck_assert(r->log.seen == RELO_SEEN_POISON && r->log.value == 55 && r->log.width == 2);
	ck_assert(!r->attempted && r->loaded && !r->reached);
	message_free(&got);
}
END_TEST

START_TEST(subject_and_record_arrive)
{
	struct message sent = make(MESSAGE_SUBJECT), got;
	cleanup_buf struct buf subject = payload_of(&sent), record = {0};
	const struct observed_value *v;

	ck_assert_int_eq(message_decode(MESSAGE_SUBJECT, subject.data, (uint32_t)subject.len, &got, NULL), 0);
	ck_assert_str_eq(got.subject.workload, "t0");
	ck_assert(got.subject.due && got.subject.count == 2);
	v = got.subject.values;
	ck_assert_str_eq(v[0].name, "t3");
	ck_assert(v[0].is_number && !v[0].moment && v[0].number == 1ull << 40);
	ck_assert(!v[1].is_number && v[1].moment == 3 && v[1].size == 4);
	ck_assert_mem_eq(v[1].bytes, "t1 \xff", 4);
	message_free(&got);
	sent = make(MESSAGE_RECORD);
	record = payload_of(&sent);
	ck_assert_int_eq(message_decode(MESSAGE_RECORD, record.data, (uint32_t)record.len, &got, NULL), 0);
	ck_assert_str_eq(got.record.source, "t2");
	ck_assert(got.record.form == RECORD_ENTRY && got.record.key_size == 4 && got.record.size == 5);
	ck_assert_mem_eq(got.record.bytes, "t1 \xff\x1b", 5);
	message_free(&got);
}
END_TEST

START_TEST(cell_end_arrives)
{
	struct message sent = make(MESSAGE_CELL_END), got;
	cleanup_buf struct buf payload = payload_of(&sent);
	const struct cell_end_fact *e = &got.cell_end;

	ck_assert_int_eq(message_decode(MESSAGE_CELL_END, payload.data, (uint32_t)payload.len, &got, NULL), 0);
	ck_assert(e->phase == PHASE_RUN && e->err == 22 && e->expects_events);
	ck_assert(e->events == 1 && e->lost == 2 && e->own_events == 3);
	ck_assert(e->open_ns == 4 && e->attach_ns == 5 && e->run_ns == 6);
	ck_assert_str_eq(e->reason, "t0");
	ck_assert_str_eq(e->event_type, "t2");
	ck_assert_str_eq(e->unchecked, "t3");
	message_free(&got);
}
END_TEST

START_TEST(program_and_truth_arrive)
{
	struct message sent = make(MESSAGE_PROGRAM), got;
	cleanup_buf struct buf program = payload_of(&sent), truth = {0};

	ck_assert_int_eq(message_decode(MESSAGE_PROGRAM, program.data, (uint32_t)program.len, &got, NULL), 0);
	ck_assert_str_eq(got.program.name, "t0");
	ck_assert_str_eq(got.program.type, "t2");
	ck_assert_str_eq(got.program.reason, "t3");
	ck_assert_uint_eq(got.program.evidence, EVIDENCE_RAN);
	ck_assert_uint_eq(got.program.run_cnt, 1ull << 40);
	ck_assert_uint_eq(got.program.workload_runs, 6);
	ck_assert_uint_eq(got.program.noise_runs, 5);
	ck_assert_str_eq(got.program.never_driven, "vfs_create");
	ck_assert_uint_eq(got.program.recursion_misses, 4);
	ck_assert_uint_eq(got.program.missed, 3);
	ck_assert_mem_eq(&got.program.cost, &sent.program.cost, sizeof(got.program.cost));
	ck_assert(!got.program.autoload && got.program.loaded && !got.program.attached && got.program.err == -7);
	message_free(&got);
	sent = make(MESSAGE_TRUTH);
	truth = payload_of(&sent);
	ck_assert_int_eq(message_decode(MESSAGE_TRUTH, truth.data, (uint32_t)truth.len, &got, NULL), 0);
	ck_assert_str_eq(got.truth.workload, "t0");
	ck_assert_str_eq(got.truth.expected, "t2");
	ck_assert_str_eq(got.truth.observed, "t3");
	ck_assert_str_eq(got.truth.hint, "t5");
	ck_assert(got.truth.ok);
	message_free(&got);
}
END_TEST

/* Strings that nobody set are sent as "" and arrive as such. */
START_TEST(unset_strings_arrive_empty)
{
	struct message sent = {.type = (enum message_type)_i}, got;
	cleanup_buf struct buf payload = payload_of(&sent);

	ck_assert_int_eq(message_decode((uint32_t)_i, payload.data, (uint32_t)payload.len, &got, NULL), 0);
	if (_i == MESSAGE_RELO)
		ck_assert_str_eq(got.relo.line, "");
	if (_i == MESSAGE_CELL_END)
		ck_assert_str_eq(got.cell_end.unchecked, "");
	message_free(&got);
}
END_TEST

START_TEST(cut_or_padded_payload_is_refused)
{
	struct message sent = make((enum message_type)_i), got;
	cleanup_buf struct buf payload = payload_of(&sent);

	for (size_t len = 0; len < payload.len; len++) {
		cleanup_error struct error err = {0};
		cleanup_free char *cut = xcalloc(1, len);

		cut = xrealloc(cut, len, 1);
		memcpy(cut, payload.data, len);
		ck_assert_int_eq(message_decode((uint32_t)_i, cut, (uint32_t)len, &got, &err), -EBADMSG);
		ck_assert_msg(strstr(err.text, "do not fit its type") != NULL, "%s", err.text);
	}
	buf_putc(&payload, 0);
	ck_assert_int_eq(message_decode((uint32_t)_i, payload.data, (uint32_t)payload.len, &got, NULL), -EBADMSG);
}
END_TEST

static const uint32_t unknown_types[] = {0, MESSAGE_TYPE_COUNT, 255, UINT32_MAX};

START_TEST(unknown_type_is_refused)
{
	cleanup_error struct error err = {0};
	struct message got;

	ck_assert_int_eq(message_decode(unknown_types[_i], "", 0, &got, &err), -EBADMSG);
	ck_assert_msg(strstr(err.text, "unknown type") != NULL, "%s", err.text);
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Fixed seed: whatever the payload, decoding either refuses it or gives a message that can be sent again. */
START_TEST(mutated_payloads_do_no_harm)
{
	uint32_t state = 99 + (uint32_t)_i;
	unsigned taken = 0;

	for (unsigned round = 0; round < 2000; round++) {
		struct message sent = make((enum message_type)_i), got;
		cleanup_buf struct buf payload = payload_of(&sent);
		size_t len = payload.len;

		for (unsigned i = next_random(&state) % 4; i > 0; i--)
			payload.data[next_random(&state) % len] = (char)next_random(&state);
		if (next_random(&state) % 8 == 0)
			len = next_random(&state) % len;
		if (message_decode((uint32_t)_i, payload.data, (uint32_t)len, &got, NULL))
			continue;
		taken++;
		payload.len = 0;
		message_encode(&got, &payload);
		message_free(&got);
	}
	ck_assert_uint_gt(taken, 0);
	ck_assert_uint_lt(taken, 2000);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        RANGE(every_type_survives, MESSAGE_HELLO, MESSAGE_TYPE_COUNT),
	        TEST(hello_arrives),
	        TEST(relocation_arrives),
	        TEST(cell_end_arrives),
	        TEST(subject_and_record_arrive),
	        TEST(program_and_truth_arrive),
	        RANGE(unset_strings_arrive_empty, MESSAGE_HELLO, MESSAGE_TYPE_COUNT),
	        RANGE(cut_or_padded_payload_is_refused, MESSAGE_HELLO, MESSAGE_TYPE_COUNT),
	        EACH(unknown_type_is_refused, unknown_types),
	        RANGE(mutated_payloads_do_no_harm, MESSAGE_HELLO, MESSAGE_TYPE_COUNT),
	};

	return suite_run("message", tests, COUNT(tests));
}
