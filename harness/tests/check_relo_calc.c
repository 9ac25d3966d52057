/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/resolve/btf_join.h"
#include "host/resolve/relo_calc.h"
#include "host/resolve/relo_judge.h"
#include "host/resolve/relo_self_test.h"
#include "tests/relo/fake_load.h"
#include "tests/suite.h"

START_TEST(self_test_passes)
{
	struct error err = {0};

	ck_assert_msg(!relo_self_test(&err), "%s", err.text);
}
END_TEST

/* An object resolved against a fake kernel. */
struct world {
	struct buf bytes;
	struct core_relo_list list;
	struct btf *btf;
	struct relo_target *target;
	struct relo_prediction *predictions;
};

static void predict_all(struct world *w)
{
	struct relo_calc *calc = relo_calc_new(&w->list, w->target);

	w->predictions = xcalloc(w->list.count, sizeof(*w->predictions));
	for (size_t i = 0; i < w->list.count; i++)
		relo_calc_record(calc, i, &w->predictions[i]);
	relo_calc_free(calc);
}

static struct world make_world(const char *object, const char *kernel)
{
	char *object_path = xasprintf(FIXTURES "%s.o", object), *kernel_path = xasprintf(FIXTURES "%s.o", kernel);
	struct world w = {0};
	struct error err = {0};

	ck_assert_msg(!io_read_file(object_path, 1 << 24, &w.bytes, &err), "%s", err.text);
	ck_assert_msg(!core_relo_list_read(w.bytes.data, w.bytes.len, &w.list, &err), "%s", err.text);
	w.btf = btf__parse_elf(kernel_path, NULL);
	ck_assert_ptr_nonnull(w.btf);
	w.target = relo_target_new(w.btf, &err);
	ck_assert_msg(w.target != NULL, "%s", err.text);
	predict_all(&w);
	free(object_path);
	free(kernel_path);
	return w;
}

static void world_free(struct world *w)
{
	for (size_t i = 0; i < w->list.count; i++)
		relo_prediction_free(&w->predictions[i]);
	free(w->predictions);
	relo_target_free(w->target);
	btf__free(w->btf);
	core_relo_list_free(&w->list);
	buf_free(&w->bytes);
}

static const struct relo_prediction *find_prediction(const struct world *w, const char *program, unsigned number)
{
	for (size_t i = 0; i < w->list.count; i++)
		if (!strcmp(w->list.facts[i].program, program) && w->list.facts[i].number == number)
			return &w->predictions[i];
	ck_abort_msg("no relocation #%u in %s", number, program);
	return NULL;
}

