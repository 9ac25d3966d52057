/* SPDX-License-Identifier: BSD-2-Clause */
/* What a field's name promises, when a captured value is right, and what is said when it is not. */
#include <errno.h>
#include <string.h>

#include "agent/truth/compare.h"
#include "agent/truth/event.h"
#include "agent/truth/hint.h"
#include "agent/truth/truth.h"
#include "agent/deeds/view.h"
#include "tests/suite.h"

static const struct key_case {
	const char *field;
	bool has_tgid;
	int key;
} keys[] = {
        {"pid", false, TRUTH_TGID},
        {"pid", true, TRUTH_TID},
        {"pid_helper", true, TRUTH_TID},
        {"tgid", true, TRUTH_TGID},
        {"tgid_helper", true, TRUTH_TGID},
        {"tid", false, TRUTH_TID},
        {"ppid", false, TRUTH_PPID},
        {"parent_pid", false, TRUTH_PARENT_TID},
        {"comm", false, TRUTH_COMM},
        {"comm_helper", false, TRUTH_COMM},
        {"uid", false, TRUTH_UID},
        {"start_time", false, TRUTH_START},
        {"state", false, TRUTH_STATE},
        {"task.pid", false, TRUTH_TGID},
        {"hdr.task.comm", false, TRUTH_COMM},
        {"parent.pid", false, -1},
        {"old.comm", false, -1},
        {"pid2", false, -1},
        {"_helper", false, -1},
        {"helper", false, -1},
        {"", false, -1},
        {"filename", false, -1},
};

START_TEST(a_name_says_what_is_checked)
{
	ck_assert_int_eq(compare_key(keys[_i].field, keys[_i].has_tgid), keys[_i].key);
}
END_TEST

/* A subject whose every number differs from the others'. The exec came from a thread and changed the name. */
static struct truth before_exec, after_exec;
static struct compare_subject subject;

static void subject_make(void)
{
	static const uint64_t numbers[TRUTH_KEY_COUNT] = {
	        [TRUTH_TGID] = 300,  [TRUTH_TID] = 300,    [TRUTH_PPID] = 70001, [TRUTH_PARENT_TID] = 70002,
	        [TRUTH_TRACER] = 90, [TRUTH_UID] = 4242,   [TRUTH_GID] = 4343,   [TRUTH_EUID] = 4244,
	        [TRUTH_EGID] = 4345, [TRUTH_START] = 1234, [TRUTH_STATE] = 0,
	};

	memcpy(after_exec.numbers, numbers, sizeof(numbers));
	before_exec = after_exec;
	before_exec.numbers[TRUTH_TID] = 301;
	strcpy(after_exec.comm, "cm) R 1 2 (x-an");
	after_exec.comm_len = strlen(after_exec.comm);
	strcpy(before_exec.comm, "cm-caller");
	before_exec.comm_len = strlen(before_exec.comm);
	subject = (struct compare_subject){
	        .workload = "exec", .at = &after_exec, .before = &before_exec, .after = &after_exec};
}

