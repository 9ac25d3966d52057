/* SPDX-License-Identifier: BSD-2-Clause */
/* advice, with what it is made of: advice_subject, btf_ask. Kernels are BTF files built here. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/advice/advice.h"
#include "host/advice/advice_subject.h"
#include "host/lib/text.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* ---- advice_subject ---- */

static const struct {
	enum reject_class class;
	const char *reason, *section, *spec; /* spec: of a fatal relocation */
	enum btf_topic topic;
	const char *name; /* NULL: nothing is found */
	unsigned value;
} subjects[] = {
        {CLASS_RELOCATION, "x", "", "struct request___old.rq_disk", BTF_TOPIC_FIELD, "request.rq_disk", 0},
        {CLASS_RELOCATION, "x", "", "union u.a[2].b", BTF_TOPIC_FIELD, "u.a[2].b", 0},
        {CLASS_RELOCATION, "x", "", "struct bpf_map___x", BTF_TOPIC_TYPE, "bpf_map", 0},
        {CLASS_RELOCATION, "x", "", "enum e::V", 0, NULL, 0},
        {CLASS_RELOCATION, "x", "", NULL, 0, NULL, 0},
        {CLASS_HELPER, "program p: invalid func unknown#158", "kprobe/x", NULL, BTF_TOPIC_ENUM_VALUE, "bpf_func_id",
         158},
        {CLASS_HELPER, "program of this type cannot use helper bpf_sock_map_update#53", "", NULL, BTF_TOPIC_ENUM_VALUE,
         "bpf_func_id", 53},
        {CLASS_MAP_TYPE, "map 'arena': failed to create: Invalid argument(-22)", "", NULL, BTF_TOPIC_MAP, "arena", 0},
        {CLASS_ATTACH_TARGET, "prog 'p': failed to find kernel BTF type ID of 'vfs_reed': -3", "fentry/vfs_reed", NULL,
         BTF_TOPIC_FUNCTION, "vfs_reed", 0},
        {CLASS_ATTACH_TARGET, "prog 'p': failed to find kernel BTF type ID of 'sched_x': -3", "tp_btf/sched_x", NULL,
         BTF_TOPIC_TRACEPOINT, "sched_x", 0},
        {CLASS_ATTACH_TARGET, "program 'p': prog 'p': failed to create kprobe 'f+0x0' perf event: No such file",
         "kprobe/f", NULL, BTF_TOPIC_FUNCTION, "f", 0},
        {CLASS_ATTACH_TARGET, "program 'p': prog 'p': failed to create uprobe '/bin/x:0x1' perf event",
         "uprobe//bin/x:f", NULL, 0, NULL, 0},
        {CLASS_ATTACH_TARGET, "program p: failed to determine tracepoint 'sched/sched_y' perf event ID",
         "tp/sched/sched_y", NULL, BTF_TOPIC_TRACEPOINT, "sched_y", 0},
        {CLASS_ATTACH_TARGET, "prog 'p': failed to attach to tracepoint 'syscalls/sys_enter_kill': Permission denied",
         "tp/syscalls/sys_enter_kill", NULL, 0, NULL, 0},
        {CLASS_ATTACH_TARGET, "prog 'p': failed to attach to raw tracepoint 'x_y': No such file", "raw_tp/x_y", NULL,
         BTF_TOPIC_TRACEPOINT, "x_y", 0},
        {CLASS_ATTACH_TARGET, "The address of function blk_done cannot be found", "", NULL, BTF_TOPIC_FUNCTION,
         "blk_done", 0},
        {CLASS_ATTACH_TARGET, "loaded, but not attached", "", NULL, 0, NULL, 0},
        {CLASS_KFUNC, "extern (func ksym) 'bpf_k': not found in kernel or module BTFs", "", NULL, BTF_TOPIC_FUNCTION,
         "bpf_k", 0},
        {CLASS_KFUNC, "invalid kernel function btf_id 0", "", NULL, 0, NULL, 0},
        {CLASS_KFUNC, "calling kernel function is not supported without CONFIG_X", "", NULL, 0, NULL, 0},
        {CLASS_KFUNC, "calling kernel function bpf_k is not allowed", "", NULL, BTF_TOPIC_FUNCTION, "bpf_k", 0},
        {CLASS_EXTERN, "extern (var ksym) 'v': not found in kernel BTF", "", NULL, BTF_TOPIC_VARIABLE, "v", 0},
        {CLASS_MAP_TYPE, "map 'm': failed to create: Cannot allocate memory(-12)", "", NULL, 0, NULL, 0},
        {CLASS_MAP_TYPE, "map '': failed", "", NULL, 0, NULL, 0},
        {CLASS_VERIFIER, "#12 map 'x'", "", NULL, 0, NULL, 0},
};

