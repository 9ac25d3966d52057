/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_seen: programs that a loader handed to the kernel are matched to the functions they were made of, and their
 * relocations read as the three witnesses of our own loader read them; what cannot be matched is not guessed.
 */
#include "agent/loader/loader_seen.h"
#include "base/cleanup.h"
#include "tests/relo/fake_load.h"
#include "tests/suite.h"

/* What libbpf hands in of FIXTURES NAME.o, program by program. */
struct handed {
	struct trace_call calls[32];
	size_t count;
};

static struct handed hand_in_of(const char *name_of)
{
	cleanup_free char *path = xasprintf(FIXTURES "%s.o", name_of);
	struct bpf_object_open_opts opts = {.sz = sizeof(opts), .btf_custom_path = FIXTURES "target.o"};
	struct bpf_object *object = bpf_object__open_file(path, &opts);
	struct bpf_program *program;
	struct handed h = {0};

	ck_assert_ptr_nonnull(object);
	ck_assert_int_eq(bpf_object__load(object), 0);
	bpf_object__for_each_program(program, object)
	{
		struct trace_call *c = &h.calls[h.count++];
		const char *name = bpf_program__name(program);

		ck_assert_uint_lt(h.count, COUNT(h.calls));
		*c = (struct trace_call){.kind = TRACE_PROGRAM, .type = BPF_PROG_TYPE_RAW_TRACEPOINT};
		c->id = (uint32_t)h.count;
		c->name = xstrndup(name, 15);
		c->function = xstrdup(name);
		c->file = xstrdup("dir/local.c");
		c->license = xstrdup("GPL");
		c->text = xstrdup("");
		c->insn_count = (uint32_t)bpf_program__insn_cnt(program);
		c->insns_size = (uint32_t)(c->insn_count * sizeof(struct bpf_insn));
		c->insns = xcalloc(1, c->insns_size);
		memcpy(c->insns, bpf_program__insns(program), c->insns_size);
	}
	bpf_object__close(object);
	return h;
}

static struct handed hand_in(void)
{
	return hand_in_of("local");
}

static void handed_free(struct handed *h)
{
	for (size_t i = 0; i < h->count; i++)
		trace_call_free(&h->calls[i]);
}

static struct trace_call *find_call(struct handed *h, const char *name)
{
	for (size_t i = 0; i < h->count; i++)
		if (!strcmp(h->calls[i].name, name))
			return &h->calls[i];
	ck_abort_msg("no program %s", name);
	return NULL;
}

static void text_replace(char **slot, const char *text)
{
	free(*slot);
	*slot = xstrdup(text);
}

/* ---- what may be done to a program without its being another one ---- */

static void leave(struct handed *h, const struct core_relo_list *list)
{
	(void)h, (void)list;
}

static void forget_types(struct handed *h, const struct core_relo_list *list)
{
	(void)list;
	for (size_t i = 0; i < h->count; i++) {
		text_replace(&h->calls[i].function, "");
		text_replace(&h->calls[i].file, "");
	}
}

static void rename_all(struct handed *h, const struct core_relo_list *list)
{
	forget_types(h, list);
	for (size_t i = 0; i < h->count; i++)
		text_replace(&h->calls[i].name, "renamed");
}

static const struct core_relo_place *find_place(const struct core_relo_list *list, uint32_t program, uint32_t func)
{
	for (size_t i = 0; i < list->place_count; i++)
		if (list->places[i].program == program && list->places[i].func == func)
			return &list->places[i];
	return NULL;
}