static const struct value_case {
	const char *event; /* printed; the first field is the one that is looked at */
	bool before;       /* judged as an event from before the exec */
	const char *expected, *observed;
	const char *hint; /* part of it; NULL when the value is right; "" for none */
} values[] = {
        {"pid=300", false, "300", "300", NULL},
        {"pid=300 tgid=300", true, "301", "300", "this is the process id: the thread id is task->pid"},
        {"pid=301 tgid=300", true, "301", "301", NULL},
        {"pid=301", true, "300", "301", "this is the thread id: the process id is task->tgid"},
        {"tgid=301 pid=300", true, "300", "301", "this is the thread id"},
        {"tid=301", false, "300", "301", "from before the exec"},
        {"ppid=70001", false, "70001", "70001", NULL},
        {"ppid=70002", false, "70001", "70002", "this is the thread id of the parent: read real_parent->tgid"},
        {"ppid=90", false, "70001", "90", "this is the process id of the tracer: task->parent is the tracer"},
        {"ppid=300", false, "70001", "300", "this is the process id: read real_parent of the task"},
        {"ppid=0", false, "70001", "0", "it is 0: the read failed"},
        {"ppid=12345", false, "70001", "12345", ""},
        {"ppid=x", false, "70001", "x", ""},
        {"ppid=4465", false, "70001", "4465", "lower 16 bits"},
        {"ppid_helper=12345 ppid=70001", false, "70001", "12345", "the read's value is right"},
        {"ppid=12345 ppid_helper=70001", false, "70001", "12345", "the helper's value is right: this read is wrong"},
        {"ppid=12345 ppid_helper=12345", false, "70001", "12345", "the read and the helper agree"},
        {"uid=4343", false, "4242", "4343", "real group id: the lower half"},
        {"gid=4343", false, "4343", "4343", NULL},
        {"uid=4244", false, "4242", "4244", "effective user id"},
        {"uid=10524912329164849152", false, "4242", "10524912329164849152", "wrong order"},
        {"pid=1288490189100", false, "300", "1288490189100", "lower half is right"},
        {"tgid=1288490188801", false, "300", "1288490188801", "not shifted down"},
        {"start_time=12345000000", false, "12.34 s", "12.34 s", NULL},
        {"start_time=12350000000", false, "12.34 s", "12.35 s", "time of the event"},
        {"start_time=12339999999", false, "12.34 s", "12.33 s", ""},
        {"start_time=1234", false, "12.34 s", "0.00 s", "ticks of 10 ms"},
        {"state=0", false, "0", "0", NULL},
        {"state=1", false, "0", "1", ""},
        {"comm=cm) R 1 2 (x-an", false, "cm) R 1 2 (x-an", "cm) R 1 2 (x-an", NULL},
        {"comm=cm-caller", false, "cm) R 1 2 (x-an", "cm-caller", "old name"},
        {"comm=cm-caller", true, "cm-caller", "cm-caller", NULL},
        {"comm=cm) R 1 2 (x-an", true, "cm-caller", "cm) R 1 2 (x-an", "new name"},
        {"comm=cm) R", false, "cm) R 1 2 (x-an", "cm) R", "cut at 5 bytes"},
        {"comm=cm) R 1 2 (x-and-more", false, "cm) R 1 2 (x-an", "cm) R 1 2 (x-and-more", "whole file name"},
        {"comm=", false, "cm) R 1 2 (x-an", "", "it is empty"},
        {"comm=other comm_helper=cm) R 1 2 (x-an", false, "cm) R 1 2 (x-an", "other", "the helper's value is right"},
        {"comm=\xff", false, "cm) R 1 2 (x-an", "\\xff", ""},
};

START_TEST(a_value_is_right_or_says_why_not)
{
	const struct value_case *c = &values[_i];
	struct fact_list list = {0};
	struct truth_fact *f;
	struct event e;

	subject.at = c->before ? &before_exec : &after_exec;
	event_decode_pairs(c->event, strlen(c->event), &e);
	compare_event(&e, &subject, NULL, &list);
	ck_assert_uint_eq(list.count, e.count);
	f = &list.facts[0];
	ck_assert_str_eq(f->workload, "exec");
	ck_assert_str_eq(f->field, e.values[0].name);
	ck_assert_str_eq(f->expected, c->expected);
	ck_assert_str_eq(f->observed, c->observed);
	ck_assert_int_eq(f->ok, !c->hint);
	if (!c->hint || !*c->hint)
		ck_assert_str_eq(f->hint, "");
	else
		ck_assert_msg(strstr(f->hint, c->hint) != NULL, "hint is `%s`", f->hint);
	while (list.count)
		truth_fact_free(&list.facts[--list.count]);
	free(list.facts);
	event_free(&e);
}
END_TEST

static const struct own_case {
	const char *event;
	bool own;
} owns[] = {
        {"pid=300", true},         {"pid=301", false},
        {"tgid=300 pid=9", true},  {"tgid=9 pid=300", true},
        {"tgid=9 pid=9", false},   {"pid_helper=300", true},
        {"ppid=300", false},       {"uid=300", false},
        {"comm=cm-caller", false}, {"", false},
        {"pid=x", false},
};

START_TEST(an_event_is_the_subjects_by_its_ids_only)
{
	struct event e;

	event_decode_pairs(owns[_i].event, strlen(owns[_i].event), &e);
	ck_assert_int_eq(compare_is_own(&e, &subject), owns[_i].own);
	event_free(&e);
}
END_TEST

/* Of an event from an unknown moment each field may be of before or after. */
static const struct own_case either[] = {
        {"pid=300 tgid=300 comm=cm-caller", true},
        {"pid=301 tgid=300 comm=cm) R 1 2 (x-an", true},
        {"pid=301 tgid=300 state=1", true},
        {"pid=302 tgid=300 comm=cm-caller", false},
        {"tgid=300 comm=other", false},
};

