/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include "host/resolve/relo_judge.h"
#include "tests/suite.h"

#define NOTHING \
	{ \
		RELO_SEEN_NOTHING, 0, 0 \
	}
#define VALUE(v) \
	{ \
		RELO_SEEN_VALUE, (v), 0 \
	}
#define WIDE(v, width) \
	{ \
		RELO_SEEN_VALUE, (v), (width) \
	}
#define POISON \
	{ \
		RELO_SEEN_POISON, 0, 0 \
	}
#define AMBIGUOUS \
	{ \
		RELO_SEEN_AMBIGUOUS, 0, 0 \
	}
#define ERROR \
	{ \
		RELO_SEEN_ERROR, 0, 0 \
	}

enum { ATTEMPTED = 1, LOADED = 2, REACHED = 4, FOUND = 8 };
#define OK (ATTEMPTED | LOADED | FOUND)

/* One record with local value 4 of width `width`, what the witnesses say, and what it comes to. */
static const struct {
	unsigned kind;
	uint8_t width;
	struct relo_witness insns, log;
	int state;
	enum relo_outcome outcome;
	const char *words; /* of the disagreement, NULL when they agree */
} cases[] = {
        /* Offsets. */
        {BPF_CORE_FIELD_BYTE_OFFSET, 4, WIDE(4, 4), WIDE(4, 4), OK, RELO_SAME, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 4, WIDE(8, 4), WIDE(8, 4), OK, RELO_MOVED, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 4, WIDE(8, 8), WIDE(8, 8), OK, RELO_RESIZED, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 4, WIDE(4, 8), WIDE(4, 8), OK, RELO_RESIZED, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(8), VALUE(8), OK, RELO_MOVED, NULL},
        /* Values of other kinds. */
        {BPF_CORE_FIELD_BYTE_SIZE, 0, VALUE(8), VALUE(8), OK, RELO_MOVED, NULL},
        {BPF_CORE_FIELD_SIGNED, 0, VALUE(4), VALUE(4), OK, RELO_SAME, NULL},
        {BPF_CORE_FIELD_LSHIFT_U64, 0, VALUE(5), VALUE(5), OK, RELO_MOVED, NULL},
        {BPF_CORE_ENUMVAL_VALUE, 0, VALUE(0), VALUE(0), OK, RELO_MOVED, NULL},
        {BPF_CORE_TYPE_ID_LOCAL, 0, VALUE(4), VALUE(4), ATTEMPTED | LOADED, RELO_LOCAL, NULL},
        {BPF_CORE_TYPE_ID_TARGET, 0, VALUE(9), VALUE(9), OK, RELO_MOVED, NULL},
        {BPF_CORE_TYPE_ID_TARGET, 0, VALUE(0), VALUE(0), ATTEMPTED | LOADED, RELO_ABSENT, NULL},
        {BPF_CORE_TYPE_SIZE, 0, VALUE(0), VALUE(0), ATTEMPTED | LOADED, RELO_ABSENT, NULL},
        {BPF_CORE_TYPE_SIZE, 0, VALUE(0), VALUE(0), OK, RELO_MOVED, NULL},
        {BPF_CORE_TYPE_SIZE, 0, VALUE(4), VALUE(4), OK, RELO_SAME, NULL},
        /* Questions. */
        {BPF_CORE_FIELD_EXISTS, 0, VALUE(1), VALUE(1), OK, RELO_PRESENT, NULL},
        {BPF_CORE_FIELD_EXISTS, 0, VALUE(0), VALUE(0), ATTEMPTED | LOADED, RELO_ABSENT, NULL},
        {BPF_CORE_TYPE_EXISTS, 0, VALUE(1), VALUE(1), OK, RELO_PRESENT, NULL},
        {BPF_CORE_ENUMVAL_EXISTS, 0, VALUE(0), VALUE(0), ATTEMPTED | LOADED, RELO_ABSENT, NULL},
        {BPF_CORE_TYPE_MATCHES, 0, VALUE(1), VALUE(1), OK, RELO_PRESENT, NULL},
        {BPF_CORE_FIELD_EXISTS, 0, VALUE(7), VALUE(7), OK, RELO_PRESENT, "neither 0 nor 1"},
        /* Unresolved. */
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, POISON, POISON, ATTEMPTED | LOADED, RELO_GUARDED, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, POISON, POISON, ATTEMPTED, RELO_GUARDED, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, POISON, POISON, ATTEMPTED | REACHED, RELO_FATAL, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, POISON, POISON, ATTEMPTED | REACHED | LOADED, RELO_FATAL, "that it accepted"},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(8), VALUE(8), ATTEMPTED | REACHED, RELO_MOVED, "no witness saw"},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(4), AMBIGUOUS, ATTEMPTED, RELO_AMBIGUOUS, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, NOTHING, AMBIGUOUS, ATTEMPTED, RELO_AMBIGUOUS, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(4), ERROR, ATTEMPTED, RELO_ERROR, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(5), ERROR, ATTEMPTED, RELO_ERROR, "but the instruction changed"},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(4), ERROR, ATTEMPTED | LOADED, RELO_ERROR, "but the program was loaded"},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, POISON, AMBIGUOUS, ATTEMPTED, RELO_AMBIGUOUS, "but the instruction changed"},
        /* One witness alone. */
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(8), NOTHING, OK, RELO_MOVED, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, POISON, NOTHING, ATTEMPTED | LOADED, RELO_GUARDED, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, NOTHING, VALUE(8), OK, RELO_MOVED, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, NOTHING, POISON, ATTEMPTED | LOADED, RELO_GUARDED, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, NOTHING, NOTHING, OK, RELO_ERROR, "no witness"},
        /* Contradictions. */
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(8), VALUE(12), OK, RELO_MOVED, "different values"},
        {BPF_CORE_FIELD_BYTE_OFFSET, 4, WIDE(8, 4), WIDE(8, 8), OK, RELO_MOVED, "different widths"},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(8), POISON, OK, RELO_MOVED, "poisoned for the other"},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, POISON, VALUE(8), OK, RELO_GUARDED, "poisoned for the other"},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, AMBIGUOUS, NOTHING, ATTEMPTED, RELO_AMBIGUOUS, "cannot tell"},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, {9, 0, 0}, VALUE(4), ATTEMPTED, RELO_ERROR, "unknown"},
        /* Not attempted. */
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(4), NOTHING, 0, RELO_NOT_ATTEMPTED, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, NOTHING, NOTHING, 0, RELO_NOT_ATTEMPTED, NULL},
        {BPF_CORE_TYPE_ID_LOCAL, 0, VALUE(4), NOTHING, 0, RELO_NOT_ATTEMPTED, NULL},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(4), NOTHING, LOADED, RELO_NOT_ATTEMPTED, "no witness speaks"},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(8), NOTHING, 0, RELO_NOT_ATTEMPTED, "took no part"},
        {BPF_CORE_FIELD_BYTE_OFFSET, 0, VALUE(4), VALUE(4), 0, RELO_NOT_ATTEMPTED, "took no part"},
};

