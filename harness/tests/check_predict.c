/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * predict: objects and types from files, through the worker, to verdicts; hostile files cost a cell, not the run.
 * The fixtures are local.c (object) and target.c (kernel) of tests/relo.
 */
#include <elf.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <seccomp.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "host/predict/predict.h"
#include "host/predict/predict_boundary.h"
#include "host/predict/predict_forecast.h"
#include "host/predict/predict_report.h"
#include "host/predict/predict_timeline.h"
#include "tests/fake_kernel.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define FIXTURES "build/tests/relo/"

/* The raw BTF of an object, also as a file; the caller frees its path. */
static char *types_of(const char *object, struct buf *raw, const char *file)
{
	struct btf *btf = btf__parse_elf(object, NULL);
	const void *bytes;
	__u32 len;

	ck_assert_ptr_nonnull(btf);
	bytes = btf__raw_data(btf, &len);
	buf_add(raw, bytes, len);
	btf__free(btf);
	return scratch_file(file, raw->data, raw->len);
}

static void read_objects(struct object_list *objects, char *const *paths, size_t count)
{
	struct error err = {0};

	ck_assert_msg(!object_list_read(paths, count, objects, &err), "%s", err.text);
}

static const struct prediction *predict_all(const struct object_list *objects, const struct predict_types *types,
                                            size_t count, struct predict_job **job)
{
	const struct prediction *p;
	struct error err = {0};

	*job = predict_start(objects, types, count, &err);
	ck_assert_msg(*job != NULL, "%s", err.text);
	p = predict_finish(*job, &err);
	ck_assert_msg(p != NULL, "%s", err.text);
	return p;
}

static const struct predict_outcome *find(const struct prediction *p, size_t kernel, const char *program,
                                          unsigned number)
{
	const struct predict_object *o = &p->objects[0];
	const struct predict_cell *c = prediction_cell(p, kernel, 0);

	for (uint32_t i = 0; i < o->record_count; i++)
		if (!strcmp(o->records[i].program, program) && o->records[i].number == number)
			return &c->outcomes[i];
	ck_abort_msg("no relocation #%u in %s", number, program);
	return NULL;
}

static char *const local[] = {(char *)FIXTURES "local.o"};

START_TEST(outcomes_come_through)
{
	const struct predict_types types[] = {{"k", FIXTURES "target.o"}, {"bare", ""}};
	cleanup_object_list struct object_list objects = {0};
	const struct prediction *p;
	struct predict_job *job;

	read_objects(&objects, local, 1);
	p = predict_all(&objects, types, 2, &job);
	ck_assert_str_eq(predict_outcome_name(find(p, 0, "loads", 0)), "same");
	ck_assert_str_eq(predict_outcome_name(find(p, 0, "loads", 1)), "moved");
	ck_assert_uint_eq(find(p, 0, "loads", 1)->p.says.value, 16);
	ck_assert_str_eq(predict_outcome_name(find(p, 0, "addresses", 1)), "drift");
	ck_assert_str_eq(predict_outcome_name(find(p, 0, "guarded", 0)), "absent");
	/* the answer of its existence test is a constant that decides the branch before it */
	ck_assert_str_eq(predict_outcome_name(find(p, 0, "guarded", 1)), "guarded");
	ck_assert_int_eq(prediction_cell(p, 1, 0)->forecast, FORECAST_REJECTED);
	ck_assert_int_eq(prediction_cell(p, 1, 0)->class, CLASS_NO_KERNEL_BTF);
	predict_free(job);
}
END_TEST

/* For a poll loop: what it waits for is readable until there is nothing to wait for. */
START_TEST(a_prediction_comes_step_by_step)
{
	const struct predict_types types[] = {{"k", FIXTURES "target.o"}};
	cleanup_object_list struct object_list objects = {0};
	struct predict_job *job;

	read_objects(&objects, local, 1);
	job = predict_start(&objects, types, 1, NULL);
	ck_assert_ptr_nonnull(job);
	while (!predict_step(job)) {
		struct pollfd fd = {.fd = predict_fd(job), .events = POLLIN};

		ck_assert_int_ge(fd.fd, 0);
		ck_assert_int_eq(poll(&fd, 1, -1), 1);
	}
	ck_assert_int_eq(predict_fd(job), -1);
	ck_assert(predict_step(job));
	ck_assert_int_eq(prediction_cell(predict_finish(job, NULL), 0, 0)->forecast, FORECAST_REJECTED);
	predict_free(job);
}
END_TEST

/* Kernels that come later are predicted as if they had been there, whatever is at work meanwhile. */
START_TEST(kernels_may_come_later)
{
	const struct predict_types late = {"late", FIXTURES "target.o"};
	const struct predict_types types[] = {
	        {.id = "late", .later = true}, {"k", FIXTURES "target.o"}, {.id = "never", .later = true}};
	cleanup_object_list struct object_list objects = {0};
	const struct prediction *p;
	struct predict_job *job;

	read_objects(&objects, local, 1);
	job = predict_start(&objects, types, 3, NULL);
	ck_assert_ptr_nonnull(job);
	ck_assert(!predict_has(job, 0) && !predict_has(job, 1) && !predict_has(job, 2));
	predict_add(job, 0, &late);
	while (!predict_has(job, 1)) {
		poll(&(struct pollfd){.fd = predict_fd(job), .events = POLLIN}, 1, -1);
		ck_assert(!predict_step(job));
	}
	ck_assert(!predict_has(job, 0));
	ck_assert_str_eq(predict_outcome_name(find(predict_so_far(job), 1, "loads", 1)), "moved");
	while (!predict_has(job, 0)) {
		poll(&(struct pollfd){.fd = predict_fd(job), .events = POLLIN}, 1, -1);
		ck_assert(!predict_step(job));
	}
	/* nothing is at work, and nothing is complete */
	ck_assert(!predict_step(job));
	ck_assert_int_eq(predict_fd(job), -1);
	predict_lacks(job, 2, "the mirror burnt down");
	ck_assert(predict_has(job, 2) && predict_step(job));
	p = predict_finish(job, NULL);
	ck_assert_str_eq(predict_outcome_name(find(p, 0, "loads", 1)), "moved");
	ck_assert_str_eq(prediction_cell(p, 2, 0)->reason, "the mirror burnt down");
	predict_free(job);
}
END_TEST

