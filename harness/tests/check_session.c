/* SPDX-License-Identifier: BSD-2-Clause */
/* session: the order of frames, what a guest may make the host keep, and hostile streams. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/vm/session.h"
#include "tests/suite.h"

#define NONCE 77u
#define OBJECTS 2u
#define RELEASE "6.1.0-test"

/*
 * A conversation is a string, one letter a frame. H hello, h hello of another kernel, v hello of another protocol,
 * R ready, J job, j job with another nonce, k job with another count, 0-9 begin of that cell, p program, r relocation,
 * t truth, o observed subject, c record of it, w record in no known form, l log, D cell end, x cell end in no known
 * phase, i and B what was asked for of lockdown and LSM is found, y it is not, E end, e end with another nonce, n end
 * with another count, F fatal.
 */
static struct message make(char letter)
{
	static char release[] = RELEASE, other[] = "5.10.0-other", name[] = "name", text[] = "text ";
	static char reason[] = "no \x1b[31m/proc\nhere";

	switch (letter) {
	case 'H':
		return (struct message){.type = MESSAGE_HELLO,
		                        .hello = {.protocol = MESSAGE_PROTOCOL, .release = release}};
	case 'h':
		return (struct message){.type = MESSAGE_HELLO,
		                        .hello = {.protocol = MESSAGE_PROTOCOL, .release = other}};
	case 'v':
		return (struct message){.type = MESSAGE_HELLO,
		                        .hello = {.protocol = MESSAGE_PROTOCOL + 1, .release = release}};
	case 'R':
		return (struct message){.type = MESSAGE_READY};
	case 'J':
		return (struct message){.type = MESSAGE_JOB, .job = {.nonce = NONCE, .objects = OBJECTS}};
	case 'j':
		return (struct message){.type = MESSAGE_JOB, .job = {.nonce = NONCE + 1, .objects = OBJECTS}};
	case 'k':
		return (struct message){.type = MESSAGE_JOB, .job = {.nonce = NONCE, .objects = OBJECTS + 1}};
	case 'p':
		return (struct message){.type = MESSAGE_PROGRAM, .program.name = name};
	case 'r':
		return (struct message){.type = MESSAGE_RELO, .relo.program = name};
	case 't':
		return (struct message){.type = MESSAGE_TRUTH, .truth.field = name};
	case 'o':
		return (struct message){.type = MESSAGE_SUBJECT, .subject.workload = name};
	case 'c':
		return (struct message){.type = MESSAGE_RECORD, .record = {.source = name, .bytes = text, .size = 3}};
	case 'w':
		return (struct message){.type = MESSAGE_RECORD, .record = {.source = name, .form = RECORD_FORM_COUNT}};
	case 'l':
		return (struct message){.type = MESSAGE_LOG, .log.text = text};
	case 'A':
		return (struct message){.type = MESSAGE_ALIVE};
	case 'K':
		return (struct message){.type = MESSAGE_KERNEL_LOG, .log.text = text};
	case 'D':
		return (struct message){.type = MESSAGE_CELL_END, .cell_end = {.phase = PHASE_DONE, .reason = text}};
	case 'x':
		return (struct message){.type = MESSAGE_CELL_END, .cell_end.phase = PHASE_COUNT};
	case 'E':
		return (struct message){.type = MESSAGE_END, .end = {.nonce = NONCE, .cells = OBJECTS}};
	case 'e':
		return (struct message){.type = MESSAGE_END, .end = {.nonce = NONCE + 1, .cells = OBJECTS}};
	case 'n':
		return (struct message){.type = MESSAGE_END, .end = {.nonce = NONCE, .cells = OBJECTS - 1}};
	case 'S':
		return (struct message){.type = MESSAGE_SYMBOLS,
		                        .symbols = {.unpacked = 9, .bytes = text, .size = (uint32_t)strlen(text)}};
	case 's':
		return (struct message){.type = MESSAGE_SYMBOLS,
		                        .symbols = {.unpacked = 9, .last = true, .bytes = text, .size = 1}};
	case 'b':
		return (struct message){.type = MESSAGE_SYMBOLS, .symbols = {.unpacked = SESSION_MAX_SYMBOLS + 1}};
	case 'i':
		return (struct message){.type = MESSAGE_CIRCUMSTANCE,
		                        .circumstance = {"lockdown:integrity", "lockdown:integrity", "[integrity]"}};
	case 'B':
		return (struct message){.type = MESSAGE_CIRCUMSTANCE,
		                        .circumstance = {"lsm:bpf", "lsm:bpf", "lockdown,bpf"}};
	case 'y':
		return (struct message){.type = MESSAGE_CIRCUMSTANCE,
		                        .circumstance = {"lsm:bpf", "lsm:none", "lockdown\n,\x1b[yama"}};
	case 'F':
		return (struct message){.type = MESSAGE_FATAL, .fatal.reason = reason};
	default:
		ck_assert(letter >= '0' && letter <= '9');
		return (struct message){.type = MESSAGE_CELL_BEGIN, .cell_begin.object = (uint32_t)(letter - '0')};
	}
}