/* The functions that libbpf appended to `calls` follow in the opposite order. */
static void turn_functions(struct handed *h, const struct core_relo_list *list)
{
	struct trace_call *c = find_call(h, "calls");
	uint32_t program = (uint32_t)core_relo_list_func(list, "calls"), at = list->funcs[program].count;
	cleanup_free uint32_t *starts = xcalloc(list->func_count, sizeof(*starts));
	cleanup_free struct bpf_insn *old = c->insns;
	struct bpf_insn *turned = xcalloc(c->insn_count, sizeof(*turned));

	memcpy(turned, old, at * sizeof(*turned));
	for (uint32_t f = (uint32_t)list->func_count; f-- > 0;) {
		const struct core_relo_place *p = find_place(list, program, f);

		if (!p || f == program)
			continue;
		memcpy(turned + at, old + p->start, list->funcs[f].count * sizeof(*turned));
		starts[f] = at;
		at += list->funcs[f].count;
	}
	ck_assert_uint_eq(at, c->insn_count);
	ck_assert_mem_ne(turned, old, c->insns_size);
	for (uint32_t f = 0; f < list->func_count; f++)
		for (uint32_t i = 0; find_place(list, program, f) && i < list->funcs[f].call_count; i++) {
			const struct core_relo_call *call = &list->calls[list->funcs[f].first_call + i];
			uint32_t from = starts[f] + call->insn;

			turned[from].imm = (int32_t)starts[call->target] - (int32_t)from - 1;
		}
	c->insns = turned;
}

/* As a loader does where a kernel lacks it. */
static void use_older_helper(struct handed *h, const struct core_relo_list *list)
{
	(void)list;
	for (size_t i = 0; i < h->count; i++) {
		struct bpf_insn *insns = h->calls[i].insns;

		for (uint32_t k = 0; k < h->calls[i].insn_count; k++)
			if (insns[k].code == (BPF_JMP | BPF_CALL) && !insns[k].src_reg && insns[k].imm == 113)
				insns[k].imm = 4;
	}
}

/* Each poisoned 64-bit immediate of a program, the last first. Returns how many there were. */
static unsigned each_wide_poison(struct trace_call *c, const struct core_relo_list *list,
                                 void (*change)(struct trace_call *c, uint32_t at))
{
	uint32_t program = (uint32_t)core_relo_list_func(list, c->function);
	unsigned found = 0;

	for (size_t i = list->count; i-- > 0;) {
		const struct core_relo_place *p =
		        list->records[i].func < 0 ? NULL : find_place(list, program, (uint32_t)list->records[i].func);

		if (!p || p->func != program || list->facts[i].insns.seen != RELO_SEEN_POISON ||
		    !insn_is_imm64(&list->records[i].code[0]))
			continue;
		change(c, p->start + list->facts[i].insn);
		found++;
	}
	return found;
}

static void poison_frame_pointer(struct trace_call *c, uint32_t at)
{
	struct bpf_insn *insns = c->insns;

	insns[at] =
	        (struct bpf_insn){.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = BPF_REG_10, .imm = INSN_POISON_CALL};
	insns[at + 1] = (struct bpf_insn){0};
}

static void shorten_poison(struct trace_call *c, uint32_t at)
{
	struct bpf_insn *insns = c->insns;

	memmove(&insns[at], &insns[at + 1], (c->insn_count - at - 1) * sizeof(*insns));
	c->insn_count--;
	c->insns_size -= (uint32_t)sizeof(*insns);
}

static void poison_all(struct handed *h, const struct core_relo_list *list,
                       void (*change)(struct trace_call *c, uint32_t at))
{
	unsigned found = 0;

	for (size_t i = 0; i < h->count; i++)
		found += each_wide_poison(&h->calls[i], list, change);
	ck_assert_uint_gt(found, 0);
}

/* As cilium/ebpf does. */
static void use_other_poison(struct handed *h, const struct core_relo_list *list)
{
	poison_all(h, list, poison_frame_pointer);
}

/* As it did up to 0.9.1: jumps go where they went. */
static void use_short_poison(struct handed *h, const struct core_relo_list *list)
{
	poison_all(h, list, shorten_poison);
}

static const struct change {
	void (*make)(struct handed *h, const struct core_relo_list *list);
	bool all; /* every program is still found */
} changes[] = {
        {leave, true},
        {forget_types, true},
        {rename_all, false},
        {turn_functions, true},
        {use_older_helper, true},
        {use_other_poison, true},
        {use_short_poison, true},
};

