/* SPDX-License-Identifier: BSD-2-Clause */
/* learn: values are found where they stand on all kernels, or surely on one; chance and small numbers teach nothing. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/judge.h"
#include "host/judge/learn.h"
#include "host/judge/learn_record.h"
#include "host/lib/text.h"
#include "tests/suite.h"

#define SUBJECTS 5
#define KERNELS 4

/* What a program puts into its event, by hand: the layout of the record, and what is wrong with it on some kernels. */
struct event {
	uint64_t who;
	char name[16];
	uint32_t parent, user;
} __attribute__((packed));

struct world {
	struct observation subjects[KERNELS][SUBJECTS];
	struct learn_cell cells[KERNELS];
};

static void value_add(struct subject_fact *s, const char *name, uint8_t moment, uint64_t number, const char *text)
{
	struct observed_value *v;

	s->values = xrealloc(s->values, s->count + 1, sizeof(*s->values));
	v = &s->values[s->count++];
	*v = (struct observed_value){.name = xstrdup(name), .moment = moment, .is_number = !text, .number = number};
	if (!text)
		return;
	v->bytes = xstrdup(text);
	v->size = (uint32_t)strlen(text);
}

static void record_add(struct observation *o, const char *source, enum record_form form, const void *bytes, size_t size)
{
	struct record_fact *r;

	o->records = xrealloc(o->records, o->record_count + 1, sizeof(*o->records));
	r = &o->records[o->record_count++];
	*r = (struct record_fact){.source = xstrdup(source),
	                          .form = (uint8_t)form,
	                          .bytes = xcalloc(1, size + 1),
	                          .size = (uint32_t)size};
	memcpy(r->bytes, bytes, size);
}

static uint64_t pid_of(size_t kernel, size_t subject)
{
	return 100 + 10 * kernel + subject;
}

static void world_make(struct world *w, size_t kernels)
{
	static const char *const names[SUBJECTS] = {"cm-exec", "cm-exec-thread", "cm-exec-child", "cm-exec-uid",
	                                            "odd) R 1"};

	memset(w, 0, sizeof(*w));
	for (size_t k = 0; k < kernels; k++) {
		w->cells[k] = (struct learn_cell){.subjects = w->subjects[k], .count = SUBJECTS};
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct subject_fact *s = &w->subjects[k][i].subject;

			s->workload = xstrdup(names[i]);
			s->due = true;
			value_add(s, "pid", 0, pid_of(k, i), NULL);
			value_add(s, "tid", 0, pid_of(k, i), NULL);
			value_add(s, "ppid", 0, i == 2 ? 93 + k : i == 3 ? 95 + k : 90 + k, NULL);
			value_add(s, "comm", 0, 0, names[i]);
			value_add(s, "uid", 0, i == 3 ? 4242 : 0, NULL);
			value_add(s, "gid", 0, i == 3 ? 4343 : 0, NULL);
			value_add(s, "ret", 0, 3, NULL);
		}
	}
}

static void world_free(struct world *w)
{
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++)
			observation_free(&w->subjects[k][i]);
}

static const struct observed_value *value_of(const struct subject_fact *s, const char *name)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (!strcmp(s->values[i].name, name))
			return &s->values[i];
	return NULL;
}

static struct event true_event(const struct subject_fact *s)
{
	struct event e = {
	        .who = value_of(s, "pid")->number,
	        .parent = (uint32_t)value_of(s, "ppid")->number,
	        .user = (uint32_t)value_of(s, "uid")->number,
	};

	memcpy(e.name, value_of(s, "comm")->bytes, value_of(s, "comm")->size);
	return e;
}

/* `shift` moves the name of kernels from number `wrong_from` on by a byte. */
static void events_add(struct world *w, size_t kernels, size_t wrong_from)
{
	for (size_t k = 0; k < kernels; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct event e = true_event(&w->subjects[k][i].subject);

			if (k >= wrong_from) {
				memmove(e.name, e.name + 1, sizeof(e.name) - 1);
				e.name[15] = 0;
			}
			record_add(&w->subjects[k][i], "out", RECORD_BYTES, &e, sizeof(e));
		}
}