/* One that nobody said anything more of keeps nobody waiting. */
START_TEST(a_kernel_that_never_comes_is_not_waited_for)
{
	const struct predict_types types[] = {{.id = "late", .later = true}};
	cleanup_object_list struct object_list objects = {0};
	struct predict_job *job;

	read_objects(&objects, local, 1);
	job = predict_start(&objects, types, 1, NULL);
	ck_assert_ptr_nonnull(job);
	ck_assert_int_eq(predict_fd(job), -1);
	ck_assert_str_eq(prediction_cell(predict_finish(job, NULL), 0, 0)->reason, "the kernel is not available");
	predict_free(job);
}
END_TEST

START_TEST(archives_are_read_in_the_jail)
{
	cleanup_buf struct buf raw = {0}, packed = {0};
	cleanup_object_list struct object_list objects = {0};
	struct archive *a = fake_archive("gnutar", "xz", &packed);
	char *good = types_of(FIXTURES "target.o", &raw, "good.btf"), *path;
	struct predict_job *job;
	const struct prediction *p;

	fake_member(a, "6.1.0.btf", raw.data, raw.len);
	fake_close(a);
	path = scratch_file("6.1.0.btf.tar.xz", packed.data, packed.len);
	read_objects(&objects, local, 1);
	p = predict_all(&objects, (const struct predict_types[]){{"raw", good}, {"packed", path}}, 2, &job);
	ck_assert_msg(!p->kernels[1].failed, "%s", p->kernels[1].reason);
	ck_assert_int_eq(prediction_cell(p, 0, 0)->forecast, prediction_cell(p, 1, 0)->forecast);
	ck_assert_int_ne(prediction_cell(p, 1, 0)->forecast, FORECAST_NONE);
	predict_free(job);
	free(good);
	free(path);
}
END_TEST

/* Conditions of an ini on types, and one on none. */
static void set_rules(struct object *o)
{
	static const char text[] = "[expect]\nmoved probe.moved = wrong\nexists probe.same = pass\n"
	                           "missing probe.same = wrong\nsince 6.1 = pass\nexists probe.gone = wrong\n";

	object_ini_free(&o->ini);
	ck_assert_int_eq(object_ini_parse(text, "x.ini", &o->ini, NULL), 0);
}

static void check_answers(const struct predict_cell *c, int moved)
{
	ck_assert_int_eq(predict_answer(c, 0), moved);
	ck_assert_int_eq(predict_answer(c, 1), 1);
	ck_assert_int_eq(predict_answer(c, 2), 0);
	ck_assert_int_eq(predict_answer(c, 3), -ENODATA);
	ck_assert_int_eq(predict_answer(c, 4), 0);
	ck_assert_int_eq(predict_answer(c, 5), -ENODATA);
}

/* A program that loads its own objects is not looked into, and has no layout of its own that a field could move from.
 */
START_TEST(conditions_on_types_are_answered)
{
	const struct predict_types types[] = {{"k", FIXTURES "target.o"}, {"bare", ""}};
	cleanup_object_list struct object_list objects = {0};
	struct job_setting loader = {.key = SETTING_LOADER, .name = xstrdup(""), .value = xstrdup("/bin/true")};
	const struct prediction *p;
	struct predict_job *job;

	read_objects(&objects, (char *[]){local[0], local[0]}, 2);
	set_rules(&objects.at[0]);
	set_rules(&objects.at[1]);
	objects.at[1].ini.settings = xcalloc(1, sizeof(loader));
	objects.at[1].ini.settings[objects.at[1].ini.setting_count++] = loader;
	p = predict_all(&objects, types, 2, &job);
	check_answers(prediction_cell(p, 0, 0), 1);
	check_answers(prediction_cell(p, 0, 1), -ENOENT);
	ck_assert_int_eq(predict_answer(prediction_cell(p, 1, 0), 1), -ENODATA);
	ck_assert_int_eq(prediction_cell(p, 0, 1)->forecast, FORECAST_NONE);
	ck_assert_uint_eq(prediction_cell(p, 0, 1)->outcome_count, 0);
	predict_free(job);
}
END_TEST

/* Move member `name` of struct probe in raw BTF by `bits`. */
static void move_member(struct buf *raw, const char *name, __u32 bits)
{
	struct btf *btf = btf__new(raw->data, (__u32)raw->len);
	int id = btf__find_by_name_kind(btf, "probe", BTF_KIND_STRUCT);
	const struct btf_type *t;

	ck_assert_int_gt(id, 0);
	t = btf__type_by_id(btf, (__u32)id);
	for (int i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), name))
			btf_members((struct btf_type *)t)[i].offset += bits;
	buf_free(raw);
	{
		__u32 len;
		const void *bytes = btf__raw_data(btf, &len);

		buf_add(raw, bytes, len);
	}
	btf__free(btf);
}

START_TEST(one_field_moved_by_hand_changes_its_relocations_only)
{
	cleanup_buf struct buf raw = {0};
	char *before = types_of(FIXTURES "target.o", &raw, "before.btf"), *after;
	cleanup_object_list struct object_list objects = {0};
	const struct prediction *p;
	struct predict_job *job;
	size_t changed = 0;

	move_member(&raw, "renamed", 64);
	after = scratch_file("after.btf", raw.data, raw.len);
	read_objects(&objects, local, 1);
	p = predict_all(&objects, (const struct predict_types[]){{"before", before}, {"after", after}}, 2, &job);
	for (uint32_t i = 0; i < p->objects[0].record_count; i++) {
		const struct predict_outcome *a = &prediction_cell(p, 0, 0)->outcomes[i];
		const struct predict_outcome *b = &prediction_cell(p, 1, 0)->outcomes[i];

		if (a->p.says.value == b->p.says.value && a->p.outcome == b->p.outcome)
			continue;
		changed++;
		ck_assert_ptr_nonnull(strstr(p->objects[0].records[i].spec, "renamed"));
		ck_assert_uint_eq(b->p.says.value, a->p.says.value + 8);
	}
	ck_assert_uint_eq(changed, 1);
	predict_free(job);
	free(before);
	free(after);
}
END_TEST