static void encode(const char *letters, struct buf *out)
{
	for (; *letters; letters++) {
		struct message m = make(*letters);

		message_encode(&m, out);
	}
}

/* Feed bytes as vm does. Returns the number of frames taken; `rc` is 0 or the error that ended it. */
static size_t take_bytes(struct session *s, const void *bytes, size_t len, int *rc, struct error *err)
{
	struct frame_decoder d = {0};
	size_t taken = 0;
	struct frame f;

	frame_decoder_feed(&d, bytes, len);
	while ((*rc = frame_decoder_next(&d, &f, err)) == 1) {
		*rc = session_take(s, &f, (int64_t)taken + 1, err);
		if (*rc)
			break;
		taken++;
	}
	frame_decoder_free(&d);
	return taken;
}

static size_t take(struct session *s, const char *letters, int *rc, struct error *err)
{
	cleanup_buf struct buf bytes = {0};

	encode(letters, &bytes);
	return take_bytes(s, bytes.data, bytes.len, rc, err);
}

/* ---- symbols ---- */

static const struct {
	const char *letters;
	bool wanted;
	size_t taken;
	bool whole;
} symbol_talks[] = {
        {"HRJSSs0D", true, 8, true}, {"HRJs0D", true, 6, true}, {"HRJ0D", true, 5, false},  {"HRJSS0", true, 6, false},
        {"HRJs", false, 3, false},   {"HRJ0s", true, 4, false}, {"HRJ0Ds", true, 5, false}, {"HRs", true, 2, false},
        {"HRJss", true, 4, true},    {"HRJb", true, 3, false},
};

START_TEST(symbols_come_once_and_before_any_object)
{
	cleanup_error struct error err = {0};
	struct session s;
	int rc;

	session_init(&s, NONCE, OBJECTS, RELEASE);
	s.wants_symbols = symbol_talks[_i].wanted;
	ck_assert_uint_eq(take(&s, symbol_talks[_i].letters, &rc, &err), symbol_talks[_i].taken);
	ck_assert_int_eq(rc == 0, symbol_talks[_i].taken == strlen(symbol_talks[_i].letters));
	ck_assert(s.has_symbols == symbol_talks[_i].whole);
	session_free(&s);
}
END_TEST

START_TEST(what_the_kernel_says_is_of_the_cell_that_began_last)
{
	cleanup_error struct error err = {0};
	struct session s;
	int rc;

	session_init(&s, NONCE, OBJECTS, RELEASE);
	ck_assert_uint_eq(take(&s, "HRJ0KDK1DK", &rc, &err), 10);
	ck_assert_int_eq(rc, 0);
	ck_assert_uint_eq(s.cells[0].kernel_log.len, 2 * s.cells[1].kernel_log.len);
	ck_assert(s.cells[1].kernel_log.len);
	session_free(&s);
	session_init(&s, NONCE, OBJECTS, RELEASE);
	ck_assert_uint_eq(take(&s, "HRJK", &rc, &err), 3);
	ck_assert_int_eq(rc, -EBADMSG);
	session_free(&s);
}
END_TEST

/* ---- the good road ---- */