static struct result_cell *cell_make(struct result *r)
{
	struct result_cell *c = result_add_cell(r);
	struct result_program *p = result_add_program(c);

	p->autoload = p->loaded = p->attached = true;
	p->evidence = EVIDENCE_RAN;
	c->phase = PHASE_DONE;
	c->events = SUBJECTS;
	judge_cell(c, &(struct judge_facts){PHASE_DONE, 0, "", "", false, 0});
	ck_assert_int_eq(c->verdict, VERDICT_UNPROVEN);
	return c;
}

static enum verdict verdict_of(struct world *w, const struct learnt *learnt, size_t kernel)
{
	struct result *r = result_new();
	struct result_cell *c = cell_make(r);
	enum verdict verdict;

	learn_compare(learnt, &w->cells[kernel], c);
	judge_learnt(c);
	verdict = c->verdict;
	ck_assert_int_eq(c->evidence == EVIDENCE_TRUTH, verdict != VERDICT_UNPROVEN);
	result_free(r);
	return verdict;
}

#define ANY_VERDICT (-1)

/* What is learnt of a world, and what the cell of each of its kernels comes to by that. It ends with this. */
static void world_comes_to(struct world *w, const char *layout, int verdict)
{
	cleanup_free char *text = NULL;
	struct learnt learnt;

	learn_settle(w->cells, KERNELS, &learnt);
	text = learnt_text(&learnt);
	ck_assert_str_eq(text, layout);
	for (size_t k = 0; verdict != ANY_VERDICT && k < KERNELS; k++)
		ck_assert_int_eq(verdict_of(w, &learnt, k), verdict);
	learnt_free(&learnt);
	world_free(w);
}

START_TEST(a_layout_is_found_and_holds)
{
	struct world w;

	world_make(&w, KERNELS);
	events_add(&w, KERNELS, KERNELS);
	world_comes_to(&w, "pid@0:8 comm@8:16 ppid@24:4 uid@28:4, by 5 of 5 subjects on 4 of 4 kernels", VERDICT_PASS);
}
END_TEST

START_TEST(one_kernel_is_enough_for_what_no_chance_can_be)
{
	struct world w;
	struct learnt learnt;
	cleanup_free char *text = NULL;

	world_make(&w, 1);
	events_add(&w, 1, 1);
	learn_settle(w.cells, 1, &learnt);
	text = learnt_text(&learnt);
	ck_assert_ptr_nonnull(strstr(text, "pid@0:8 comm@8:16"));
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

START_TEST(where_a_value_does_not_stand_the_cell_is_wrong)
{
	for (size_t wrong_from = 1; wrong_from < KERNELS; wrong_from++) {
		struct world w;
		struct learnt learnt;
		cleanup_free char *text = NULL, *want = NULL;

		world_make(&w, KERNELS);
		events_add(&w, KERNELS, wrong_from);
		learn_settle(w.cells, KERNELS, &learnt);
		text = learnt_text(&learnt);
		want = xasprintf("pid@0:8 comm@8:16 ppid@24:4 uid@28:4, by 5 of 5 subjects on %zu of 4 kernels",
		                 wrong_from);
		ck_assert_str_eq(text, want);
		for (size_t k = 0; k < KERNELS; k++)
			ck_assert_int_eq(verdict_of(&w, &learnt, k), k < wrong_from ? VERDICT_PASS : VERDICT_WRONG);
		learnt_free(&learnt);
		world_free(&w);
	}
}
END_TEST

/* Of three ids, on one kernel alone: beside an id and a name that stand everywhere, they are no chance. */
START_TEST(an_id_beside_others_that_stand_needs_one_kernel)
{
	struct world w;
	struct learnt learnt;
	cleanup_free char *text = NULL;

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct event e = true_event(&w.subjects[k][i].subject);

			e.parent = k ? 7 : e.parent;
			record_add(&w.subjects[k][i], "out", RECORD_BYTES, &e, sizeof(e));
		}
	learn_settle(w.cells, KERNELS, &learnt);
	text = learnt_text(&learnt);
	ck_assert_str_eq(text, "pid@0:8 comm@8:16 ppid@24:4 uid@28:4, by 5 of 5 subjects on 1 of 4 kernels");
	for (size_t k = 0; k < KERNELS; k++)
		ck_assert_int_eq(verdict_of(&w, &learnt, k), k ? VERDICT_WRONG : VERDICT_PASS);
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

/* The loopback's address is the same for all: beside an id it is no chance, alone it may be. */
START_TEST(an_address_that_all_have_needs_an_id_beside)
{
	static const char loopback[] = {127, 0, 0, 1};
	struct world w;

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct observation *o = &w.subjects[k][i];
			uint32_t pid = _i ? (uint32_t)pid_of(k, i) : 0, bytes[3] = {pid, 1, 0};

			value_add(&o->subject, "daddr", 0, 0, "\x7f??\x01");
			memcpy(o->subject.values[o->subject.count - 1].bytes, loopback, sizeof(loopback));
			memcpy(&bytes[2], loopback, sizeof(loopback));
			record_add(o, "out", RECORD_BYTES, bytes, sizeof(bytes));
		}
	world_comes_to(&w, _i ? "pid@0:4 daddr@8:4, by 5 of 5 subjects on 4 of 4 kernels" : "", ANY_VERDICT);
}
END_TEST