START_TEST(the_timeline_names_the_neighbours)
{
	static const char *const flavours[] = {"", "", "other"};
	cleanup_buf struct buf raw = {0}, out = {0};
	char *before = types_of(FIXTURES "target.o", &raw, "before.btf"), *after;
	cleanup_object_list struct object_list objects = {0};
	struct predict_job *job;
	const struct prediction *p;

	move_member(&raw, "renamed", 64);
	after = scratch_file("after.btf", raw.data, raw.len);
	read_objects(&objects, local, 1);
	p = predict_all(&objects, (const struct predict_types[]){{"v1", before}, {"v2", after}, {"v3", before}}, 3,
	                &job);
	predict_timeline(p, flavours, &out);
	ck_assert_msg(strstr(out.data,
	                     "struct probe___flavour.renamed\n     184:4  | moves between v1 and v2: 192:4\n") != NULL,
	              "%s", out.data);
	ck_assert_msg(strstr(out.data, "1 of ") != NULL, "%s", out.data);
	predict_free(job);
	free(before);
	free(after);
}
END_TEST

/* Let the kernel's struct probe have no member `name`. */
static void hide_member(struct buf *raw, const char *name)
{
	size_t len = strlen(name) + 2;
	char wanted[32] = "";
	char *at;

	/* its strings hold the name once, between two zeros */
	memcpy(wanted + 1, name, len - 1);
	at = memmem(raw->data, raw->len, wanted, len);
	ck_assert_ptr_nonnull(at);
	at[1] = 'X';
}

static void say_between(void *ctx, size_t object, size_t a, size_t b, struct buf *out)
{
	(void)ctx;
	buf_printf(out, "asked for %zu: %zu %zu\n", object, a, b);
}

START_TEST(a_boundary_lies_between_neighbours_of_a_flavour)
{
	static const char *const flavours[] = {"rt", "cloud", "rt", "cloud"}, *const releases[] = {"6.12", "6.2", "6.2",
	                                                                                           "6.12"};
	cleanup_buf struct buf raw = {0}, out = {0};
	char *before = types_of(FIXTURES "target.o", &raw, "before.btf"), *after;
	cleanup_object_list struct object_list objects = {0};
	struct predict_job *job;
	const struct prediction *p;

	move_member(&raw, "same", 64);
	hide_member(&raw, "moved");
	after = scratch_file("after.btf", raw.data, raw.len);
	read_objects(&objects, local, 1);
	/* of rt the newer one stands first, of cloud nothing changes */
	p = predict_all(&objects,
	                (const struct predict_types[]){{"r2", after}, {"c1", after}, {"r1", before}, {"c2", after}}, 4,
	                &job);
	predict_boundaries(p, flavours, releases, say_between, NULL, &out);
	ck_assert_msg(strstr(out.data, "  local between r1 and r2: ") != NULL, "%s", out.data);
	ck_assert_msg(strstr(out.data, "      byte_off struct probe.moved: moved 16:4 -> fatal\n") != NULL, "%s",
	              out.data);
	ck_assert_msg(strstr(out.data, "asked for 0: 2 0\n") != NULL, "%s", out.data);
	ck_assert_msg(strstr(out.data, "c1") == NULL, "%s", out.data);
	/* that a field moved is no boundary */
	ck_assert_msg(strstr(out.data, "probe.same") == NULL, "%s", out.data);
	predict_free(job);
	free(before);
	free(after);
}
END_TEST

/* A field that is there, is not, and is again is two boundaries, and a line that says so. */
START_TEST(what_comes_and_goes_is_told)
{
	static const char *const flavours[] = {"rt", "rt", "rt", "cloud"}, *const releases[] = {"6.1", "6.3", "6.2",
	                                                                                        "6.2"};
	cleanup_buf struct buf raw = {0}, out = {0};
	char *with = types_of(FIXTURES "target.o", &raw, "with.btf"), *without;
	cleanup_object_list struct object_list objects = {0};
	struct predict_job *job;
	const struct prediction *p;

	hide_member(&raw, "moved");
	without = scratch_file("without.btf", raw.data, raw.len);
	read_objects(&objects, local, 1);
	p = predict_all(&objects,
	                (const struct predict_types[]){{"r1", with}, {"r3", with}, {"r2", without}, {"c2", without}}, 4,
	                &job);
	predict_boundaries(p, flavours, releases, NULL, NULL, &out);
	ck_assert_msg(strstr(out.data, "  local between r1 and r2: ") != NULL, "%s", out.data);
	ck_assert_msg(strstr(out.data, "  local between r2 and r3: ") != NULL, "%s", out.data);
	ck_assert_msg(strstr(out.data,
	                     "  local, byte_off struct probe.moved does not stay: resolved from r1, fatal from r2, "
	                     "resolved from r3\n") != NULL,
	              "%s", out.data);
	ck_assert_msg(strstr(out.data, "probe.same") == NULL, "%s", out.data);
	predict_free(job);
	free(with);
	free(without);
}
END_TEST

/* Of needs, which are told in the list's order. */
START_TEST(a_need_that_does_not_stay_is_told)
{
	uint8_t there = NEED_HOLDS, gone = NEED_MISSING;
	char *no_note = NULL;
	struct need need = {.kind = NEED_KPROBE, .name = (char *)"f", .user = (char *)"p"};
	struct predict_object object = {.name = (char *)"o", .needs = &need, .need_count = 1};
	struct predict_kernel kernels[] = {
	        {.id = (char *)"a"}, {.id = (char *)"b"}, {.id = (char *)"c"}, {.id = (char *)"d"}};
	struct predict_cell cells[] = {{.needs = &gone, .need_notes = &no_note, .need_count = 1},
	                               {.needs = &there, .need_notes = &no_note, .need_count = 1},
	                               {.needs = &gone, .need_notes = &no_note, .need_count = 1},
	                               {.needs = &there, .need_notes = &no_note, .need_count = 1}};
	const struct prediction p = {kernels, 4, &object, 1, cells};
	cleanup_buf struct buf out = {0};

	predict_report_needs(&p, &out);
	ck_assert_msg(strstr(out.data, "b .. d (2 of 4), but not on c  for p") != NULL, "%s", out.data);
}
END_TEST