START_TEST(an_unknown_moment_allows_either_truth)
{
	struct fact_list list = {0};
	struct event e;

	subject.at = NULL;
	event_decode_pairs(either[_i].event, strlen(either[_i].event), &e);
	ck_assert(compare_is_own(&e, &subject));
	ck_assert_int_eq(compare_event(&e, &subject, NULL, &list) == 0, either[_i].own);
	while (list.count) {
		ck_assert_str_ne(list.facts[--list.count].field, "state");
		truth_fact_free(&list.facts[list.count]);
	}
	free(list.facts);
	event_free(&e);
}
END_TEST

/* comm arrays that are shorter than the kernel's, with and without room for the NUL. */
static const struct array_case {
	uint32_t size;
	const char *bytes;
	bool ok;
} arrays[] = {
        {16, "cm) R 1 2 (x-an", true},
        {15, "cm) R 1 2 (x-an", true},
        {15, "cm) R 1 2 (x-a", true},
        {4, "cm)", true},
        {4, "cm) ", true},
        {4, "cm", false},
        {4, "cmxx", false},
        {32, "cm) R 1 2 (x-an", true},
        {32, "cm) R 1 2 (x-and-more", false},
        {1, "", true},
};

START_TEST(a_short_array_holds_what_fits)
{
	const struct array_case *c = &arrays[_i];
	struct event_field comm = {.path = (char *)(uintptr_t) "comm", .kind = EVENT_TEXT, .size_bits = c->size * 8};
	struct event_layout layout = {.size = c->size, .fields = &comm, .count = 1};
	struct fact_list list = {0};
	char bytes[32] = {0};
	struct event e;

	strncpy(bytes, c->bytes, sizeof(bytes) - 1);
	event_decode(&layout, bytes, c->size, &e);
	ck_assert_uint_eq(compare_event(&e, &subject, NULL, &list), !c->ok);
	ck_assert_int_eq(list.facts[0].ok, c->ok);
	if (c->ok)
		ck_assert_str_eq(list.facts[0].expected, list.facts[0].observed);
	truth_fact_free(&list.facts[0]);
	free(list.facts);
	event_free(&e);
}
END_TEST

static struct event_field some_fields[] = {
        {.path = (char *)(uintptr_t) "pid", .kind = EVENT_INTEGER, .size_bits = 32},
        {.path = (char *)(uintptr_t) "comm", .kind = EVENT_TEXT, .offset_bits = 32, .size_bits = 128},
        {.path = (char *)(uintptr_t) "uid", .kind = EVENT_TEXT, .offset_bits = 160, .size_bits = 32},
        {.path = (char *)(uintptr_t) "args", .kind = EVENT_OPAQUE, .offset_bits = 192},
};
static const struct event_layout some_layout = {.size = 24, .fields = some_fields, .count = 4};

START_TEST(a_field_of_the_wrong_kind_is_not_checked)
{
	ck_assert_int_eq(compare_field_key(&some_layout, 0), TRUTH_TGID);
	ck_assert_int_eq(compare_field_key(&some_layout, 1), TRUTH_COMM);
	ck_assert_int_eq(compare_field_key(&some_layout, 2), -1);
	ck_assert_int_eq(compare_field_key(&some_layout, 3), -1);
}
END_TEST

START_TEST(an_event_that_ends_early_is_said_to)
{
	struct fact_list list = {0};
	uint32_t pid = 300;
	struct event e;

	event_decode(&some_layout, &pid, sizeof(pid), &e);
	ck_assert_uint_eq(compare_event(&e, &subject, NULL, &list), 1);
	ck_assert_uint_eq(list.count, 2);
	ck_assert(list.facts[0].ok && !list.facts[1].ok);
	ck_assert_str_eq(list.facts[1].observed, "");
	ck_assert_str_eq(list.facts[1].hint, "the event has 4 bytes and ends before this field");
	while (list.count)
		truth_fact_free(&list.facts[--list.count]);
	free(list.facts);
	event_free(&e);
}
END_TEST