/* `address` as a value of every subject, and 4 bytes of each of their records: the address, or on some kernels not. */
static void address_world_make(struct world *w, const char *address, size_t right_on)
{
	world_make(w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct observation *o = &w->subjects[k][i];
			uint32_t bytes[3] = {(uint32_t)pid_of(k, i), 0xffff8880, 1};

			value_add(&o->subject, "saddr", 0, 0, "????");
			memcpy(o->subject.values[o->subject.count - 1].bytes, address, 4);
			if (k < right_on)
				memcpy(&bytes[1], address, 4);
			record_add(o, "out", RECORD_BYTES, bytes, sizeof(bytes));
		}
}

/* A gap that the program does not set has what the stack held before: the same address for all, on some kernels. */
START_TEST(a_leftover_address_teaches_nothing)
{
	struct world w;

	address_world_make(&w, "\x7f\0\0\x01", (size_t)_i);
	world_comes_to(&w,
	               _i == KERNELS ? "pid@0:4 saddr@4:4, by 5 of 5 subjects on 4 of 4 kernels"
	                             : "pid@0:4, by 5 of 5 subjects on 4 of 4 kernels",
	               VERDICT_PASS);
}
END_TEST

START_TEST(an_address_of_zeros_teaches_nothing)
{
	struct world w;

	address_world_make(&w, "\0\0\0\0", KERNELS);
	world_comes_to(&w, "pid@0:8, by 5 of 5 subjects on 4 of 4 kernels", VERDICT_PASS);
}
END_TEST

/* All subjects of both kernels have the same: zeros, ones, a small number, one and the same large one. */
START_TEST(what_does_not_vary_teaches_nothing)
{
	struct world w;
	struct learnt learnt;

	world_make(&w, 2);
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			uint32_t same[4] = {0, 3, 0, 0xffff0000};

			value_add(&w.subjects[k][i].subject, "len", 0, 0xffff0000, NULL);
			record_add(&w.subjects[k][i], "out", RECORD_BYTES, same, sizeof(same));
		}
	learn_settle(w.cells, 2, &learnt);
	ck_assert_uint_eq(learnt.count, 0);
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