START_TEST(whole_conversation_is_kept)
{
	cleanup_error struct error err = {0};
	const struct session_cell *cell;
	struct session s;
	int rc;

	session_init(&s, NONCE, OBJECTS, RELEASE);
	ck_assert_int_eq(s.stage, SESSION_BOOTING);
	ck_assert_int_eq(s.current, -1);
	ck_assert_uint_eq(take(&s, "HRJ1pprtllD0pttttttD", &rc, &err), 20);
	ck_assert_msg(!rc, "%s", err.text);
	ck_assert_int_eq(s.stage, SESSION_RUNNING);
	ck_assert_uint_eq(take(&s, "E", &rc, &err), 1);
	ck_assert_int_eq(s.stage, SESSION_ENDED);
	ck_assert_int_eq(s.current, -1);
	ck_assert_str_eq(s.hello.hello.release, RELEASE);
	cell = &s.cells[1];
	ck_assert(cell->begun && cell->done);
	ck_assert_uint_eq(cell->program_count, 2);
	ck_assert_uint_eq(cell->relo_count, 1);
	ck_assert_uint_eq(cell->truth_count, 1);
	ck_assert_str_eq(buf_str(&cell->log), "text text ");
	ck_assert_str_eq(cell->programs[1].name, "name");
	ck_assert_str_eq(cell->relos[0].program, "name");
	ck_assert_str_eq(cell->end.cell_end.reason, "text ");
	ck_assert_uint_eq(s.cells[0].truth_count, 6);
	ck_assert_str_eq(s.cells[0].truths[5].field, "name");
	session_free(&s);
}
END_TEST

static const struct {
	const char *letters;
	size_t taken;
} observed_talks[] = {
        {"HRJ0oD", 6},
        {"HRJ0occocD", 10},
        {"HRJ0cD", 4},
        {"HRJoD", 3},
        {"HRJ0owD", 5},
        {"HRJ0occccccccccccccccD", 22},
        {"HRJ0occcccccccccccccccccD", 21},
};

START_TEST(records_follow_their_subject)
{
	cleanup_error struct error err = {0};
	struct session s;
	int rc;

	session_init(&s, NONCE, OBJECTS, RELEASE);
	ck_assert_uint_eq(take(&s, observed_talks[_i].letters, &rc, &err), observed_talks[_i].taken);
	ck_assert_int_eq(rc == 0, observed_talks[_i].taken == strlen(observed_talks[_i].letters));
	if (_i == 1) {
		ck_assert_uint_eq(s.cells[0].subject_count, 2);
		ck_assert_uint_eq(s.cells[0].subjects[0].record_count, 2);
		ck_assert_uint_eq(s.cells[0].subjects[1].record_count, 1);
	}
	session_free(&s);
}
END_TEST

static const struct {
	const char *letters;
	const char *text; /* NULL: all of it is taken */
} circumstance_talks[] = {
        {"HRJiB0D1DE", NULL},
        {"HRJiBs0D1DE", NULL},
        {"HRJi0", "type 4 came out of order"},
        {"HRJ0", "type 4 came out of order"},
        {"HRJB", "type 17 came out of order"},
        {"HRJii", "type 17 came out of order"},
        {"HRJiBB", "type 17 came out of order"},
        {"HRi", "type 17 came out of order"},
        {"HRJiE", "the end frame came, but not the cell of object 0"},
        {"HRJiy", "the row asks for lsm:bpf, which did not take: the guest finds lsm:none (lockdown ,\\x1b[yama)"},
};

START_TEST(circumstances_are_those_of_the_row)
{
	cleanup_error struct error err = {0};
	size_t len = strlen(circumstance_talks[_i].letters);
	struct session s;
	int rc;

	session_init(&s, NONCE, OBJECTS, RELEASE);
	s.wants_symbols = true;
	s.asked.value[CIRCUMSTANCE_LOCKDOWN] = LOCKDOWN_INTEGRITY;
	s.asked.value[CIRCUMSTANCE_LSM] = LSM_BPF;
	ck_assert_uint_eq(take(&s, circumstance_talks[_i].letters, &rc, &err),
	                  circumstance_talks[_i].text ? len - 1 : len);
	if (circumstance_talks[_i].text)
		ck_assert_msg(rc < 0 && strstr(err.text, circumstance_talks[_i].text), "%s", err.text);
	else
		ck_assert_str_eq(s.found[1].said, "lockdown,bpf");
	session_free(&s);
}
END_TEST