/* A BTF of `count` types in the form of the kernel's; each is {name 0, info, size or type}. */
static void build_types(struct buf *out, const __u32 (*types)[3], __u32 count)
{
	const struct btf_header h = {.magic = BTF_MAGIC,
	                             .version = BTF_VERSION,
	                             .hdr_len = sizeof(h),
	                             .type_len = count * 12,
	                             .str_off = count * 12,
	                             .str_len = 1};

	buf_add(out, &h, sizeof(h));
	buf_add(out, types, (size_t)count * 12);
	buf_putc(out, 0);
}

static const __u32 loop[][3] = {{0, BTF_KIND_CONST << 24, 2}, {0, BTF_KIND_VOLATILE << 24, 1}};

START_TEST(damaged_types_cost_their_kernel_only)
{
	cleanup_buf struct buf raw = {0}, cycle = {0};
	char *good = types_of(FIXTURES "target.o", &raw, "good.btf");
	char *cut = scratch_file("cut.btf", raw.data, raw.len / 2);
	cleanup_object_list struct object_list objects = {0};
	char *looping, *absent = scratch_path("absent.btf");
	struct predict_job *job;
	const struct prediction *p;

	build_types(&cycle, loop, 2);
	looping = scratch_file("loop.btf", cycle.data, cycle.len);
	read_objects(&objects, local, 1);
	p = predict_all(
	        &objects,
	        (const struct predict_types[]){{"cut", cut}, {"loop", looping}, {"absent", absent}, {"good", good}}, 4,
	        &job);
	for (size_t k = 0; k < 3; k++) {
		ck_assert(p->kernels[k].failed);
		ck_assert_msg(strstr(p->kernels[k].reason, ".btf: ") != NULL, "%s", p->kernels[k].reason);
		ck_assert_int_eq(prediction_cell(p, k, 0)->forecast, FORECAST_NONE);
		ck_assert_str_eq(prediction_cell(p, k, 0)->reason, p->kernels[k].reason);
	}
	ck_assert_msg(strstr(p->kernels[1].reason, "contains itself") != NULL, "%s", p->kernels[1].reason);
	ck_assert_int_ne(prediction_cell(p, 3, 0)->forecast, FORECAST_NONE);
	predict_free(job);
	free(good);
	free(cut);
	free(looping);
	free(absent);
}
END_TEST

/* A byte of the object is changed at every place in turn; whatever comes of it, the other object is predicted. */
START_TEST(damaged_objects_cost_their_cells_only)
{
	const struct predict_types types[] = {{"k", FIXTURES "target.o"}};
	cleanup_object_list struct object_list objects = {0};
	char *const twice[] = {local[0], local[0]};
	unsigned step;

	read_objects(&objects, twice, 2);
	step = (unsigned)objects.at[0].bytes.len / 40;
	for (size_t at = 64; at < objects.at[0].bytes.len; at += step) {
		struct predict_job *job;
		const struct prediction *p;

		objects.at[0].bytes.data[at] ^= (char)0xff;
		p = predict_all(&objects, types, 1, &job);
		ck_assert_ptr_nonnull(prediction_cell(p, 0, 0)->reason);
		ck_assert_int_ne(prediction_cell(p, 0, 1)->forecast, FORECAST_NONE);
		ck_assert_uint_gt(prediction_cell(p, 0, 1)->outcome_count, 10);
		predict_free(job);
		objects.at[0].bytes.data[at] ^= (char)0xff;
	}
}
END_TEST

/* Symbol and section tables that say more than there is; the reader has to end by itself or be ended. */
START_TEST(a_cut_object_is_rejected)
{
	const struct predict_types types[] = {{"k", FIXTURES "target.o"}};
	cleanup_object_list struct object_list objects = {0};
	struct predict_job *job;
	const struct prediction *p;

	read_objects(&objects, local, 1);
	objects.at[0].bytes.len /= 2;
	p = predict_all(&objects, types, 1, &job);
	ck_assert_int_eq(prediction_cell(p, 0, 0)->forecast, FORECAST_REJECTED);
	ck_assert_int_eq(prediction_cell(p, 0, 0)->class, CLASS_OPEN);
	predict_free(job);
}
END_TEST

#ifndef __SANITIZE_ADDRESS__
/* An object of one program, so large that following its code takes more memory than a worker may use. */
static void build_giant(struct buf *out)
{
	static const char names[] = "\0raw_tp/x\0.symtab\0.strtab\0giant";
	enum { CODE = 48 << 20, NAME_SYMTAB = 10, NAME_STRTAB = 18, NAME_FUNC = 26 };
	const Elf64_Sym symbols[2] = {
	        {0},
	        {.st_name = NAME_FUNC, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = 1, .st_size = CODE}};
	Elf64_Shdr sections[4] = {
	        {0},
	        {.sh_name = 1, .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR, .sh_size = CODE},
	        {.sh_name = NAME_SYMTAB,
	         .sh_type = SHT_SYMTAB,
	         .sh_link = 3,
	         .sh_info = 1,
	         .sh_size = sizeof(symbols),
	         .sh_entsize = sizeof(Elf64_Sym)},
	        {.sh_name = NAME_STRTAB, .sh_type = SHT_STRTAB, .sh_size = sizeof(names)}};
	Elf64_Ehdr h = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
	                .e_type = ET_REL,
	                .e_machine = EM_BPF,
	                .e_version = EV_CURRENT,
	                .e_shoff = sizeof(h),
	                .e_ehsize = sizeof(h),
	                .e_shentsize = sizeof(Elf64_Shdr),
	                .e_shnum = 4,
	                .e_shstrndx = 3};

	sections[2].sh_offset = sizeof(h) + sizeof(sections);
	sections[3].sh_offset = sections[2].sh_offset + sizeof(symbols);
	sections[1].sh_offset = sections[3].sh_offset + 64;
	buf_add(out, &h, sizeof(h));
	buf_add(out, sections, sizeof(sections));
	buf_add(out, symbols, sizeof(symbols));
	buf_add(out, names, sizeof(names));
	buf_reserve(out, CODE + 64);
	memset(out->data + out->len, 0, CODE + 64);
	out->len = sections[1].sh_offset + CODE;
}