START_TEST(few_subjects_teach_nothing)
{
	struct world w;
	struct learnt learnt;

	world_make(&w, 1);
	for (size_t i = 0; i < 2; i++) {
		uint32_t pid = (uint32_t)pid_of(0, i);

		record_add(&w.subjects[0][i], "out", RECORD_BYTES, &pid, sizeof(pid));
	}
	learn_settle(w.cells, 1, &learnt);
	ck_assert_uint_eq(learnt.count, 0);
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

/* Records of random bytes, many of each subject: values that stand in some by chance stand nowhere for all. */
START_TEST(random_bytes_teach_nothing)
{
	uint64_t state = 88172645463325252u + (uint64_t)_i;
	struct world w;
	struct learnt learnt;

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++)
			for (size_t n = 0; n < 8; n++) {
				uint8_t bytes[256];

				for (size_t b = 0; b < sizeof(bytes); b++) {
					state ^= state << 13;
					state ^= state >> 7;
					state ^= state << 17;
					/* mostly zeros, as records are */
					bytes[b] = state % 4 ? 0 : (uint8_t)(state >> 32);
				}
				record_add(&w.subjects[k][i], "out", RECORD_BYTES, bytes, sizeof(bytes));
			}
	learn_settle(w.cells, KERNELS, &learnt);
	ck_assert_uint_eq(learnt.count, 0);
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

/* Events of others come too, and a subject that no event was of does not count. */
START_TEST(others_events_do_not_confuse)
{
	struct world w;
	struct learnt learnt;
	cleanup_free char *text = NULL;
	struct event other = {.who = 1, .name = "init"};

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++)
			record_add(&w.subjects[k][i], "out", RECORD_BYTES, &other, sizeof(other));
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS - 1; i++) {
			struct event e = true_event(&w.subjects[k][i].subject);

			record_add(&w.subjects[k][i], "out", RECORD_BYTES, &e, sizeof(e));
		}
	for (size_t k = 0; k < KERNELS; k++)
		w.subjects[k][SUBJECTS - 1].subject.due = false;
	learn_settle(w.cells, KERNELS, &learnt);
	text = learnt_text(&learnt);
	ck_assert_ptr_nonnull(strstr(text, "pid@0:8 comm@8:16 ppid@24:4 uid@28:4, by 4 of 4 subjects on 4 of 4"));
	for (size_t k = 0; k < KERNELS; k++)
		ck_assert_int_eq(verdict_of(&w, &learnt, k), VERDICT_PASS);
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

/* Bytes beside an IPv4 address are a port by chance, and zero with IPv6: a zero alone says nothing of a port. */
START_TEST(a_zero_does_not_stand_for_a_port)
{
	struct world w;

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct observation *o = &w.subjects[k][i];
			uint32_t pid = (uint32_t)pid_of(k, i), sport = 40000 + pid;
			uint16_t record[6] = {(uint16_t)pid, 0, (uint16_t)(i % 2 ? sport : 0), 0, (uint16_t)sport, 1};

			value_add(&o->subject, "sport", 1, sport, NULL);
			value_add(&o->subject, "sport", 2, 0, NULL);
			record_add(o, "out", RECORD_BYTES, record, sizeof(record));
		}
	world_comes_to(&w, "pid@0:4 sport@8:2, by 5 of 5 subjects on 4 of 4 kernels", ANY_VERDICT);
}
END_TEST

/* A tool that reports one user alone passes over a subject of another, though its hook fires for it. */
START_TEST(what_an_object_passes_over_is_not_wrong)
{
	struct world w;
	struct learnt learnt;
	struct event other = {.who = 1, .name = "init"};

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct event e = i == 3 ? other : true_event(&w.subjects[k][i].subject);

			record_add(&w.subjects[k][i], "out", RECORD_BYTES, &e, sizeof(e));
		}
	learn_settle(w.cells, KERNELS, &learnt);
	ck_assert_uint_eq(learnt.count, 1);
	for (size_t k = 0; k < KERNELS; k++)
		ck_assert_int_eq(verdict_of(&w, &learnt, k), VERDICT_PASS);
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

/* An address that nobody knows yet is all zero, and zeros are in every record. */
START_TEST(zeros_do_not_make_a_record_the_subjects)
{
	static const char nowhere[4];
	struct world w;
	struct learnt learnt;
	cleanup_free char *text = NULL;
	struct event other = {.who = 1, .name = "init"};

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++) {
		struct subject_fact *last = &w.subjects[k][SUBJECTS - 1].subject;
		struct observed_value *v;

		value_add(last, "saddr", 1, 0, "none");
		v = &last->values[last->count - 1];
		memcpy(v->bytes, nowhere, sizeof(nowhere));
		last->due = false;
		record_add(&w.subjects[k][SUBJECTS - 1], "out", RECORD_BYTES, &other, sizeof(other));
		for (size_t i = 0; i < SUBJECTS - 1; i++) {
			struct event e = true_event(&w.subjects[k][i].subject);

			record_add(&w.subjects[k][i], "out", RECORD_BYTES, &e, sizeof(e));
		}
	}
	learn_settle(w.cells, KERNELS, &learnt);
	text = learnt_text(&learnt);
	ck_assert_ptr_nonnull(strstr(text, "by 4 of 4 subjects on 4 of 4"));
	for (size_t k = 0; k < KERNELS; k++)
		ck_assert_int_eq(verdict_of(&w, &learnt, k), VERDICT_PASS);
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