static void see(struct handed *h, const struct buf *object, const char *const *names, struct loader_seen *seen)
{
	cleanup_buf struct buf records = {0};

	for (size_t i = 0; i < h->count; i++)
		trace_call_add(&records, &h->calls[i]);
	for (; *names; names++)
		loader_seen_source(seen, object->data, object->len, *names);
	loader_seen_read(seen, &records);
}

START_TEST(records_are_read_as_by_three_witnesses)
{
	static const char *const names[] = {"local", NULL};
	struct fake_load load = fake_load_object("local", "target", NULL);
	struct handed h = hand_in();
	struct loader_seen seen = {0};
	size_t known = 0;

	changes[_i].make(&h, &load.list);
	see(&h, &load.object, names, &seen);
	ck_assert_uint_eq(seen.sources[0].list.count, load.list.count);
	for (size_t i = 0; i < load.list.count; i++) {
		const struct relo_fact *f = &seen.sources[0].list.facts[i], *g = &load.list.facts[i];

		if (!f->attempted) {
			ck_assert_msg(!changes[_i].all, "%s #%u: %s", f->program, f->number, f->line);
			ck_assert_str_ne(f->line, "");
			continue;
		}
		known++;
		ck_assert_int_eq(f->insns.seen, g->insns.seen);
		ck_assert_uint_eq(f->insns.value, g->insns.value);
		ck_assert_uint_eq(f->insns.width, g->insns.width);
		ck_assert(f->loaded);
	}
	ck_assert_uint_gt(known, load.list.count / 2);
	loader_seen_free(&seen);
	handed_free(&h);
	fake_load_free(&load);
}
END_TEST

static const struct relo_fact *fact_of(const struct code_source *s, const char *program)
{
	for (size_t i = 0; i < s->list.count; i++)
		if (!strcmp(s->list.facts[i].program, program))
			return &s->list.facts[i];
	ck_abort_msg("no record of %s", program);
	return NULL;
}

/* An instruction that no relocation may touch. */
START_TEST(other_code_is_not_guessed)
{
	static const char *const names[] = {"local", NULL};
	struct fake_load load = fake_load_object("local", "target", NULL);
	struct handed h = hand_in();
	struct trace_call *c = find_call(&h, "guarded");
	struct loader_seen seen = {0};
	struct bpf_insn *insns = c->insns;
	cleanup_free char *line = NULL;

	ck_assert_int_eq(insns[c->insn_count - 1].code, BPF_JMP | BPF_EXIT);
	insns[c->insn_count - 1].off = 1;
	line = xasprintf("what was loaded as guarded has other code, from instruction %u of guarded on",
	                 c->insn_count - 1);
	see(&h, &load.object, names, &seen);
	ck_assert(!fact_of(&seen.sources[0], "guarded")->attempted);
	ck_assert_str_eq(fact_of(&seen.sources[0], "guarded")->line, line);
	ck_assert(fact_of(&seen.sources[0], "loads")->attempted);
	loader_seen_free(&seen);
	handed_free(&h);
	fake_load_free(&load);
}
END_TEST

/* Texts of one length, in its sections' names and its types. */
static void rename_in(struct buf *object, const char *from, const char *to)
{
	size_t len = strlen(from), found = 0;
	char *at = object->data, *end = at + object->len;

	ck_assert_uint_eq(len, strlen(to));
	for (; (at = memmem(at, (size_t)(end - at), from, len)); at += len, found++)
		memcpy(at, to, len);
	ck_assert_uint_gt(found, 0);
}

/* As the types of local.o name it. */
static const char *file_of(const struct code_source *source)
{
	for (const char *at = source->strings; at < source->strings + source->strings_size; at += strlen(at) + 1)
		if (strstr(at, "/relo/local.c"))
			return at;
	ck_abort_msg("no file is named");
	return NULL;
}

#define SAME "raw_tp/"

/* One code in two objects, "first" and "second", the sections of which begin with these words; what was loaded is of:
 */