START_TEST(an_object_that_kills_the_parser_costs_its_cells_only)
{
	const struct predict_types types[] = {{"a", FIXTURES "target.o"}, {"b", FIXTURES "target.o"}};
	cleanup_object_list struct object_list objects = {0};
	cleanup_buf struct buf giant = {0};
	const struct prediction *p;
	struct predict_job *job;
	char *path;

	build_giant(&giant);
	path = scratch_file("giant.bpf.o", giant.data, giant.len);
	read_objects(&objects, (char *[]){local[0], path}, 2);
	set_rules(&objects.at[1]);
	p = predict_all(&objects, types, 2, &job);
	ck_assert_msg(p->objects[1].failed, "%d %s", p->objects[1].class, p->objects[1].reason);
	for (size_t k = 0; k < 2; k++) {
		const struct predict_cell *dead = prediction_cell(p, k, 1);

		ck_assert_int_eq(dead->forecast, FORECAST_NONE);
		ck_assert_msg(strstr(dead->reason, "the parser died on it") != NULL, "%s", dead->reason);
		check_answers(dead, -ENOENT);
		ck_assert_uint_gt(prediction_cell(p, k, 0)->outcome_count, 10);
	}
	predict_free(job);
	free(path);
}
END_TEST
#endif

/* ---- filters of system calls ---- */

/* A call of the worker's that is refused, or that it is killed for, as by the jail or by a container's filter. */
static const struct forbidden {
	int call;
	uint32_t action;
	int since;      /* minor version of libbpf that needs it */
	bool of_kernel; /* it is needed for the types of the kernel, not for the object */
} forbidden[] = {
        {SCMP_SYS(memfd_create), SCMP_ACT_ERRNO(EPERM), 4, false},
        {SCMP_SYS(memfd_create), SCMP_ACT_KILL_PROCESS, 4, false},
        {SCMP_SYS(pread64), SCMP_ACT_KILL_PROCESS, 0, true},
};
static int forbidden_index;

/* In each process that is forked from here. */
static void forbid(void)
{
	const struct forbidden *f = &forbidden[forbidden_index];
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter || seccomp_rule_add(filter, f->action, f->call, 0) || seccomp_load(filter))
		_exit(99);
	seccomp_release(filter);
}

START_TEST(a_call_that_is_not_allowed_is_the_harness_s_fault)
{
	const struct predict_types types[] = {{"k", FIXTURES "target.o"}};
	const struct forbidden *f = &forbidden[_i];
	cleanup_object_list struct object_list objects = {0};
	const struct prediction *p;
	struct predict_job *job;
	const char *reason;

	if ((int)libbpf_minor_version() < f->since)
		return;
	/* one with maps, for each of which newer versions take a descriptor */
	read_objects(&objects, (char *[]){(char *)FIXTURES "maps.o"}, 1);
	forbidden_index = _i;
	ck_assert_int_eq(pthread_atfork(NULL, NULL, forbid), 0);
	p = predict_all(&objects, types, 1, &job);
	ck_assert_int_eq(f->of_kernel ? p->kernels[0].failed : p->objects[0].failed, true);
	reason = f->of_kernel ? p->kernels[0].reason : p->objects[0].reason;
	ck_assert_msg(strstr(reason, "a fault of the harness") != NULL, "%s", reason);
	/* and no prediction */
	ck_assert_int_eq(prediction_cell(p, 0, 0)->forecast, FORECAST_NONE);
	predict_free(job);
}
END_TEST

/* ---- forecasts ---- */

/* ---- programs that get a function's arguments ---- */

/* clang makes no BPF function of seven arguments. */
static char *kernel_of_arguments(const char *object, const char *file)
{
	struct btf *btf = btf__parse_elf(object, NULL);
	int number, proto;
	const void *bytes;
	char *path;
	__u32 len;

	ck_assert_ptr_nonnull(btf);
	number = btf__find_by_name_kind(btf, "int", BTF_KIND_INT);
	proto = btf__add_func_proto(btf, number);
	for (int i = 0; i < 7; i++)
		ck_assert_int_eq(btf__add_func_param(btf, "x", number), 0);
	ck_assert_int_gt(btf__add_func(btf, "many", BTF_FUNC_GLOBAL, proto), 0);
	bytes = btf__raw_data(btf, &len);
	path = scratch_file(file, bytes, len);
	btf__free(btf);
	return path;
}

enum { OLD, NEW, BARE };