/* Of a subject that has one of its kind: the agent's id may stand in what the buffer held before. */
START_TEST(a_parent_is_learnt_from_two)
{
	struct world w;

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++) {
		struct event e = true_event(&w.subjects[k][0].subject);

		record_add(&w.subjects[k][0], "out", RECORD_BYTES, &e, sizeof(e));
	}
	world_comes_to(&w, "pid@0:8 comm@8:16, by 1 of 1 subjects on 4 of 4 kernels", ANY_VERDICT);
}
END_TEST

/* The end of a text and its NULs are a small number: "status" ends with 115. */
START_TEST(the_end_of_a_text_is_no_id)
{
	struct world w;
	struct learnt learnt;
	cleanup_free char *text = NULL;
	struct event other = {.who = 1, .name = "/status"};

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct observed_value *v = w.subjects[k][i].subject.values;
			struct event e;

			/* pid and tid */
			v[0].number = v[1].number = 115 + i;
			e = i ? true_event(&w.subjects[k][i].subject) : other;
			record_add(&w.subjects[k][i], "out", RECORD_BYTES, &e, sizeof(e));
			w.subjects[k][i].subject.due = false;
		}
	learn_settle(w.cells, KERNELS, &learnt);
	text = learnt_text(&learnt);
	ck_assert_ptr_nonnull(strstr(text, "by 4 of 4 subjects on 4 of 4"));
	for (size_t k = 0; k < KERNELS; k++)
		ck_assert_int_eq(verdict_of(&w, &learnt, k), VERDICT_PASS);
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

/* Entries that hold who was slowest: on one kernel, by luck, each subject in turn. */
START_TEST(entries_of_anybody_teach_nothing)
{
	struct world w;
	struct learnt learnt;

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			uint32_t entry[4] = {7, (uint32_t)pid_of(k, i), 0, (uint32_t)pid_of(k, i)};

			/* it is in some other place of the entry */
			if (k > 0 && i % 2)
				entry[1] = 1;
			record_add(&w.subjects[k][i], "slowest", RECORD_ENTRY, entry, 3 * sizeof(entry[0]));
			if (k > 0 && i % 2)
				record_add(&w.subjects[k][i], "slowest", RECORD_ENTRY, &entry[1], 3 * sizeof(entry[0]));
			w.subjects[k][i].subject.due = false;
		}
	learn_settle(w.cells, KERNELS, &learnt);
	for (size_t k = 0; k < KERNELS; k++)
		ck_assert_int_ne(verdict_of(&w, &learnt, k), VERDICT_WRONG);
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

/* Lines of somebody else come while each subject lives; its own has its id, or a text of its own. */
START_TEST(printed_lines_of_others_do_not_confuse)
{
	struct world w;

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			cleanup_buf struct buf line = {0};

			record_add(&w.subjects[k][i], "ID: %d", RECORD_FIELDS, "79", sizeof("79"));
			w.subjects[k][i].subject.due = false;
			buf_printf(&line, "%u", (unsigned)pid_of(k, i));
			if (i < 3)
				record_add(&w.subjects[k][i], "ID: %d", RECORD_FIELDS, buf_str(&line), line.len + 1);
		}
	world_comes_to(&w, "pid@%1, by 3 of 3 subjects on 4 of 4 kernels", VERDICT_PASS);
}
END_TEST