static const struct {
	const char *object, *kernel, *program;
	unsigned number;
	enum relo_outcome outcome;
	uint64_t value;
	uint32_t local_size, target_size;
	const char *target, *note;
} predictions[] = {
        {"local", "target", "loads", 0, RELO_SAME, 0, 4, 4, "struct probe.same (0:0 @ offset 0)", ""},
        {"local", "target", "loads", 1, RELO_MOVED, 16, 4, 4, "struct probe.moved (0:2 @ offset 16)", ""},
        {"local", "target", "resize", 0, RELO_RESIZED, 24, 4, 8, "struct probe.resized (0:3 @ offset 24)", ""},
        {"local", "target", "narrow", 0, RELO_GUARDED, 0, 4, 4, "struct probe.plain (0:4 @ offset 32)",
         "accesses field incorrectly"},
        {"local", "target", "addresses", 0, RELO_MOVED, 16, 4, 4, "struct probe.moved (0:2 @ offset 16)", ""},
        {"local", "target", "addresses", 1, RELO_DRIFT, 24, 4, 8, "struct probe.resized (0:3 @ offset 24)",
         "8 bytes here, read as 4"},
        {"local", "target", "addresses", 2, RELO_DRIFT, 32, 4, 4, "struct probe.plain (0:4 @ offset 32)",
         "a bit-field of 7 bits here, read as 32 plain bits"},
        {"local", "target", "addresses", 3, RELO_DRIFT, 36, 4, 4, "struct probe.sign (0:6 @ offset 36)",
         "unsigned here, read as signed"},
        {"local", "target", "addresses", 6, RELO_MOVED, 32, 4, 4, "struct probe.bits (0:5 @ offset 32.7)", ""},
        {"local", "target", "signs", 0, RELO_MOVED, 8, 8, 8, "struct signs.whole (0:1 @ offset 8)",
         "unsigned here, read as signed; all of its bits are read"},
        {"local", "target", "signs", 1, RELO_DRIFT, 16, 4, 4, "struct signs.half (0:2 @ offset 16)",
         "unsigned here, read as signed"},
        {"local", "target", "guarded", 0, RELO_ABSENT, 0, 4, 0, "", ""},
        {"local", "target", "guarded", 1, RELO_GUARDED, 0, 4, 0, "", ""},
        {"local", "target", "guarded", 2, RELO_PRESENT, 1, 4, 4, "struct probe.moved (0:2 @ offset 16)", ""},
        {"local", "target", "flavours", 0, RELO_MOVED, 184, 4, 4, "struct probe.renamed (0:12 @ offset 184)", ""},
        {"local", "target", "types", 1, RELO_ABSENT, 0, 0, 0, "", ""},
        {"local", "target", "types", 2, RELO_MOVED, 12, 0, 0, "struct inner", ""},
        {"local", "target", "types", 3, RELO_ABSENT, 0, 0, 0, "", ""},
        {"local", "target", "ids", 0, RELO_LOCAL, 4, 0, 0, "", ""},
        {"local", "target", "enums", 1, RELO_MOVED, 12, 0, 0, "enum color::COLOR_BLUE = 12", ""},
        {"local", "target", "enums", 3, RELO_GUARDED, 0, 0, 0, "", ""},
        {"local", "target", "leaf", 2, RELO_MOVED, 72, 4, 4, "struct probe.many[1].second (0:8:1:2 @ offset 72)", ""},
        {"local", "target_ambiguous", "loads", 0, RELO_SAME, 0, 4, 4, "struct probe___one.same (0:0 @ offset 0)", ""},
        {"local", "target_ambiguous", "loads", 1, RELO_AMBIGUOUS, 0, 4, 4, "struct probe___one.moved (0:1 @ offset 4)",
         "field offset ambiguity"},
        {"local", "target_ambiguous", "loads", 2, RELO_NOT_ATTEMPTED, 0, 0, 0, "", ""},
        {"broken", "target", "broken", 1, RELO_ERROR, 0, 0, 0, "enum big::BIG_VALUE = 287454020", "unexpected insn"},
        {"broken", "target", "then", 0, RELO_NOT_ATTEMPTED, 0, 0, 0, "", ""},
};

START_TEST(predicts)
{
	struct world w = make_world(predictions[_i].object, predictions[_i].kernel);
	const struct relo_prediction *p = find_prediction(&w, predictions[_i].program, predictions[_i].number);

	ck_assert_str_eq(relo_outcome_name(p->outcome), relo_outcome_name(predictions[_i].outcome));
	ck_assert_uint_eq(p->says.value, predictions[_i].value);
	ck_assert_uint_eq(p->local_size, predictions[_i].local_size);
	ck_assert_uint_eq(p->target_size, predictions[_i].target_size);
	ck_assert_str_eq(p->target, predictions[_i].target);
	ck_assert_msg(*predictions[_i].note ? strstr(p->note, predictions[_i].note) != NULL : !*p->note, "'%s'",
	              p->note);
	world_free(&w);
}
END_TEST

static const char *const object_kernel[][2] = {
        {"local", "target"}, {"local", "target_ambiguous"}, {"local", "local"}, {"broken", "target"}};

/* Three witnesses of the same relocations: libbpf's load, its log, and the prediction. */
START_TEST(agrees_with_what_libbpf_does)
{
	struct world w = make_world(object_kernel[_i][0], object_kernel[_i][1]);
	struct fake_load load = fake_load_object(object_kernel[_i][0], object_kernel[_i][1], NULL);

	ck_assert_uint_gt(load.list.count, 0);
	for (size_t i = 0; i < load.list.count; i++) {
		const struct relo_fact *f = &load.list.facts[i];
		char *disagreement, *contradiction;
		enum relo_outcome outcome = relo_judge(f, &disagreement);

		contradiction = relo_prediction_contradiction(&w.predictions[i], f, outcome);
		ck_assert_msg(!disagreement && !contradiction, "%s #%u: %s %s", f->program, f->number, disagreement,
		              contradiction);
		ck_assert_str_eq(f->target, w.predictions[i].target);
		ck_assert_uint_eq(f->candidates, w.predictions[i].candidates);
		ck_assert_int_eq(f->attempted, w.predictions[i].outcome != RELO_NOT_ATTEMPTED);
	}
	fake_load_free(&load);
	world_free(&w);
}
END_TEST