static struct result_cell *add_rejected(struct result *r, enum reject_class class, const char *reason)
{
	struct result_cell *c = result_add_cell(r);

	c->verdict = VERDICT_REJECTED;
	c->class = class;
	text_set(&c->reason, reason);
	text_set(&c->advice, "general");
	return c;
}

START_TEST(what_a_cell_lacked_is_found)
{
	struct result *r = result_new();
	struct result_cell *c = add_rejected(r, subjects[_i].class, subjects[_i].reason);
	struct result_program *p = result_add_program(c);
	struct advice_subject s;

	text_set(&p->name, "p");
	text_set(&p->section, subjects[_i].section);
	if (subjects[_i].spec) {
		struct result_relocation *x = result_add_relocation(c);

		text_set(&x->spec, subjects[_i].spec);
		x->outcome = RELO_FATAL;
	}
	ck_assert_int_eq(advice_subject_find(c, &s), subjects[_i].name != NULL);
	if (subjects[_i].name) {
		ck_assert_int_eq(s.topic, subjects[_i].topic);
		ck_assert_str_eq(s.name, subjects[_i].name);
		ck_assert_uint_eq(s.value, subjects[_i].value);
		free(s.name);
	}
	result_free(r);
}
END_TEST

/* ---- the whole, on two kernels ---- */

/* `modern` has what was added, and has moved what was there. */
static struct btf *make_btf(bool modern)
{
	struct btf *btf = btf__new_empty();
	int integer = btf__add_int(btf, "int", 4, BTF_INT_SIGNED), proto, inner, pointer;

	inner = btf__add_struct(btf, "thread_info", 4);
	btf__add_field(btf, modern ? "cpu" : "flags", integer, 0, 0);
	btf__add_struct(btf, "pt_regs", 4);
	btf__add_field(btf, modern ? "regs" : "di", integer, 0, 0);
	btf__add_struct(btf, "user_pt_regs", 4);
	btf__add_struct(btf, "task_struct", 8);
	btf__add_field(btf, "thread_info", inner, 0, 0);
	btf__add_field(btf, modern ? "__state" : "cpu", integer, 32, 0);
	proto = btf__add_func_proto(btf, integer);
	btf__add_func(btf, modern ? "migrate_misplaced_folio" : "migrate_misplaced_page", BTF_FUNC_STATIC, proto);
	btf__add_func(btf, "inlined", BTF_FUNC_STATIC, proto);
	pointer = btf__add_ptr(btf, proto);
	btf__add_typedef(btf, modern ? "btf_trace_sched_new" : "btf_trace_sched_old", pointer);
	btf__add_enum(btf, "bpf_func_id", 4);
	btf__add_enum_value(btf, "BPF_FUNC_get_current_comm", 16);
	btf__add_enum_value(btf, modern ? "BPF_FUNC_loop" : "__BPF_FUNC_MAX_ID", 181);
	btf__add_enum(btf, "bpf_map_type", 4);
	btf__add_enum_value(btf, "BPF_MAP_TYPE_HASH", 1);
	btf__add_enum_value(btf, "BPF_MAP_TYPE_ARRAY_OF_MAPS", 12);
	if (modern)
		btf__add_enum_value(btf, "BPF_MAP_TYPE_ARENA", 33);
	return btf;
}

static char *write_btf(struct btf *btf, const char *name)
{
	uint32_t size;
	const void *raw = btf__raw_data(btf, &size);
	char *path = scratch_file(name, raw, size);

	btf__free(btf);
	return path;
}