static struct relo_fact make_fact(int i)
{
	return (struct relo_fact){.kind = cases[i].kind,
	                          .local = 4,
	                          .local_width = cases[i].width,
	                          .insns = cases[i].insns,
	                          .log = cases[i].log,
	                          .candidates = (cases[i].state & FOUND) != 0,
	                          .attempted = cases[i].state & ATTEMPTED,
	                          .loaded = cases[i].state & LOADED,
	                          .reached = cases[i].state & REACHED};
}

START_TEST(judges)
{
	struct relo_fact f = make_fact(_i);
	char *disagreement;

	ck_assert_str_eq(relo_outcome_name(relo_judge(&f, &disagreement)), relo_outcome_name(cases[_i].outcome));
	if (!cases[_i].words)
		ck_assert_msg(!disagreement, "%s", disagreement);
	else
		ck_assert_msg(disagreement && strstr(disagreement, cases[_i].words), "'%s' does not say '%s'",
		              disagreement, cases[_i].words);
	free(disagreement);
}
END_TEST

START_TEST(gives_a_value_only_where_witnesses_agree_on_one)
{
	struct relo_fact f = make_fact(_i);
	uint64_t value = 99;
	char *disagreement;
	bool has = relo_judge_value(&f, &value, NULL);
	enum relo_outcome outcome = relo_judge(&f, &disagreement);

	if (has) {
		ck_assert(f.attempted);
		ck_assert_uint_eq(value, f.insns.seen == RELO_SEEN_VALUE ? f.insns.value : f.log.value);
		ck_assert(outcome != RELO_GUARDED && outcome != RELO_FATAL && outcome != RELO_ERROR);
	} else {
		ck_assert_uint_eq(value, 99);
		ck_assert(disagreement || outcome == RELO_GUARDED || outcome == RELO_FATAL ||
		          outcome == RELO_AMBIGUOUS || outcome == RELO_ERROR || outcome == RELO_NOT_ATTEMPTED);
	}
	free(disagreement);
}
END_TEST

START_TEST(a_disagreement_shows_both_sides)
{
	struct relo_fact f = {.attempted = true, .local = 4, .local_width = 4, .insns = WIDE(8, 4), .log = POISON};
	char *disagreement;

	relo_judge(&f, &disagreement);
	ck_assert_ptr_nonnull(disagreement);
	ck_assert_str_eq(disagreement, "resolved for one witness, poisoned for the other: instructions say 8 (4 bytes "
	                               "wide), libbpf's log says poisoned, compiled in was 4");
	free(disagreement);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(judges, cases),
	        EACH(gives_a_value_only_where_witnesses_agree_on_one, cases),
	        TEST(a_disagreement_shows_both_sides),
	};

	return suite_run("relo_judge", tests, COUNT(tests));
}