START_TEST(stops_where_libbpf_stops)
{
	struct world w = make_world("broken", "target");
	struct relo_calc *calc = relo_calc_new(&w.list, w.target);

	for (size_t i = 0; i < w.list.count; i++) {
		bool was = relo_calc_stopped(calc);
		struct relo_prediction p;

		relo_calc_record(calc, i, &p);
		ck_assert_int_eq(relo_calc_stopped(calc), was || p.outcome == RELO_ERROR);
		relo_prediction_free(&p);
	}
	ck_assert(relo_calc_stopped(calc));
	relo_calc_free(calc);
	world_free(&w);
}
END_TEST

START_TEST(never_lets_libbpf_see_an_unsound_access)
{
	struct world w = make_world("local", "target");
	struct relo_calc *calc = relo_calc_new(&w.list, w.target);
	struct relo_prediction p;

	w.list.records[0].sound = false;
	relo_calc_record(calc, 0, &p);
	ck_assert_int_eq(p.outcome, RELO_ERROR);
	ck_assert_ptr_nonnull(strstr(p.note, "does not fit"));
	ck_assert(relo_calc_stopped(calc));
	relo_prediction_free(&p);
	relo_calc_free(calc);
	world_free(&w);
}
END_TEST

/* Measured facts that differ from a prediction of `moved` to 16, 4 bytes wide. */
static const struct {
	enum relo_outcome measured;
	struct relo_witness says;
	const char *words; /* NULL when they agree */
} measurements[] = {
        {RELO_MOVED, {RELO_SEEN_VALUE, 16, 4}, NULL},
        {RELO_MOVED, {RELO_SEEN_VALUE, 16, 0}, NULL},
        {RELO_NOT_ATTEMPTED, {RELO_SEEN_NOTHING, 0, 0}, NULL},
        {RELO_MOVED, {RELO_SEEN_VALUE, 20, 4}, "predicted the value 16, measured 20"},
        {RELO_RESIZED, {RELO_SEEN_VALUE, 16, 8}, "predicted an access of 4 bytes, measured 8"},
        {RELO_GUARDED, {RELO_SEEN_POISON, 0, 0}, "predicted moved, measured guarded"},
        {RELO_FATAL, {RELO_SEEN_POISON, 0, 0}, "predicted moved, measured fatal"},
        {RELO_AMBIGUOUS, {RELO_SEEN_AMBIGUOUS, 0, 0}, "predicted moved, measured ambiguous"},
        {RELO_ERROR, {RELO_SEEN_ERROR, 0, 0}, "predicted moved, measured error"},
};

START_TEST(finds_contradictions)
{
	struct relo_prediction p = {.outcome = RELO_MOVED, .says = {RELO_SEEN_VALUE, 16, 4}};
	struct relo_fact f = {.attempted = true, .local = 4, .local_width = 4, .log = measurements[_i].says};
	char *text = relo_prediction_contradiction(&p, &f, measurements[_i].measured);

	if (measurements[_i].words) {
		ck_assert_ptr_nonnull(text);
		ck_assert_str_eq(text, measurements[_i].words);
	} else {
		ck_assert_msg(!text, "%s", text);
	}
	free(text);
}
END_TEST

START_TEST(drift_replaces_only_what_was_resolved)
{
	struct relo_prediction drift = {.outcome = RELO_DRIFT}, moved = {.outcome = RELO_MOVED};

	ck_assert_int_eq(relo_prediction_refine(&drift, RELO_MOVED), RELO_DRIFT);
	ck_assert_int_eq(relo_prediction_refine(&drift, RELO_SAME), RELO_DRIFT);
	ck_assert_int_eq(relo_prediction_refine(&drift, RELO_NOT_ATTEMPTED), RELO_NOT_ATTEMPTED);
	ck_assert_int_eq(relo_prediction_refine(&moved, RELO_SAME), RELO_SAME);
}
END_TEST