START_TEST(no_event_is_one_fact_per_checked_field)
{
	struct fact_list list = {0};

	compare_no_event(&some_layout, &subject, &list);
	ck_assert_uint_eq(list.count, 2);
	ck_assert_str_eq(list.facts[0].field, "pid");
	ck_assert_str_eq(list.facts[0].expected, "300");
	ck_assert_str_eq(list.facts[1].expected, "cm) R 1 2 (x-an");
	compare_no_event(NULL, &subject, &list);
	ck_assert_uint_eq(list.count, 3);
	ck_assert_str_eq(list.facts[2].field, "event");
	ck_assert_str_eq(list.facts[2].expected, "of process 300");
	while (list.count) {
		struct truth_fact *f = &list.facts[--list.count];

		ck_assert(!f->ok);
		ck_assert_str_eq(f->observed, "");
		/* it came from a thread */
		ck_assert_ptr_nonnull(strstr(f->hint, "what is kept by thread id before an exec"));
		truth_fact_free(f);
	}
	subject.at = subject.before;
	compare_no_event(NULL, &subject, &list);
	ck_assert_str_eq(list.facts[0].hint, "no event");
	fact_list_cut(&list, 0);
	free(list.facts);
}
END_TEST

/* A BTF whose task_struct has comm at byte `offset`. */
static struct btf *task_btf(uint32_t offset)
{
	struct btf *btf = btf__new_empty();
	int c = btf__add_int(btf, "char", 1, 0);
	int u32 = btf__add_int(btf, "unsigned int", 4, 0);
	int comm = btf__add_array(btf, u32, c, 16);

	btf__add_struct(btf, "task_struct", offset + 16);
	btf__add_field(btf, "pid", u32, 0, 0);
	btf__add_field(btf, "comm", comm, offset * 8, 0);
	return btf;
}

#define ADD_K(n) \
	{ \
		.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 1, .imm = (n) \
	}
#define LOAD(n) \
	{ \
		.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 2, .off = (n) \
	}
#define MOV_K(n) \
	{ \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = (n) \
	}
#define ADD_X(n) \
	{ \
		.code = BPF_ALU64 | BPF_ADD | BPF_X, .dst_reg = 1, .imm = (n) \
	}
#define CALL(n) \
	{ \
		.code = BPF_JMP | BPF_CALL, .imm = (n) \
	}

static const struct stale_case {
	struct bpf_insn insns[2];
	uint32_t there, here;
	bool stale;
} stales[] = {
        {{ADD_K(2976), CALL(1)}, 2976, 2736, true},
        {{MOV_K(2976), CALL(1)}, 2976, 2736, true},
        {{LOAD(2976), CALL(1)}, 2976, 2736, true},
        {{ADD_K(2976), CALL(1)}, 2976, 2976, false},    /* it did not move */
        {{ADD_K(2736), CALL(1)}, 2976, 2736, false},    /* corrected */
        {{ADD_K(2976), LOAD(2736)}, 2976, 2736, false}, /* both: no saying which is which */
        {{ADD_X(2976), CALL(2976)}, 2976, 2736, false}, /* no offsets at all */
};

START_TEST(a_stale_offset_is_seen_in_the_instructions)
{
	const struct stale_case *c = &stales[_i];
	struct btf *object = task_btf(c->there), *kernel = task_btf(c->here);
	struct hint_context context = {.object_btf = object, .kernel_btf = kernel, .insns = c->insns, .insn_count = 2};
	struct fact_list list = {0};
	struct event e;

	event_decode_pairs("comm=junk comm_helper=cm) R 1 2 (x-an", 37, &e);
	compare_event(&e, &subject, &context, &list);
	ck_assert(!list.facts[0].ok && list.facts[1].ok);
	ck_assert_str_eq(
	        list.facts[0].hint,
	        c->stale ? "stale offset: task_struct.comm is at 2736 here, the object was compiled with 2976 and "
	                   "no relocation corrects it; the helper's value is right: this read is wrong"
	                 : "the helper's value is right: this read is wrong");
	while (list.count)
		truth_fact_free(&list.facts[--list.count]);
	free(list.facts);
	event_free(&e);
	btf__free(object);
	btf__free(kernel);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("compare", .set_up = subject_make),
	        EACH(a_name_says_what_is_checked, keys),
	        EACH(a_value_is_right_or_says_why_not, values),
	        EACH(an_event_is_the_subjects_by_its_ids_only, owns),
	        EACH(an_unknown_moment_allows_either_truth, either),
	        EACH(a_short_array_holds_what_fits, arrays),
	        TEST(a_field_of_the_wrong_kind_is_not_checked),
	        TEST(an_event_that_ends_early_is_said_to),
	        TEST(no_event_is_one_fact_per_checked_field),
	        EACH(a_stale_offset_is_seen_in_the_instructions, stales),
	};

	return suite_run("compare", tests, COUNT(tests));
}