static const struct {
	const char *program;
	int kernel;
	enum forecast forecast;
	const char *text; /* part of it; "": nothing is said */
} arguments[] = {
        {"first_as_thing", OLD, FORECAST_LOADS, ""},
        {"first_as_thing", NEW, FORECAST_WRONG,
         "argument 1 of moves is a struct other here, and is read as a struct thing"},
        {"first_by_probe", OLD, FORECAST_LOADS, ""},
        {"first_by_probe", NEW, FORECAST_WRONG, "argument 1 of moves is a struct other"},
        {"second_as_whole", OLD, FORECAST_LOADS, ""},
        {"stays_under_another_name", NEW, FORECAST_LOADS, ""},
        {"moves_under_another_name", NEW, FORECAST_WRONG, "argument 1 of changes is a struct renamed"},
        {"third_is_read", OLD, FORECAST_REJECTED, "it reads argument 3 of moves, which has 2 here"},
        {"third_is_read", NEW, FORECAST_LOADS, ""},
        {"third_perhaps", OLD, FORECAST_UNSURE, "it reads argument 3 of moves"},
        {"probe_first", OLD, FORECAST_LOADS, ""},
        {"probe_first", NEW, FORECAST_WRONG,
         "argument 1 of moves is a struct other here, and is read as a struct thing"},
        {"probe_second", NEW, FORECAST_LOADS, ""},
        {"probe_perhaps", NEW, FORECAST_LOADS, ""},
        {"probe_at_return", NEW, FORECAST_LOADS, ""},
        {"result_of_two", OLD, FORECAST_LOADS, ""},
        {"result_of_two", NEW, FORECAST_UNSURE, "it reads argument 3 of grows, which is a pointer to a pointer here"},
        {"second_beyond", OLD, FORECAST_REJECTED, "up to byte 12, and that is a struct thing of 8 bytes here"},
        {"no_result_is_read", OLD, FORECAST_REJECTED, "it reads the result of bpf_lsm_tells, which returns nothing"},
        {"result_is_read", OLD, FORECAST_LOADS, ""},
        {"many_arguments", OLD, FORECAST_REJECTED,
         "many has 7 arguments, and this kernel attaches to functions of up to 6"},
        {"many_arguments", NEW, FORECAST_LOADS, ""},
        {"raw_fifth", OLD, FORECAST_REJECTED, "it reads argument 5 of fib_table_lookup, which has 4 here"},
        {"raw_fifth", NEW, FORECAST_LOADS, ""},
        {"untested", OLD, FORECAST_LOADS, ""},
        {"untested", NEW, FORECAST_REJECTED, "argument 3 of fib_table_lookup may be NULL"},
        {"tested", NEW, FORECAST_LOADS, ""},
        {"untested_by_mark", OLD, FORECAST_LOADS, ""},
        {"untested_by_mark", NEW, FORECAST_REJECTED, "argument 1 of marked may be NULL"},
        {"through_number", OLD, FORECAST_REJECTED, "argument 4 of fib_table_lookup, which is no pointer"},
        {"decides_yes", OLD, FORECAST_LOADS, ""},
        {"decides_yes", NEW, FORECAST_REJECTED, "it returns 1, which is no result of decides"},
        {"decides_no", NEW, FORECAST_LOADS, ""},
        {"tells_one", NEW, FORECAST_LOADS, ""},
        {"calls_second", OLD, FORECAST_REJECTED, "it reads argument 2 of twice, which has 1 here"},
        {"calls_second", NEW, FORECAST_LOADS, ""},
        {"calls_back", OLD, FORECAST_REJECTED, "it hands a function to a helper"},
        {"calls_back", NEW, FORECAST_LOADS, ""},
};

START_TEST(arguments_are_held_against_the_functions_types)
{
	cleanup_free char *old = kernel_of_arguments(FIXTURES "arguments_old.o", "old.btf");
	cleanup_free char *new = kernel_of_arguments(FIXTURES "arguments_new.o", "new.btf");
	cleanup_free char *who = xasprintf("program %s: ", arguments[_i].program);
	cleanup_object_list struct object_list objects = {0};
	const struct predict_finding *found = NULL;
	const struct predict_cell *c;
	struct predict_job *job;

	read_objects(&objects, (char *[]){(char *)FIXTURES "arguments.o"}, 1);
	c = prediction_cell(predict_all(&objects, (const struct predict_types[]){{"old", old}, {"new", new}}, 2, &job),
	                    (size_t)arguments[_i].kernel, 0);
	for (uint32_t i = 0; i < c->finding_count; i++)
		if (!strncmp(c->findings[i].text, who, strlen(who))) {
			ck_assert_msg(!found, "also: %s", c->findings[i].text);
			found = &c->findings[i];
		}
	ck_assert_str_eq(forecast_name(found ? (enum forecast)found->forecast : FORECAST_LOADS),
	                 forecast_name(arguments[_i].forecast));
	if (found)
		ck_assert_msg(strstr(found->text, arguments[_i].text) != NULL, "%s", found->text);
	predict_free(job);
}
END_TEST

static const struct {
	const char *name;
	enum need_kind kind;
	int kernel;
	enum need_state state;
} externs[] = {
        {"takes_one", NEED_KFUNC, OLD, NEED_HOLDS},
        {"takes_one", NEED_KFUNC, NEW, NEED_HOLDS},
        {"takes_another", NEED_KFUNC, OLD, NEED_HOLDS},
        {"takes_another", NEED_KFUNC, NEW, NEED_UNUSED},
        {"takes_none", NEED_KFUNC, OLD, NEED_MISSING},
        {"counted", NEED_VARIABLE, OLD, NEED_HOLDS},
        {"counted", NEED_VARIABLE, NEW, NEED_MISSING},
        {"externs", NEED_RAW_TRACEPOINT, OLD, NEED_HOLDS},
        /* types that name no functions and no tracepoints do not tell which there are */
        {"takes_none", NEED_KFUNC, BARE, NEED_UNKNOWN},
        {"counted", NEED_VARIABLE, BARE, NEED_UNKNOWN},
        {"externs", NEED_RAW_TRACEPOINT, BARE, NEED_UNKNOWN},
};

/* Weak ones all of them: one that is called all the same is missing, and so is one that is declared differently. */
START_TEST(externs_are_held_against_declarations_and_calls)
{
	cleanup_object_list struct object_list objects = {0};
	const struct predict_object *o;
	const struct prediction *p;
	struct predict_job *job;
	bool seen = false;

	read_objects(&objects, (char *[]){(char *)FIXTURES "externs.o"}, 1);
	p = predict_all(&objects,
	                (const struct predict_types[]){{"old", FIXTURES "arguments_old.o"},
	                                               {"new", FIXTURES "arguments_new.o"},
	                                               {"bare", FIXTURES "target.o"}},
	                3, &job);
	o = &p->objects[0];
	for (uint32_t i = 0; i < o->need_count; i++) {
		/* it is found among symbols, of which types tell nothing */
		ck_assert_str_ne(o->needs[i].name, "typeless");
		if (strcmp(o->needs[i].name, externs[_i].name) || o->needs[i].kind != externs[_i].kind)
			continue;
		seen = true;
		ck_assert_str_eq(need_state_name(prediction_cell(p, (size_t)externs[_i].kernel, 0)->needs[i]),
		                 need_state_name(externs[_i].state));
	}
	ck_assert(seen);
	predict_free(job);
}
END_TEST