/* A port of four bytes with nothing above it, in the one record of a socket that has no peer. */
START_TEST(the_place_of_most_records_is_taken)
{
	struct world w;

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct observation *o = &w.subjects[k][i];
			uint32_t pid = (uint32_t)pid_of(k, i), sport = 40000 + pid, dport = 33000 + pid;
			uint16_t record[6] = {(uint16_t)pid, 0, 2, (uint16_t)dport, 0, 0};

			value_add(&o->subject, "sport", 1, sport, NULL);
			value_add(&o->subject, "dport", 1, dport, NULL);
			value_add(&o->subject, "sport", 2, dport, NULL);
			value_add(&o->subject, "dport", 2, 0, NULL);
			/* seen from the other side, and before a port was chosen: the same numbers, by the other name
			 */
			value_add(&o->subject, "sport", 3, dport, NULL);
			value_add(&o->subject, "dport", 3, sport, NULL);
			value_add(&o->subject, "sport", 4, 0, NULL);
			value_add(&o->subject, "dport", 4, dport, NULL);
			record_add(o, "out", RECORD_BYTES, record, sizeof(record));
			record[3] = (uint16_t)sport;
			record[4] = (uint16_t)dport;
			record_add(o, "out", RECORD_BYTES, record, sizeof(record));
			record_add(o, "out", RECORD_BYTES, record, sizeof(record));
		}
	world_comes_to(&w, "pid@0:4 sport@6:2 dport@8:4, by 5 of 5 subjects on 4 of 4 kernels", ANY_VERDICT);
}
END_TEST

START_TEST(printed_values_go_by_their_number)
{
	struct world w;
	struct learnt learnt;
	cleanup_free char *text = NULL;

	world_make(&w, 2);
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			const struct subject_fact *s = &w.subjects[k][i].subject;
			cleanup_buf struct buf line = {0};

			/* "", the name, "" for one that has a name of its own, the process */
			buf_putc(&line, '\0');
			buf_add(&line, value_of(s, "comm")->bytes, value_of(s, "comm")->size + 1);
			buf_putc(&line, '\0');
			buf_printf(&line, "%u", (unsigned)pid_of(k, i));
			buf_putc(&line, '\0');
			record_add(&w.subjects[k][i], "a %s b %s c=%d d %d", RECORD_FIELDS, line.data, line.len);
		}
	learn_settle(w.cells, 2, &learnt);
	text = learnt_text(&learnt);
	ck_assert_str_eq(text, "comm@%2 pid@%4, by 5 of 5 subjects on 2 of 2 kernels");
	ck_assert_int_eq(verdict_of(&w, &learnt, 1), VERDICT_PASS);
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

/* The same numbers, of a client's side and a server's: a record speaks of one of them. */
START_TEST(moments_are_not_mixed)
{
	struct world w;
	struct learnt learnt;
	cleanup_free char *text = NULL;

	world_make(&w, KERNELS);
	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct subject_fact *s = &w.subjects[k][i].subject;
			uint16_t client = (uint16_t)(40000 + 100 * k + i), server = (uint16_t)(5000 + 10 * k + i);
			struct {
				uint32_t pid;
				uint16_t ports[2];
			} e = {.pid = (uint32_t)pid_of(k, i)};

			e.ports[_i] = client;
			e.ports[!_i] = __builtin_bswap16(server);

			value_add(s, "sport", 1, client, NULL);
			value_add(s, "dport", 1, server, NULL);
			value_add(s, "sport", 2, server, NULL);
			value_add(s, "dport", 2, client, NULL);
			record_add(&w.subjects[k][i], "out", RECORD_BYTES, &e, sizeof(e));
		}
	learn_settle(w.cells, KERNELS, &learnt);
	text = learnt_text(&learnt);
	/* the client's moment comes first */
	ck_assert_str_eq(text, _i ? "pid@0:4 dport@4:2 sport@6:2, by 5 of 5 subjects on 4 of 4 kernels"
	                          : "pid@0:4 sport@4:2 dport@6:2, by 5 of 5 subjects on 4 of 4 kernels");
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