START_TEST(times_are_those_of_arrival)
{
	struct session s;
	int rc;

	session_init(&s, NONCE, OBJECTS, RELEASE);
	take(&s, "HRJ0D1pDE", &rc, NULL);
	ck_assert_int_eq(s.hello_ms, 1);
	ck_assert_int_eq(s.ready_ms, 2);
	ck_assert_int_eq(s.cells[0].begin_ms, 4);
	ck_assert_int_eq(s.cells[0].end_ms, 5);
	ck_assert_int_eq(s.cells[1].end_ms, 8);
	ck_assert_int_eq(s.cells_ms, 8);
	ck_assert_int_eq(s.end_ms, 9);
	session_free(&s);
}
END_TEST

START_TEST(any_kernel_is_right_when_none_was_named)
{
	struct session s;
	int rc;

	session_init(&s, NONCE, OBJECTS, "");
	take(&s, "h", &rc, NULL);
	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(s.stage, SESSION_GREETED);
	session_free(&s);
}
END_TEST

/* ---- wrong turns ---- */

static const struct {
	const char *letters; /* the last one is refused */
	int rc;
	const char *text;
} refusals[] = {
        {"h", -EPROTO, "the guest runs kernel '5.10.0-other', the row resolved to '" RELEASE "'"},
        {"v", -EPROTO, "the agent speaks protocol 2, this program 1"},
        {"R", -EBADMSG, "type 2 came out of order"},
        {"J", -EBADMSG, "type 3 came out of order"},
        {"0", -EBADMSG, "type 4 came out of order"},
        {"p", -EBADMSG, "type 5 came out of order"},
        {"l", -EBADMSG, "type 8 came out of order"},
        {"D", -EBADMSG, "type 9 came out of order"},
        {"E", -EBADMSG, "type 10 came out of order"},
        {"HH", -EBADMSG, "type 1 came out of order"},
        {"HJ", -EBADMSG, "type 3 came out of order"},
        {"HE", -EBADMSG, "type 10 came out of order"},
        {"HRR", -EBADMSG, "type 2 came out of order"},
        {"HRH", -EBADMSG, "type 1 came out of order"},
        {"HR0", -EBADMSG, "type 4 came out of order"},
        {"HRE", -EBADMSG, "type 10 came out of order"},
        {"HRj", -EBADMSG, "another job"},
        {"HRk", -EBADMSG, "another job"},
        {"HRJJ", -EBADMSG, "type 3 came out of order"},
        {"HRJp", -EBADMSG, "type 5 came out of order"},
        {"HRJr", -EBADMSG, "type 6 came out of order"},
        {"HRJt", -EBADMSG, "type 7 came out of order"},
        {"HRJl", -EBADMSG, "type 8 came out of order"},
        {"HRJA", -EBADMSG, "type 16 came out of order"},
        {"HRJ0AAD1DA", -EBADMSG, "type 16 came out of order"},
        {"HRJD", -EBADMSG, "type 9 came out of order"},
        {"HRJ2", -EBADMSG, "a cell for object 2 of 2"},
        {"HRJ9", -EBADMSG, "a cell for object 9 of 2"},
        {"HRJ01", -EBADMSG, "type 4 came out of order"},
        {"HRJ0D0", -EBADMSG, "type 4 came out of order"},
        {"HRJ0x", -EBADMSG, "unknown phase 5"},
        {"HRJ0DD", -EBADMSG, "type 9 came out of order"},
        {"HRJ0Dp", -EBADMSG, "type 5 came out of order"},
        {"HRJ0J", -EBADMSG, "type 3 came out of order"},
        {"HRJ0E", -EBADMSG, "type 10 came out of order"},
        {"HRJE", -EBADMSG, "not the cell of object 0"},
        {"HRJ0DE", -EBADMSG, "not the cell of object 1"},
        {"HRJ1DE", -EBADMSG, "not the cell of object 0"},
        {"HRJ0D1De", -EBADMSG, "the end frame belongs to another job"},
        {"HRJ0D1Dn", -EBADMSG, "the end frame belongs to another job"},
        {"HRJ0D1DEE", -EBADMSG, "type 10 came out of order"},
        {"HRJ0D1DEH", -EBADMSG, "type 1 came out of order"},
        {"HRJ0D1DEF", -EBADMSG, "type 11 came out of order"},
        {"F", -EIO, "the agent gave up: no \\x1b[31m/proc here"},
        {"HRJ0F", -EIO, "the agent gave up: no \\x1b[31m/proc here"},
};