static const struct {
	const char *kernel;
	enum reject_class class;
	const char *reason, *spec, *advice;
} cells[] = {
        {"6.12", CLASS_RELOCATION, "x", "struct task_struct___old.cpu",
         "this kernel's struct task_struct has no cpu, but thread_info.cpu; of this run's kernels it is in 5.10: guard "
         "the "
         "access with bpf_core_field_exists(), and read the other layout through a flavour (struct "
         "task_struct___other)"},
        {"6.12", CLASS_RELOCATION, "x", "struct task_struct.state",
         "this kernel's struct task_struct has no state (similar: __state); no kernel of this run has it: "},
        {"6.12", CLASS_RELOCATION, "x", "struct pt_regs.di",
         "pt_regs is each processor's own, and this kernel's has no di; of this run's kernels it is in 5.10: the "
         "object was compiled for another one; "},
        {"5.10", CLASS_RELOCATION, "x", "struct user_pt_regs.regs[0]",
         "user_pt_regs is each processor's own, and this kernel's has no regs[0]; "},
        {"5.10", CLASS_RELOCATION, "x", "struct css_rstat",
         "this kernel has no type css_rstat; no kernel of this run has it: "},
        {"5.10", CLASS_HELPER, "invalid func unknown#181", NULL,
         "this kernel has no helper BPF_FUNC_loop; of this run's kernels it is in 6.12: test with "
         "bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop) before the call"},
        {"5.10", CLASS_HELPER, "invalid func unknown#999", NULL,
         "this kernel has no helper number 999; no kernel of this run has it: "},
        {"5.10", CLASS_HELPER, "unknown func bpf_get_current_comm#16", NULL,
         "this kernel has BPF_FUNC_get_current_comm, but not for programs of this type: "},
        {"6.12", CLASS_ATTACH_TARGET, "prog 'p': failed to find kernel BTF type ID of 'migrate_misplaced_page': -3",
         NULL,
         "this kernel has no function migrate_misplaced_page (similar: migrate_misplaced_folio); of this run's kernels "
         "it is "
         "in 5.10: "},
        {"6.12", CLASS_ATTACH_TARGET, "failed to attach to raw tracepoint 'sched_old'", NULL,
         "this kernel has no tracepoint sched_old (similar: sched_new); of this run's kernels it is in 5.10: "},
        {"6.12", CLASS_ATTACH_TARGET, "The address of function inlined cannot be found", NULL,
         "this kernel's types know function inlined, but it cannot be traced here"},
        {"6.12", CLASS_VERIFIER, "R1 invalid", NULL, "general"},
        {"no BTF", CLASS_HELPER, "invalid func unknown#181", NULL, "general"},
        {"garbage", CLASS_HELPER, "invalid func unknown#181", NULL, "general"},
        {"unknown", CLASS_HELPER, "invalid func unknown#181", NULL, "general"},
};

static void advise(struct result *r, const struct object_list *objects)
{
	cleanup_free char *old = write_btf(make_btf(false), "old"), *new = write_btf(make_btf(true), "new");
	cleanup_free char *garbage = scratch_file("garbage", "\x9f\xeb\x01 and more", 12);
	const struct store_kernel kernels[] = {
	        {.id = (char *)"6.12", .release = (char *)"6.12.1", .btf = new},
	        {.id = (char *)"5.10", .release = (char *)"5.10.1", .btf = old},
	        {.id = (char *)"no BTF", .release = (char *)"4.4", .btf = (char *)""},
	        {.id = (char *)"garbage", .release = (char *)"4.5", .btf = garbage},
	};

	advice_add(r, kernels, sizeof(kernels) / sizeof(*kernels), objects);
}

START_TEST(rejected_cells_get_advice_from_the_kernels_types)
{
	struct result *r = result_new();
	struct object_list none = {0};
	struct result_cell *fine;

	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		struct result_cell *c = add_rejected(r, cells[i].class, cells[i].reason);

		text_set(&c->kernel, cells[i].kernel);
		if (cells[i].spec) {
			struct result_relocation *x = result_add_relocation(c);

			text_set(&x->spec, cells[i].spec);
			x->outcome = RELO_FATAL;
		}
	}
	fine = add_rejected(r, CLASS_HELPER, "invalid func unknown#181");
	fine->verdict = VERDICT_WRONG;
	advise(r, &none);
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++)
		ck_assert_msg(!strncmp(r->cells[i].advice, cells[i].advice, strlen(cells[i].advice)), "%zu: %s", i,
		              r->cells[i].advice);
	ck_assert_str_eq(r->cells[r->cell_count - 1].advice, "general");
	result_free(r);
}
END_TEST

/* ---- maps ---- */