static const struct two_objects {
	const char *first, *second;
	uint32_t type, attach_type, flags;
	const char *first_object; /* local.o as the second is, or again.o, which includes the source of that */
	const char *types_of;     /* the object that the types of what was loaded are as large as, "" */
	const char *first_file;   /* that the lines of the first one are of */
	int of;                   /* -1: nothing tells */
} two_objects[] = {
        {SAME, SAME, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, "local", "", "local.c", -1},
        {SAME, SAME, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, "local", "local", "local.c", -1},
        {SAME, SAME, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, "again", "", "local.c", -1},
        {SAME, SAME, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, "again", "again", "local.c", 0},
        {SAME, SAME, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, "again", "local", "local.c", 1},
        {SAME, SAME, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, "local", "", "other.c", 1},
        {"fentry/", SAME, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, 0, "local", "", "local.c", 0},
        {"fentry/", SAME, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, "local", "", "local.c", 1},
        /* what is included may be another's file */
        {"fentry/", SAME, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, 0, "local", "", "other.c", 0},
        {"fentry/", "fexit//", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, 0, "local", "", "local.c", 1},
        {"lsm.s//", "lsm////", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, BPF_F_SLEEPABLE, "local", "", "local.c", 0},
        {"lsm.s//", "lsm////", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, 0, "local", "", "local.c", 1},
};

static void make_two(const struct two_objects *two, struct handed *h, struct buf objects[2], struct loader_seen *seen)
{
	cleanup_buf struct buf records = {0};
	const char *paths[] = {two->first_object, "local"}, *sections[] = {two->first, two->second};
	const char *file;
	struct error err = {0};

	for (int i = 0; i < 2; i++) {
		cleanup_free char *path = xasprintf(FIXTURES "%s.o", paths[i]);

		ck_assert_msg(!io_read_file(path, 1 << 24, &objects[i], &err), "%s", err.text);
		rename_in(&objects[i], SAME, sections[i]);
		loader_seen_source(seen, objects[i].data, objects[i].len, i ? "second" : "first");
	}
	file = file_of(&seen->sources[1]);
	rename_in(&objects[0], "local.c", two->first_file);
	code_source_free(&seen->sources[0]);
	ck_assert(!code_source_open(objects[0].data, objects[0].len, &seen->sources[0], &err));
	for (size_t i = 0; i < h->count; i++) {
		struct trace_call *c = &h->calls[i];

		text_replace(&c->file, file);
		c->type = two->type;
		c->attach_type = two->attach_type;
		c->flags = two->flags;
		for (int k = 0; k < 2; k++)
			if (!strcmp(paths[k], two->types_of)) {
				c->types_size = seen->sources[k].types_size;
				c->strings_size = seen->sources[k].strings_size;
				ck_assert_uint_gt(c->strings_size, 0);
			}
		trace_call_add(&records, c);
	}
	loader_seen_read(seen, &records);
}

START_TEST(one_code_in_two_objects)
{
	const struct two_objects *two = &two_objects[_i];
	struct handed h = hand_in();
	struct buf objects[2] = {0};
	struct loader_seen seen = {0};

	make_two(two, &h, objects, &seen);
	for (int i = 0; i < 2; i++) {
		const struct relo_fact *f = fact_of(&seen.sources[i], "guarded");

		ck_assert_int_eq(f->attempted, two->of == i);
		if (two->of != i)
			ck_assert_str_eq(
			        f->line,
			        two->of < 0
			                ? "2 functions have the code of what was loaded as guarded, of first, second"
			                : "no program that was loaded has its code");
		buf_free(&objects[i]);
	}
	loader_seen_free(&seen);
	handed_free(&h);
}
END_TEST

/* Loaders ask twice: the second time for a log. What differs in more is another program. */
static const struct again {
	uint32_t flags, strings_before, strings;
	bool another;
} again[] = {
        {0, 0, 0, false},     {BPF_F_XDP_HAS_FRAGS, 0, 0, true},
        {0, 100, 100, false}, {0, 0, 100, false},
        {0, 100, 0, false},   {0, 100, 101, true},
};