#define VALUE(o) \
	{ \
		.p = {.outcome = (o), .note = (char *)"", .says.seen = RELO_SEEN_VALUE } \
	}
#define POISON(r) \
	{ \
		.p = {.outcome = RELO_GUARDED, .note = (char *)"", .says.seen = RELO_SEEN_POISON}, .reach = (r) \
	}
#define STATED(o, s) \
	{ \
		.p = {.outcome = (o), .note = (char *)"", .says.seen = (s) } \
	}

static const struct {
	struct predict_outcome outcome;
	uint8_t kind, state; /* of the one need */
	enum forecast forecast;
	enum reject_class class;
	enum cell_phase phase;
} forecasts[] = {
        {VALUE(RELO_MOVED), NEED_KFUNC, NEED_HOLDS, FORECAST_LOADS, CLASS_NONE, PHASE_DONE},
        {VALUE(RELO_ABSENT), NEED_KFUNC, NEED_HOLDS, FORECAST_FALLBACK, CLASS_NONE, PHASE_DONE},
        {VALUE(RELO_SAME), NEED_HELPER, NEED_UNUSED, FORECAST_FALLBACK, CLASS_NONE, PHASE_DONE},
        {VALUE(RELO_SAME), NEED_HELPER, NEED_UNKNOWN, FORECAST_LOADS, CLASS_NONE, PHASE_DONE},
        {POISON(REACH_NEVER), NEED_KFUNC, NEED_HOLDS, FORECAST_FALLBACK, CLASS_NONE, PHASE_DONE},
        {POISON(REACH_MAYBE), NEED_KFUNC, NEED_HOLDS, FORECAST_UNSURE, CLASS_RELOCATION, PHASE_LOAD},
        {POISON(REACH_ALWAYS), NEED_KFUNC, NEED_HOLDS, FORECAST_REJECTED, CLASS_RELOCATION, PHASE_LOAD},
        {STATED(RELO_AMBIGUOUS, RELO_SEEN_AMBIGUOUS), NEED_KFUNC, NEED_HOLDS, FORECAST_REJECTED, CLASS_AMBIGUOUS,
         PHASE_LOAD},
        {STATED(RELO_ERROR, RELO_SEEN_ERROR), NEED_KFUNC, NEED_HOLDS, FORECAST_REJECTED, CLASS_RELOCATION, PHASE_LOAD},
        {VALUE(RELO_SAME), NEED_KFUNC, NEED_MISSING, FORECAST_REJECTED, CLASS_KFUNC, PHASE_LOAD},
        {VALUE(RELO_SAME), NEED_HELPER, NEED_DOUBTED, FORECAST_UNSURE, CLASS_HELPER, PHASE_LOAD},
        {VALUE(RELO_SAME), NEED_MAP_TYPE, NEED_MISSING, FORECAST_REJECTED, CLASS_MAP_TYPE, PHASE_LOAD},
        {VALUE(RELO_SAME), NEED_FUNCTION, NEED_MISSING, FORECAST_REJECTED, CLASS_ATTACH_TARGET, PHASE_LOAD},
        {VALUE(RELO_SAME), NEED_KPROBE, NEED_DOUBTED, FORECAST_UNSURE, CLASS_ATTACH_TARGET, PHASE_ATTACH},
        {VALUE(RELO_SAME), NEED_TRACEPOINT, NEED_MISSING, FORECAST_REJECTED, CLASS_ATTACH_TARGET, PHASE_ATTACH},
        /* what comes first in a load decides, and what is certain before what is not */
        {POISON(REACH_ALWAYS), NEED_TRACEPOINT, NEED_MISSING, FORECAST_REJECTED, CLASS_RELOCATION, PHASE_LOAD},
        {POISON(REACH_ALWAYS), NEED_MAP_TYPE, NEED_MISSING, FORECAST_REJECTED, CLASS_MAP_TYPE, PHASE_LOAD},
        {POISON(REACH_MAYBE), NEED_TRACEPOINT, NEED_MISSING, FORECAST_REJECTED, CLASS_ATTACH_TARGET, PHASE_ATTACH},
};

START_TEST(forecast_follows)
{
	struct predict_record record = {.program = (char *)"p", .spec = (char *)"struct s.f"};
	struct need need = {.kind = forecasts[_i].kind, .name = (char *)"n", .user = (char *)"u"};
	const struct predict_object o = {
	        .reason = (char *)"", .records = &record, .record_count = 1, .needs = &need, .need_count = 1};
	const struct predict_kernel k = {.has_btf = true};
	struct predict_outcome outcome = forecasts[_i].outcome;
	uint8_t state = forecasts[_i].state;
	struct predict_cell c = {.outcomes = &outcome, .outcome_count = 1, .needs = &state, .need_count = 1};

	predict_forecast(&k, &o, &c);
	ck_assert_str_eq(forecast_name(c.forecast), forecast_name(forecasts[_i].forecast));
	ck_assert_str_eq(reject_class_name(c.class), reject_class_name(forecasts[_i].class));
	ck_assert_str_eq(cell_phase_name(c.phase), cell_phase_name(forecasts[_i].phase));
	ck_assert_int_eq(*c.reason != '\0', c.forecast != FORECAST_LOADS);
	free(c.reason);
}
END_TEST

/* Of programs "first" and "second", loaded in this order, one misses its target, and one a field. */
static const struct {
	const char *target, *field;
	enum reject_class class;
} turns[] = {
        {"first", "second", CLASS_ATTACH_TARGET},
        {"second", "first", CLASS_RELOCATION},
        {"second", "second", CLASS_ATTACH_TARGET},
        {"second", "a function of both", CLASS_RELOCATION},
};