START_TEST(wrong_turn_is_refused)
{
	cleanup_error struct error err = {0};
	enum session_stage stage;
	struct session s;
	int rc;

	session_init(&s, NONCE, OBJECTS, RELEASE);
	ck_assert_uint_eq(take(&s, refusals[_i].letters, &rc, &err), strlen(refusals[_i].letters) - 1);
	ck_assert_int_eq(rc, refusals[_i].rc);
	ck_assert_msg(strstr(err.text, refusals[_i].text) != NULL, "%s: %s", refusals[_i].letters, err.text);
	ck_assert_int_eq(err.status, EXIT_INFRA);
	stage = s.stage;
	take(&s, "F", &rc, &err);
	ck_assert_int_lt(rc, 0);
	ck_assert_int_eq(s.stage, stage);
	session_free(&s);
}
END_TEST

START_TEST(foreign_frame_is_refused)
{
	struct frame f = {.type = 4711, .payload = (const uint8_t *)"", .len = 0};
	cleanup_error struct error err = {0};
	struct session s;

	session_init(&s, NONCE, OBJECTS, RELEASE);
	ck_assert_int_eq(session_take(&s, &f, 1, &err), -EBADMSG);
	f.type = MESSAGE_HELLO;
	ck_assert_int_eq(session_take(&s, &f, 1, &err), -EBADMSG);
	ck_assert_int_eq(s.stage, SESSION_BOOTING);
	session_free(&s);
}
END_TEST

/* The guest chooses its release: what is shown of it is short. */
START_TEST(long_release_is_cut_in_the_message)
{
	struct message m = {.type = MESSAGE_HELLO, .hello.protocol = MESSAGE_PROTOCOL};
	cleanup_free char *release = xcalloc(1, 500001);
	cleanup_error struct error err = {0};
	cleanup_buf struct buf bytes = {0};
	struct session s;
	int rc;

	memset(release, 'r', 500000);
	m.hello.release = release;
	message_encode(&m, &bytes);
	session_init(&s, NONCE, OBJECTS, RELEASE);
	take_bytes(&s, bytes.data, bytes.len, &rc, &err);
	ck_assert_int_eq(rc, -EPROTO);
	ck_assert_uint_lt(strlen(err.text), 1000);
	ck_assert(strstr(err.text, RELEASE) != NULL);
	session_free(&s);
}
END_TEST

/* ---- bounds ---- */

static struct frame frame_of(const struct buf *bytes)
{
	return (struct frame){
	        .type = (uint8_t)bytes->data[4],
	        .payload = (const uint8_t *)bytes->data + FRAME_HEADER_SIZE,
	        .len = (uint32_t)(bytes->len - FRAME_OVERHEAD),
	};
}

START_TEST(number_of_facts_is_bounded)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf bytes = {0};
	unsigned taken = 0;
	struct session s;
	struct frame f;
	int rc;

	session_init(&s, NONCE, OBJECTS, RELEASE);
	take(&s, "HRJ0", &rc, NULL);
	encode("t", &bytes);
	f = frame_of(&bytes);
	while (taken < SESSION_MAX_FACTS && !session_take(&s, &f, 1, &err))
		taken++;
	ck_assert_msg(taken == SESSION_MAX_FACTS, "%u: %s", taken, err.text);
	ck_assert_int_eq(session_take(&s, &f, 1, &err), -EBADMSG);
	ck_assert_msg(strstr(err.text, "more than 200000 facts") != NULL, "%s", err.text);
	ck_assert_uint_eq(s.cells[0].truth_count, SESSION_MAX_FACTS);
	session_free(&s);
}
END_TEST