START_TEST(a_program_that_was_refused_is_one)
{
	static const char *const names[] = {"local", NULL};
	struct fake_load load = fake_load_object("local", "target", NULL);
	struct handed h = hand_in();
	struct loader_seen seen = {0};
	size_t count = h.count;
	struct trace_call *c = find_call(&h, "guarded"), *second = &h.calls[h.count++];

	c->err = EACCES;
	c->id = 0;
	c->strings_size = again[_i].strings_before;
	*second = *c;
	second->flags = again[_i].flags;
	second->strings_size = again[_i].strings;
	second->name = xstrdup(c->name);
	second->function = xstrdup(c->function);
	second->file = xstrdup(c->file);
	second->license = xstrdup(c->license);
	second->insns = xcalloc(1, c->insns_size);
	memcpy(second->insns, c->insns, c->insns_size);
	second->text = xstrdup("6: (85) call unknown#195896080\ninvalid func unknown#195896080\n");
	see(&h, &load.object, names, &seen);
	ck_assert_uint_eq(seen.program_count, count + again[_i].another);
	for (size_t i = 0; !again[_i].another && i < seen.program_count; i++)
		if (!strcmp(seen.programs[i].call.name, "guarded"))
			ck_assert(strstr(seen.programs[i].call.text, "invalid func") != NULL);
	ck_assert(fact_of(&seen.sources[0], "guarded")->attempted);
	ck_assert(!fact_of(&seen.sources[0], "guarded")->loaded);
	loader_seen_free(&seen);
	handed_free(&h);
	fake_load_free(&load);
}
END_TEST

/* How a verifier stops at it, by what stands for the immediate: `at` is the instruction's number in the loaded code. */
static const struct {
	void (*make)(struct handed *h, const struct core_relo_list *list);
	const char *log;
} stops[] = {
        {leave, "%u: (85) call unknown#195896080\ninvalid func unknown#195896080\n"},
        {use_other_poison, "%u: (18) r10 = 0xbad2310\nframe pointer is read only\n"},
        {use_short_poison, "%u: (85) call unknown#195896080\ninvalid func unknown#195896080\n"},
};

static uint32_t last_poison(const struct trace_call *c)
{
	const struct bpf_insn *insns = c->insns;

	for (uint32_t i = c->insn_count; i-- > 0;)
		if (insn_is_poison(&insns[i]) && (!i || !insn_is_poison(&insns[i - 1])))
			return i;
	ck_abort_msg("no poison in %s", c->name);
	return 0;
}

/* As if the first record of a program that is a number could not be resolved either, so that one poison follows
 * another. */
static void poison_first(struct trace_call *c, struct core_relo_list *list)
{
	struct bpf_insn *insns = c->insns;

	for (size_t i = 0; i < list->count; i++) {
		struct relo_fact *f = &list->facts[i];

		if (strcmp(f->program, c->function) || f->kind != BPF_CORE_ENUMVAL_VALUE)
			continue;
		ck_assert_int_eq(f->insns.seen, RELO_SEEN_VALUE);
		f->insns.seen = RELO_SEEN_POISON;
		insns[f->insn] = insns[f->insn + 1] =
		        (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = INSN_POISON_CALL};
		return;
	}
	ck_abort_msg("no number in %s", c->function);
}