static const struct {
	const char *local, *kernel;
	unsigned kind;
	size_t count;
} candidates[] = {
        {"probe", "target", BTF_KIND_STRUCT, 1},           {"probe___flavour", "target", BTF_KIND_STRUCT, 1},
        {"probe", "target_ambiguous", BTF_KIND_STRUCT, 2}, {"color", "target", BTF_KIND_ENUM, 1},
        {"gone_type", "target", BTF_KIND_STRUCT, 0},       {"probe_t", "target", BTF_KIND_TYPEDEF, 1},
};

START_TEST(looks_candidates_up_by_name)
{
	struct world w = make_world("local", candidates[_i].kernel);
	int id = btf__find_by_name_kind(w.list.btf, candidates[_i].local, candidates[_i].kind);
	struct relo_target_cand *found;

	ck_assert_int_gt(id, 0);
	ck_assert_uint_eq(relo_target_candidates(w.target, w.list.btf, (uint32_t)id, &found), candidates[_i].count);
	for (size_t i = 0; i < candidates[_i].count; i++) {
		ck_assert_ptr_eq(found[i].btf, w.btf);
		ck_assert(!i || found[i - 1].id < found[i].id);
	}
	free(found);
	world_free(&w);
}
END_TEST

/* A module that defines `name` with one member. */
static struct btf *make_module(struct btf *base, const char *name)
{
	struct btf *module = btf__new_empty_split(base);

	ck_assert_int_gt(btf__add_struct(module, name, 8), 0);
	ck_assert_int_eq(btf__add_field(module, "x", btf__find_by_name(base, "unsigned int"), 32, 0), 0);
	return module;
}

START_TEST(asks_modules_only_for_what_the_kernel_lacks)
{
	struct world w = make_world("local", "target");
	struct btf *module = make_module(w.btf, "gone_type"), *other = make_module(w.btf, "inner");
	struct btf *stranger = make_module(w.list.btf, "gone_type");
	int gone = btf__find_by_name_kind(w.list.btf, "gone_type", BTF_KIND_STRUCT);
	int inner = btf__find_by_name_kind(w.list.btf, "inner", BTF_KIND_STRUCT);
	struct relo_target_cand *found;
	struct error err = {0};

	ck_assert_int_eq(relo_target_add_module(w.target, stranger, &err), -EINVAL);
	error_clear(&err);
	ck_assert_int_eq(relo_target_add_module(w.target, module, NULL), 0);
	ck_assert_int_eq(relo_target_add_module(w.target, other, NULL), 0);
	ck_assert_uint_eq(relo_target_candidates(w.target, w.list.btf, (uint32_t)gone, &found), 1);
	ck_assert_ptr_eq(found[0].btf, module);
	free(found);
	ck_assert_uint_eq(relo_target_candidates(w.target, w.list.btf, (uint32_t)inner, &found), 1);
	ck_assert_ptr_eq(found[0].btf, w.btf);
	free(found);
	world_free(&w);
	btf__free(module);
	btf__free(other);
	btf__free(stranger);
}
END_TEST

/* What a split BTF says, its raw bytes say behind the base's. */
START_TEST(a_joined_module_answers_like_a_split_one)
{
	struct world w = make_world("local", "target");
	struct btf *module = make_module(w.btf, "gone_type"), *joined;
	int gone = btf__find_by_name_kind(w.list.btf, "gone_type", BTF_KIND_STRUCT);
	struct relo_target_cand *found;
	struct error err = {0};
	uint32_t size;
	const void *raw = btf__raw_data(module, &size);

	joined = btf_join(w.btf, raw, size, &err);
	ck_assert_msg(joined != NULL, "%s", err.text);
	ck_assert_uint_eq(btf__type_cnt(joined), btf__type_cnt(module));
	ck_assert_msg(!relo_target_add_module(w.target, joined, &err), "%s", err.text);
	ck_assert_uint_eq(relo_target_candidates(w.target, w.list.btf, (uint32_t)gone, &found), 1);
	ck_assert_ptr_eq(found[0].btf, joined);
	ck_assert_uint_eq(found[0].id, btf__type_cnt(w.btf));
	ck_assert_str_eq(btf__name_by_offset(joined, btf__type_by_id(joined, found[0].id)->name_off), "gone_type");
	free(found);
	for (uint32_t len = 0; len < size; len += 7) {
		ck_assert_ptr_null(btf_join(w.btf, raw, len, &err));
		error_clear(&err);
	}
	world_free(&w);
	btf__free(module);
	btf__free(joined);
}
END_TEST