START_TEST(the_program_that_comes_first_decides)
{
	struct predict_record record = {.program = (char *)turns[_i].field, .spec = (char *)"struct s.f"};
	struct need needs[] = {
	        {.kind = NEED_PROG_TYPE, .name = (char *)"tracing", .user = (char *)"first"},
	        {.kind = NEED_FUNCTION, .name = (char *)"f", .user = (char *)turns[_i].target},
	        {.kind = NEED_PROG_TYPE, .name = (char *)"tracing", .user = (char *)"second"},
	};
	const struct predict_object o = {.reason = (char *)"",
	                                 .records = &record,
	                                 .record_count = 1,
	                                 .needs = needs,
	                                 .need_count = COUNT(needs)};
	const struct predict_kernel k = {.has_btf = true};
	struct predict_outcome outcome = POISON(REACH_ALWAYS);
	uint8_t states[] = {NEED_HOLDS, NEED_MISSING, NEED_HOLDS};
	struct predict_cell c = {.outcomes = &outcome, .outcome_count = 1, .needs = states, .need_count = COUNT(needs)};

	predict_forecast(&k, &o, &c);
	ck_assert_str_eq(forecast_name(c.forecast), "rejected");
	ck_assert_str_eq(reject_class_name(c.class), reject_class_name(turns[_i].class));
	free(c.reason);
}
END_TEST

/* No kernel has a type for a section that libbpf does not know; the ini may give it one, and what is off needs none. */
START_TEST(a_section_without_a_type_is_rejected)
{
	const struct predict_types kernel[] = {{"k", FIXTURES "target.o"}};
	struct job_setting type = {.key = SETTING_PROGRAM_TYPE, .name = (char *)"odd", .value = (char *)"xdp"};
	cleanup_object_list struct object_list objects = {0};
	const struct predict_cell *c;
	struct predict_job *job;

	read_objects(&objects, (char *[]){(char *)FIXTURES "sections.o"}, 1);
	c = prediction_cell(predict_all(&objects, kernel, 1, &job), 0, 0);
	ck_assert_str_eq(forecast_name(c->forecast), "rejected");
	ck_assert_str_eq(reject_class_name(c->class), "prog-type");
	ck_assert_str_eq(c->reason, "odd: program type of section odd/section is missing");
	predict_free(job);
	objects.at[0].ini.settings = &type;
	objects.at[0].ini.setting_count = 1;
	c = prediction_cell(predict_all(&objects, kernel, 1, &job), 0, 0);
	ck_assert_str_eq(forecast_name(c->forecast), "loads");
	predict_free(job);
	objects.at[0].ini.settings = NULL;
	objects.at[0].ini.setting_count = 0;
}
END_TEST

/* What such a map lacks its ini may say. */
START_TEST(maps_that_are_left_to_a_loader_are_rejected)
{
	const struct predict_types kernel[] = {{"k", FIXTURES "target.o"}};
	struct job_setting settings[] = {
	        {.key = SETTING_MAP_INNER, .name = (char *)"shapeless", .value = (char *)"whole"},
	        {.key = SETTING_MAP_MAX_ENTRIES, .name = (char *)"sizeless", .value = (char *)"8"},
	};
	static const char *const said[] = {"map sizeless has no max_entries", "map shapeless does not say what"};
	cleanup_object_list struct object_list objects = {0};

	read_objects(&objects, (char *[]){(char *)FIXTURES "open_maps.o"}, 1);
	for (size_t given = 0; given <= COUNT(settings); given++) {
		const struct predict_cell *c;
		struct predict_job *job;

		objects.at[0].ini.settings = settings;
		objects.at[0].ini.setting_count = given;
		c = prediction_cell(predict_all(&objects, kernel, 1, &job), 0, 0);
		ck_assert_uint_eq(c->finding_count, 2 - given);
		ck_assert_str_eq(forecast_name(c->forecast), given == 2 ? "loads" : "rejected");
		ck_assert_str_eq(reject_class_name(c->class), given == 2 ? "" : "map-type");
		for (uint32_t i = 0; i < c->finding_count; i++)
			ck_assert_msg(strstr(c->findings[i].text, said[i]) == c->findings[i].text, "%s",
			              c->findings[i].text);
		predict_free(job);
	}
	objects.at[0].ini.settings = NULL;
	objects.at[0].ini.setting_count = 0;
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("predict", .open = scratch_setup, .close = scratch_teardown, .seconds = 120),
	        TEST(a_prediction_comes_step_by_step),
	        TEST(kernels_may_come_later),
	        TEST(a_kernel_that_never_comes_is_not_waited_for),
	        TEST(outcomes_come_through),
	        TEST(conditions_on_types_are_answered),
	        TEST(one_field_moved_by_hand_changes_its_relocations_only),
	        TEST(archives_are_read_in_the_jail),
	        TEST(the_timeline_names_the_neighbours),
	        TEST(a_boundary_lies_between_neighbours_of_a_flavour),
	        TEST(what_comes_and_goes_is_told),
	        TEST(a_need_that_does_not_stay_is_told),
	        TEST(damaged_types_cost_their_kernel_only),
	        TEST(damaged_objects_cost_their_cells_only),
	        TEST(a_cut_object_is_rejected),
#ifndef __SANITIZE_ADDRESS__
	        TEST(an_object_that_kills_the_parser_costs_its_cells_only),
#endif
	        EACH(a_call_that_is_not_allowed_is_the_harness_s_fault, forbidden),
	        EACH(arguments_are_held_against_the_functions_types, arguments),
	        EACH(externs_are_held_against_declarations_and_calls, externs),
	        EACH(forecast_follows, forecasts),
	        EACH(the_program_that_comes_first_decides, turns),
	        TEST(a_section_without_a_type_is_rejected),
	        TEST(maps_that_are_left_to_a_loader_are_rejected),
	};

	return suite_run("predict", tests, COUNT(tests));
}