/* What an object leaves empty by a fallback is no fault; without one it is. */
START_TEST(what_a_fallback_leaves_empty_is_not_wrong)
{
	for (int fallback = 0; fallback < 2; fallback++) {
		struct world w;
		struct learnt learnt;
		struct result *r = result_new();
		struct result_cell *c = cell_make(r);

		world_make(&w, KERNELS);
		events_add(&w, KERNELS, KERNELS);
		for (size_t i = 0; i < SUBJECTS; i++)
			memset((char *)w.subjects[3][i].records[0].bytes + 8, 0, 16);
		learn_settle(w.cells, KERNELS, &learnt);
		result_add_relocation(c)->outcome = fallback ? RELO_ABSENT : RELO_SAME;
		learn_compare(&learnt, &w.cells[3], c);
		judge_learnt(c);
		ck_assert_int_eq(c->verdict, fallback ? VERDICT_DEGRADED : VERDICT_WRONG);
		result_free(r);
		learnt_free(&learnt);
		world_free(&w);
	}
}
END_TEST

/* The clock, read within the tick of a subject's start on the first kernel, and a tick later by two on the others. */
static void clocks_add(struct world *w)
{
	struct {
		uint64_t when;
		char name[16];
	} e;

	for (size_t k = 0; k < KERNELS; k++)
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct subject_fact *s = &w->subjects[k][i].subject;
			uint64_t start = 1000 + 7 * k + 2 * i;

			value_add(s, "start_time", 0, start, NULL);
			memset(&e, 0, sizeof(e));
			e.when = (start + (k > 0 && i < 2)) * 10000000 + 123456 * i;
			memcpy(e.name, value_of(s, "comm")->bytes, value_of(s, "comm")->size);
			record_add(&w->subjects[k][i], "out", RECORD_BYTES, &e, sizeof(e));
		}
}

START_TEST(a_clock_is_no_start)
{
	struct world w;
	struct learnt learnt;
	cleanup_free char *text = NULL;

	world_make(&w, KERNELS);
	clocks_add(&w);
	learn_settle(w.cells, KERNELS, &learnt);
	text = learnt_text(&learnt);
	ck_assert_str_eq(text, "comm@8:16, by 5 of 5 subjects on 4 of 4 kernels");
	for (size_t k = 0; k < KERNELS; k++)
		ck_assert_int_eq(verdict_of(&w, &learnt, k), VERDICT_PASS);
	learnt_free(&learnt);
	world_free(&w);
}
END_TEST

START_TEST(a_failure_stays_one)
{
	struct result *r = result_new();
	struct result_cell *c = result_add_cell(r);

	c->verdict = VERDICT_SILENT;
	c->evidence = EVIDENCE_RAN;
	judge_learnt(c);
	ck_assert(c->verdict == VERDICT_SILENT && c->evidence == EVIDENCE_RAN);
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(a_layout_is_found_and_holds),
	        TEST(one_kernel_is_enough_for_what_no_chance_can_be),
	        TEST(where_a_value_does_not_stand_the_cell_is_wrong),
	        TEST(an_id_beside_others_that_stand_needs_one_kernel),
	        RANGE(an_address_that_all_have_needs_an_id_beside, 0, 2),
	        RANGE(a_leftover_address_teaches_nothing, 1, KERNELS + 1),
	        TEST(an_address_of_zeros_teaches_nothing),
	        TEST(what_does_not_vary_teaches_nothing),
	        TEST(few_subjects_teach_nothing),
	        RANGE(random_bytes_teach_nothing, 0, 20),
	        TEST(others_events_do_not_confuse),
	        TEST(what_an_object_passes_over_is_not_wrong),
	        TEST(a_zero_does_not_stand_for_a_port),
	        TEST(zeros_do_not_make_a_record_the_subjects),
	        TEST(the_end_of_a_text_is_no_id),
	        TEST(a_parent_is_learnt_from_two),
	        TEST(entries_of_anybody_teach_nothing),
	        TEST(printed_lines_of_others_do_not_confuse),
	        TEST(the_place_of_most_records_is_taken),
	        TEST(printed_values_go_by_their_number),
	        RANGE(moments_are_not_mixed, 0, 2),
	        TEST(what_a_fallback_leaves_empty_is_not_wrong),
	        TEST(a_clock_is_no_start),
	        TEST(a_failure_stays_one),
	};

	return suite_run("learn", tests, COUNT(tests));
}