/* ---- enumerators of eight bytes ---- */

#define WIDE 0x8000000000000005ull

/* The kernel's enum: as enum64, as what BTF had before, and one whose enumerator is another, or small. */
static const struct {
	bool enum64;
	uint64_t there, local;
	enum relo_outcome outcome;
	uint64_t value;
} wides[] = {
        {true, WIDE, WIDE, RELO_SAME, WIDE}, {true, WIDE + 1, WIDE, RELO_MOVED, WIDE + 1},
        {false, WIDE, WIDE, RELO_DRIFT, 5},  {false, 6, WIDE, RELO_MOVED, 6},
        {false, 5, 5, RELO_SAME, 5},
};

START_TEST(an_enumerator_that_old_types_cut_is_no_value)
{
	struct btf *local = btf__new_empty(), *kernel = btf__new_empty();
	int id = btf__add_enum64(local, "wide", 8, false);
	struct core_relo_func func = {.name = (char *)"p", .section = 1, .count = 2, .main = true};
	struct core_relo_record record = {
	        .type_id = (uint32_t)id,
	        .sound = true,
	        .code = {{.code = BPF_LD | BPF_IMM | BPF_DW, .imm = (int32_t)(uint32_t)wides[_i].local},
	                 {.imm = (int32_t)(wides[_i].local >> 32)}}};
	struct relo_fact fact = {.program = (char *)"p",
	                         .section = (char *)"raw_tp",
	                         .kind = BPF_CORE_ENUMVAL_VALUE,
	                         .type = (char *)"wide",
	                         .access = (char *)"0",
	                         .local = wides[_i].local};
	struct core_relo_list list = {
	        .facts = &fact, .records = &record, .count = 1, .funcs = &func, .func_count = 1, .btf = local};
	struct relo_prediction p;
	struct relo_target *target;
	struct relo_calc *calc;

	ck_assert_int_eq(btf__add_enum64_value(local, "WIDE", wides[_i].local), 0);
	record.access_off = (uint32_t)btf__add_str(local, "0");
	if (wides[_i].enum64) {
		ck_assert_int_gt(btf__add_enum64(kernel, "wide", 8, false), 0);
		ck_assert_int_eq(btf__add_enum64_value(kernel, "WIDE", wides[_i].there), 0);
	} else {
		ck_assert_int_gt(btf__add_enum(kernel, "wide", 8), 0);
		ck_assert_int_eq(btf__add_enum_value(kernel, "WIDE", (uint32_t)wides[_i].there), 0);
	}
	target = relo_target_new(kernel, NULL);
	calc = relo_calc_new(&list, target);
	relo_calc_record(calc, 0, &p);
	ck_assert_msg(p.outcome == wides[_i].outcome, "%s: %s", relo_outcome_name(p.outcome), p.note);
	ck_assert_uint_eq(p.says.value, wides[_i].value);
	ck_assert_int_eq(strstr(p.note, "32 bits") != NULL, p.outcome == RELO_DRIFT);
	relo_prediction_free(&p);
	relo_calc_free(calc);
	relo_target_free(target);
	btf__free(kernel);
	btf__free(local);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("calc"),
	        TEST(self_test_passes),
	        EACH(predicts, predictions),
	        EACH(agrees_with_what_libbpf_does, object_kernel),
	        TEST(stops_where_libbpf_stops),
	        TEST(never_lets_libbpf_see_an_unsound_access),
	        EACH(finds_contradictions, measurements),
	        TEST(drift_replaces_only_what_was_resolved),
	        EACH(an_enumerator_that_old_types_cut_is_no_value, wides),
	        GROUP("target"),
	        EACH(looks_candidates_up_by_name, candidates),
	        TEST(asks_modules_only_for_what_the_kernel_lacks),
	        TEST(a_joined_module_answers_like_a_split_one),
	};

	return suite_run("relo_calc", tests, COUNT(tests));
}