/* What one cell may hold of each kind, fed in frames of the largest size. */
static const struct {
	enum message_type type;
	size_t most;
	const char *text;
} bounds[] = {
        {MESSAGE_LOG, SESSION_MAX_LOG, "bytes of log for one cell"},
        {MESSAGE_KERNEL_LOG, SESSION_MAX_LOG, "bytes of the kernel's log for one cell"},
        {MESSAGE_PROGRAM, SESSION_MAX_BYTES, "bytes about one cell"},
        {MESSAGE_RELO, SESSION_MAX_BYTES, "bytes about one cell"},
        {MESSAGE_TRUTH, SESSION_MAX_BYTES, "bytes about one cell"},
};

static char **first_text(struct message *m)
{
	switch (m->type) {
	case MESSAGE_PROGRAM:
		return &m->program.name;
	case MESSAGE_RELO:
		return &m->relo.program;
	case MESSAGE_TRUTH:
		return &m->truth.workload;
	default:
		return &m->log.text;
	}
}

START_TEST(size_of_what_is_kept_is_bounded)
{
	cleanup_free char *text = xcalloc(1, 1000001);
	struct message m = {.type = bounds[_i].type};
	cleanup_error struct error err = {0};
	cleanup_buf struct buf bytes = {0};
	struct session s;
	size_t kept = 0;
	struct frame f;
	int rc;

	memset(text, 'a', 1000000);
	*first_text(&m) = text;
	message_encode(&m, &bytes);
	f = frame_of(&bytes);
	session_init(&s, NONCE, OBJECTS, RELEASE);
	take(&s, "HRJ0", &rc, NULL);
	while (!(rc = session_take(&s, &f, 1, &err))) {
		kept += 1000000;
		ck_assert_uint_le(kept, bounds[_i].most);
	}
	ck_assert_int_eq(rc, -EBADMSG);
	ck_assert_msg(strstr(err.text, bounds[_i].text) != NULL, "%s", err.text);
	ck_assert_uint_gt(kept + 2000000, bounds[_i].most);
	session_free(&s);
}
END_TEST

/* ---- where ---- */

static const struct {
	const char *letters, *where;
} places[] = {
        {"", "before the agent's hello"}, {"H", "between hello and ready"},    {"HR", "before the job was taken"},
        {"HRJ", "between two objects"},   {"HRJ0", "while first ran"},         {"HRJ0D", "between two objects"},
        {"HRJ0D1p", "while second ran"},  {"HRJ0D1DE", "after the end frame"},
};

START_TEST(place_is_named)
{
	static char first[] = "first", second[] = "second";
	char *const names[] = {first, second};
	cleanup_free char *where = NULL;
	struct session s;
	int rc;

	session_init(&s, NONCE, OBJECTS, RELEASE);
	take(&s, places[_i].letters, &rc, NULL);
	where = session_where(&s, names);
	ck_assert_str_eq(where, places[_i].where);
	session_free(&s);
}
END_TEST

START_TEST(freed_session_is_empty)
{
	struct session s;
	int rc;

	session_init(&s, NONCE, OBJECTS, RELEASE);
	take(&s, "HRJ0prtl", &rc, NULL);
	session_free(&s);
	ck_assert_uint_eq(s.cell_count, 0);
	ck_assert_int_eq(s.current, -1);
	session_free(&s);
}
END_TEST

/* ---- hostile streams, fixed seeds ---- */

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* No more than one cell runs, what has not begun is not done, an end has all cells: whatever came. */
static bool is_consistent(const struct session *s)
{
	for (size_t i = 0; i < s->cell_count; i++) {
		const struct session_cell *cell = &s->cells[i];

		if (cell->done && (!cell->begun || cell->end.cell_end.phase >= PHASE_COUNT))
			return false;
		if ((cell->begun && !cell->done) != (s->current == (int)i))
			return false;
		if (s->stage == SESSION_ENDED && !cell->done)
			return false;
	}
	return true;
}