/* An ELF with one section, .BTF. */
static void make_object(struct object *o, struct btf *btf)
{
	static const char names[] = "\0.BTF\0.shstrtab";
	uint32_t size;
	const void *raw = btf__raw_data(btf, &size);
	Elf64_Ehdr header = {.e_type = ET_REL,
	                     .e_machine = EM_BPF,
	                     .e_version = EV_CURRENT,
	                     .e_ehsize = sizeof(Elf64_Ehdr),
	                     .e_shentsize = sizeof(Elf64_Shdr),
	                     .e_shnum = 3,
	                     .e_shstrndx = 2};
	Elf64_Shdr sections[3] = {{0},
	                          {.sh_name = 1, .sh_type = SHT_PROGBITS, .sh_offset = sizeof(header), .sh_size = size},
	                          {.sh_name = 6, .sh_type = SHT_STRTAB, .sh_size = sizeof(names)}};

	memcpy(header.e_ident, ELFMAG, SELFMAG);
	header.e_ident[EI_CLASS] = ELFCLASS64;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	header.e_ident[EI_VERSION] = EV_CURRENT;
	sections[2].sh_offset = sizeof(header) + size;
	header.e_shoff = (sizeof(header) + size + sizeof(names) + 7) / 8 * 8;
	buf_add(&o->bytes, &header, sizeof(header));
	buf_add(&o->bytes, raw, size);
	buf_add(&o->bytes, names, sizeof(names));
	while (o->bytes.len < header.e_shoff)
		buf_putc(&o->bytes, '\0');
	buf_add(&o->bytes, sections, sizeof(sections));
	btf__free(btf);
}

static int add_number(struct btf *btf, int integer, unsigned n)
{
	return btf__add_ptr(btf, btf__add_array(btf, integer, integer, n));
}

static void add_map(struct btf *btf, int integer, const char *name, unsigned type, unsigned entries)
{
	int number = add_number(btf, integer, type), max = entries ? add_number(btf, integer, entries) : 0, map;

	map = btf__add_struct(btf, NULL, 16);
	btf__add_field(btf, "type", number, 0, 0);
	if (max)
		btf__add_field(btf, "max_entries", max, 64, 0);
	btf__add_var(btf, name, BTF_VAR_GLOBAL_ALLOCATED, map);
}

START_TEST(a_refused_map_is_looked_up_in_its_object)
{
	static const struct {
		const char *kernel, *reason, *advice;
		enum reject_side side;
	} maps[] = {
	        {"5.10", "map 'arena': failed to create: Invalid argument(-22)",
	         "this kernel has no BPF_MAP_TYPE_ARENA; of this run's kernels it is in 6.12: test with ", SIDE_KERNEL},
	        {"6.12", "map 'arena': failed to create: Invalid argument(-22)",
	         "this kernel has BPF_MAP_TYPE_ARENA, so it refuses a flag, or the key", SIDE_KERNEL},
	        {"6.12", "map 'start': failed to create: Invalid argument(-22)",
	         "the object gives map start (BPF_MAP_TYPE_HASH) no max_entries, so its loader has to set it: say it in "
	         "the "
	         "object's ini, [maps] start.max_entries = 10240",
	         SIDE_OBJECT},
	        {"6.12", "map 'outer': failed to create: Invalid argument(-22)",
	         "the object does not say what the maps in map outer (BPF_MAP_TYPE_ARRAY_OF_MAPS) are, so its loader has "
	         "to: name one like them in the object's ini, [maps] outer.inner = MAP",
	         SIDE_OBJECT},
	        {"6.12", "map 'unknown': failed to create: Invalid argument(-22)", "general", SIDE_KERNEL},
	};
	struct object o = {.name = (char *)"o"};
	struct object_list objects = {.at = &o, .count = 1};
	struct btf *btf = btf__new_empty();
	int integer = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	struct result *r = result_new();

	add_map(btf, integer, "arena", 33, 10);
	add_map(btf, integer, "start", 1, 0);
	add_map(btf, integer, "outer", 12, 1);
	make_object(&o, btf);
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		struct result_cell *c = add_rejected(r, CLASS_MAP_TYPE, maps[i].reason);

		text_set(&c->object, "o");
		text_set(&c->kernel, maps[i].kernel);
		c->side = SIDE_KERNEL;
	}
	advise(r, &objects);
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		ck_assert_msg(!strncmp(r->cells[i].advice, maps[i].advice, strlen(maps[i].advice)), "%zu: %s", i,
		              r->cells[i].advice);
		ck_assert_int_eq(r->cells[i].side, maps[i].side);
	}
	result_free(r);
	buf_free(&o.bytes);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("pure"),
	        EACH(what_a_cell_lacked_is_found, subjects),
	        GROUP("types", .open = scratch_setup, .close = scratch_teardown),
	        TEST(rejected_cells_get_advice_from_the_kernels_types),
	        TEST(a_refused_map_is_looked_up_in_its_object),
	};

	return suite_run("advice", tests, COUNT(tests));
}