START_TEST(poison_that_stopped_the_verifier_is_reached)
{
	static const char *const names[] = {"local", NULL};
	struct fake_load load = fake_load_object("local", "target", NULL);
	struct handed h = hand_in();
	struct trace_call *c = find_call(&h, "enums");
	struct loader_seen seen = {0};
	unsigned reached = 0, poisoned = 0;

	poison_first(c, &load.list);
	stops[_i].make(&h, &load.list);
	free(c->text);
	c->text = xasprintf(stops[_i].log, last_poison(c));
	c->err = EACCES;
	c->id = 0;
	see(&h, &load.object, names, &seen);
	for (size_t i = 0; i < load.list.count; i++) {
		const struct relo_fact *f = &seen.sources[0].list.facts[i];

		ck_assert(f->insns.seen == load.list.facts[i].insns.seen);
		if (strcmp(f->program, "enums")) {
			ck_assert(!f->reached);
			continue;
		}
		/* the last of the two */
		poisoned += f->insns.seen == RELO_SEEN_POISON;
		ck_assert_int_eq(f->reached, f->insns.seen == RELO_SEEN_POISON && poisoned == 2);
		reached += f->reached;
	}
	ck_assert_uint_eq(reached, 1);
	loader_seen_free(&seen);
	handed_free(&h);
	fake_load_free(&load);
}
END_TEST

/* By others, as pwru puts in the filter that it is called with: nothing of what is told is in the one, all in the
 * other. */
static const struct {
	const char *function;
	bool known;
} replaced[] = {
        {"filter", true},
        {"leaf", false},
};

START_TEST(functions_may_be_replaced)
{
	static const char *const names[] = {"again", NULL};
	struct fake_load load = fake_load_object("again", "target", NULL);
	struct handed h = hand_in_of("again");
	struct trace_call *c = find_call(&h, "filtered");
	uint32_t program = (uint32_t)core_relo_list_func(&load.list, "filtered");
	const struct core_relo_place *p =
	        find_place(&load.list, program, (uint32_t)core_relo_list_func(&load.list, replaced[_i].function));
	struct loader_seen seen = {0};

	ck_assert_ptr_nonnull(p);
	((struct bpf_insn *)c->insns)[p->start] =
	        (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 4711};
	see(&h, &load.object, names, &seen);
	ck_assert_int_eq(fact_of(&seen.sources[0], "filtered")->attempted, replaced[_i].known);
	loader_seen_free(&seen);
	handed_free(&h);
	fake_load_free(&load);
}
END_TEST

/* By name it would be: but then it is another program. */
START_TEST(replaced_and_renamed_is_nothing)
{
	static const char *const names[] = {"again", NULL};
	struct fake_load load = fake_load_object("again", "target", NULL);
	struct handed h = hand_in_of("again");
	struct trace_call *c = find_call(&h, "filtered");
	const struct core_relo_place *p = find_place(&load.list, (uint32_t)core_relo_list_func(&load.list, "filtered"),
	                                             (uint32_t)core_relo_list_func(&load.list, "filter"));
	struct loader_seen seen = {0};

	ck_assert_ptr_nonnull(p);
	((struct bpf_insn *)c->insns)[p->start].imm ^= 1;
	rename_all(&h, &load.list);
	see(&h, &load.object, names, &seen);
	ck_assert(!fact_of(&seen.sources[0], "filtered")->attempted);
	loader_seen_free(&seen);
	handed_free(&h);
	fake_load_free(&load);
}
END_TEST

START_TEST(what_is_no_object_is_noted)
{
	static const char *const names[] = {"bytes", NULL};
	struct buf bytes = {.data = (char *)(uintptr_t) "no object", .len = 9};
	struct handed h = hand_in();
	struct loader_seen seen = {0};

	see(&h, &bytes, names, &seen);
	ck_assert_msg(!strncmp(buf_str(&seen.notes), "bytes: its relocations are not seen: ", 37), "%s",
	              buf_str(&seen.notes));
	ck_assert_uint_eq(seen.program_count, h.count);
	loader_seen_free(&seen);
	handed_free(&h);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(records_are_read_as_by_three_witnesses, changes),
	        TEST(other_code_is_not_guessed),
	        EACH(one_code_in_two_objects, two_objects),
	        EACH(a_program_that_was_refused_is_one, again),
	        EACH(poison_that_stopped_the_verifier_is_reached, stops),
	        EACH(functions_may_be_replaced, replaced),
	        TEST(replaced_and_renamed_is_nothing),
	        TEST(what_is_no_object_is_noted),
	};

	return suite_run("loader_seen", tests, COUNT(tests));
}