START_TEST(mutated_bytes_do_no_harm)
{
	uint32_t state = 20260131;

	for (unsigned round = 0; round < 2000; round++) {
		cleanup_buf struct buf bytes = {0};
		struct session s;
		int rc;

		encode("HRJ0prtlD1pprrttllDE", &bytes);
		for (unsigned i = next_random(&state) % 3; i > 0; i--)
			bytes.data[next_random(&state) % bytes.len] = (char)next_random(&state);
		bytes.len -= next_random(&state) % 4 ? 0 : next_random(&state) % bytes.len;
		session_init(&s, NONCE, OBJECTS, RELEASE);
		take_bytes(&s, bytes.data, bytes.len, &rc, NULL);
		ck_assert_int_le(rc, 0);
		ck_assert(is_consistent(&s));
		session_free(&s);
	}
}
END_TEST

/* Damage behind a right checksum: what a guest under another's control would send. */
START_TEST(mutated_payloads_do_no_harm)
{
	static const char letters[] = "HRJ0prtlD1pprrttllDE";
	uint32_t state = 424242;
	unsigned ended = 0;

	for (unsigned round = 0; round < 3000; round++) {
		unsigned hit = next_random(&state) % (sizeof(letters) - 1);
		struct session s;
		int rc = 0;

		session_init(&s, NONCE, OBJECTS, RELEASE);
		for (unsigned i = 0; i < sizeof(letters) - 1 && !rc; i++) {
			cleanup_buf struct buf bytes = {0};
			struct message m = make(letters[i]);
			struct frame f;

			message_encode(&m, &bytes);
			f = frame_of(&bytes);
			if (i == hit && f.len)
				bytes.data[FRAME_HEADER_SIZE + next_random(&state) % f.len] = (char)next_random(&state);
			if (i == hit && next_random(&state) % 8 == 0)
				f.type = next_random(&state) % 13;
			rc = session_take(&s, &f, 1, NULL);
		}
		ck_assert(is_consistent(&s));
		ended += s.stage == SESSION_ENDED;
		session_free(&s);
	}
	ck_assert_uint_gt(ended, 0);
	ck_assert_uint_lt(ended, 3000);
}
END_TEST

/* Valid frames in any order: the grammar alone decides, and it is a small one. */
START_TEST(random_conversations_do_no_harm)
{
	static const char letters[] = "HRJ01prtlDE0D1DHRJF";
	uint32_t state = 5;

	for (unsigned round = 0; round < 1000; round++) {
		struct session s;
		int rc = 0;

		session_init(&s, NONCE, OBJECTS, RELEASE);
		take(&s, "HRJ", &rc, NULL);
		for (unsigned i = 0; i < 40; i++) {
			char letter[] = {letters[next_random(&state) % (sizeof(letters) - 1)], '\0'};

			take(&s, letter, &rc, NULL);
			ck_assert(is_consistent(&s));
		}
		session_free(&s);
	}
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("session", .seconds = 60),
	        EACH(symbols_come_once_and_before_any_object, symbol_talks),
	        TEST(what_the_kernel_says_is_of_the_cell_that_began_last),
	        TEST(whole_conversation_is_kept),
	        EACH(records_follow_their_subject, observed_talks),
	        EACH(circumstances_are_those_of_the_row, circumstance_talks),
	        TEST(times_are_those_of_arrival),
	        TEST(any_kernel_is_right_when_none_was_named),
	        EACH(wrong_turn_is_refused, refusals),
	        TEST(foreign_frame_is_refused),
	        TEST(long_release_is_cut_in_the_message),
	        TEST(number_of_facts_is_bounded),
	        EACH(size_of_what_is_kept_is_bounded, bounds),
	        EACH(place_is_named, places),
	        TEST(freed_session_is_empty),
	        TEST(mutated_bytes_do_no_harm),
	        TEST(mutated_payloads_do_no_harm),
	        TEST(random_conversations_do_no_harm),
	};

	return suite_run("session", tests, COUNT(tests));
}
