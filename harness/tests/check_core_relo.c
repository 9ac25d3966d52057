/* SPDX-License-Identifier: BSD-2-Clause */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/buf.h"
#include "base/io.h"
#include "host/resolve/relo_calc.h"
#include "relo/core_relo.h"
#include "relo/core_spec.h"
#include "tests/suite.h"

#define FIXTURES "build/tests/relo/"

static struct buf read_fixture(const char *name)
{
	char *path = xasprintf(FIXTURES "%s.o", name);
	struct error err = {0};
	struct buf bytes = {0};

	ck_assert_msg(!io_read_file(path, 1 << 24, &bytes, &err), "%s", err.text);
	free(path);
	return bytes;
}

static void read_list(const char *name, struct core_relo_list *list)
{
	struct buf bytes = read_fixture(name);
	struct error err = {0};

	ck_assert_msg(!core_relo_list_read(bytes.data, bytes.len, list, &err), "%s", err.text);
	buf_free(&bytes);
}

static const struct relo_fact *find_fact(const struct core_relo_list *list, const char *program, unsigned number)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->facts[i].program, program) && list->facts[i].number == number)
			return &list->facts[i];
	ck_abort_msg("no relocation #%u in %s", number, program);
	return NULL;
}

static const struct {
	const char *program, *section;
	unsigned number;
	const char *kind, *type, *spec;
	uint64_t local;
	uint8_t width;
} records[] = {
        {"loads", "raw_tp/loads", 0, "byte_off", "probe", "struct probe.same", 0, 4},
        {"loads", "raw_tp/loads", 2, "byte_off", "probe", "struct probe.inner.second", 32, 4},
        {"loads", "raw_tp/loads", 3, "byte_off", "probe", "struct probe.many[2].first", 52, 4},
        {"addresses", "raw_tp/addresses", 5, "byte_off", "probe", "struct probe.hidden", 88, 0},
        {"addresses", "raw_tp/addresses", 7, "byte_sz", "probe", "struct probe.bits", 8, 0},
        {"guarded", "raw_tp/guarded", 0, "field_exists", "probe", "struct probe.gone", 1, 0},
        {"flavours", "raw_tp/flavours", 0, "byte_off", "probe", "struct probe___flavour.renamed", 0, 0},
        {"types", "raw_tp/types", 1, "type_exists", "gone_type", "struct gone_type", 1, 0},
        {"types", "raw_tp/types", 4, "type_exists", "probe_t", "typedef probe_t", 1, 0},
        {"enums", "raw_tp/enums", 1, "enumval_value", "color", "enum color::COLOR_BLUE", 2, 0},
        {"exported", ".text", 0, "byte_off", "probe", "struct probe.inner.first", 28, 0},
        {"leaf", ".text", 2, "byte_off", "probe", "struct probe.many[1].second", 48, 0},
        {"callback", ".text", 3, "byte_off", "probe", "struct probe.same", 0, 0},
        {"shares_section", "raw_tp/calls", 1, "byte_off", "probe", "struct probe.moved", 4, 4},
};

START_TEST(decodes_every_kind_of_record)
{
	struct core_relo_list list;
	const struct relo_fact *f;

	read_list("local", &list);
	f = find_fact(&list, records[_i].program, records[_i].number);
	ck_assert_str_eq(f->section, records[_i].section);
	ck_assert_str_eq(relo_kind_name(f->kind), records[_i].kind);
	ck_assert_str_eq(f->type, records[_i].type);
	ck_assert_str_eq(f->spec, records[_i].spec);
	ck_assert_uint_eq(f->local, records[_i].local);
	ck_assert_uint_eq(f->local_width, records[_i].width);
	ck_assert(!f->attempted && !f->loaded);
	core_relo_list_free(&list);
}
END_TEST

START_TEST(numbers_instructions_within_their_function)
{
	struct core_relo_list list;
	const struct relo_fact *f;

	read_list("local", &list);
	ck_assert_uint_eq(list.count, 44);
	f = find_fact(&list, "shares_section", 1);
	ck_assert_uint_eq(f->insn, 1);
	ck_assert_uint_gt(list.records[f - list.facts].section_insn, f->insn);
	for (size_t i = 0; i < list.count; i++)
		ck_assert(list.records[i].sound);
	core_relo_list_free(&list);
}
END_TEST

static const struct {
	const char *caller, *callees;
} call_cases[] = {
        {"calls", "middle exported leaf callback unused_by_tail "},
        {"middle", "leaf "},
        {"shares_section", "leaf "},
        {"leaf", ""},
};

START_TEST(knows_who_calls_whom)
{
	struct core_relo_list list;
	struct buf callees = {0};
	int func;

	read_list("local", &list);
	func = core_relo_list_func(&list, call_cases[_i].caller);
	ck_assert_int_ge(func, 0);
	for (uint32_t i = 0; i < list.funcs[func].call_count; i++)
		buf_printf(&callees, "%s ", list.funcs[list.calls[list.funcs[func].first_call + i].target].name);
	ck_assert_str_eq(buf_str(&callees), call_cases[_i].callees);
	buf_free(&callees);
	core_relo_list_free(&list);
}
END_TEST

START_TEST(object_without_records_gives_none)
{
	struct core_relo_list list;

	read_list("target", &list);
	ck_assert_uint_eq(list.count, 0);
	core_relo_list_free(&list);
}
END_TEST

static void expect_refusal(const void *bytes, size_t len, const char *words)
{
	struct core_relo_list list;
	struct error err = {0};

	ck_assert_int_eq(core_relo_list_read(bytes, len, &list, &err), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, words) != NULL, "'%s' does not say '%s'", err.text, words);
	ck_assert_uint_eq(list.count, 0);
	error_clear(&err);
}

START_TEST(refuses_what_is_no_object)
{
	struct buf bytes = read_fixture("local");
	Elf64_Ehdr *header = (Elf64_Ehdr *)bytes.data;

	expect_refusal("", 0, "not an ELF file");
	expect_refusal("#!/bin/sh\necho this is a script, long enough to hold the header of an ELF file", 75,
	               "not an ELF");
	expect_refusal(bytes.data, bytes.len / 2, "damaged object");
	header->e_machine = EM_X86_64;
	expect_refusal(bytes.data, bytes.len, "not for BPF");
	header->e_machine = EM_BPF;
	header->e_ident[EI_DATA] = ELFDATA2MSB;
	expect_refusal(bytes.data, bytes.len, "big-endian");
	header->e_ident[EI_CLASS] = ELFCLASS32;
	expect_refusal(bytes.data, bytes.len, "32-bit");
	buf_free(&bytes);
}
END_TEST

/* The section of that name in `bytes`. */
static uint8_t *section_data(struct buf *bytes, const char *name)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)bytes->data;
	const Elf64_Shdr *sections = (const Elf64_Shdr *)(bytes->data + header->e_shoff);
	const char *names = bytes->data + sections[header->e_shstrndx].sh_offset;

	for (unsigned i = 0; i < header->e_shnum; i++)
		if (!strcmp(names + sections[i].sh_name, name))
			return (uint8_t *)bytes->data + sections[i].sh_offset;
	ck_abort_msg("no section %s", name);
	return NULL;
}

/* One 32-bit word of .BTF.ext, counted from the start of its relocations or of the section, and what is said of it. */
static const struct {
	bool in_relos;
	size_t offset;
	uint32_t value;
	const char *words;
} damages[] = {
        {false, 0, 0x12345678, "magic"},
        {false, 4, 4, "header of 4 bytes"},
        {false, 4, 0x7fffffff, "header of"},
        {false, 24, 0xfffffff0, "do not fit"},
        {false, 28, 0xfffffff0, "do not fit"},
        {true, 0, 8, "the size of a relocation is missing"},
        {true, 4, 0x7fffffff, "outside the strings"},
        {true, 8, 0, "do not fit"},
        {true, 8, 0x10000000, "do not fit"},
        {true, 12, 3, "inside an instruction"},
        {true, 16, 0xffffff, "no valid type"},
        {true, 20, 0x7fffffff, "no valid access string"},
};

START_TEST(names_the_place_of_damage)
{
	struct buf bytes = read_fixture("local");
	uint8_t *ext = section_data(&bytes, ".BTF.ext");
	uint32_t header_len, relo_off;

	memcpy(&header_len, ext + 4, 4);
	memcpy(&relo_off, ext + 24, 4);
	memcpy(ext + (damages[_i].in_relos ? header_len + relo_off : 0) + damages[_i].offset, &damages[_i].value, 4);
	expect_refusal(bytes.data, bytes.len, damages[_i].words);
	buf_free(&bytes);
}
END_TEST

static const struct {
	const char *access;
	unsigned kind;
	bool fits;
	const char *text;
} specs[] = {
        {"0:1", BPF_CORE_FIELD_BYTE_OFFSET, true, "struct probe.moved"},
        {"3:1", BPF_CORE_FIELD_BYTE_OFFSET, true, "struct probe[3].moved"},
        {"0:99", BPF_CORE_FIELD_BYTE_OFFSET, false, "struct probe + 0:99"},
        {"0:-1", BPF_CORE_FIELD_BYTE_OFFSET, false, "struct probe + 0:-1"},
        {"0:1:0", BPF_CORE_FIELD_BYTE_OFFSET, false, "struct probe + 0:1:0"},
        {"0:4294967295", BPF_CORE_FIELD_BYTE_OFFSET, false, "struct probe + 0:4294967295"},
        {"", BPF_CORE_FIELD_BYTE_OFFSET, false, "struct probe + "},
        {":", BPF_CORE_FIELD_BYTE_OFFSET, false, "struct probe + :"},
        {"0:", BPF_CORE_FIELD_BYTE_OFFSET, false, "struct probe + 0:"},
        {"0", BPF_CORE_TYPE_EXISTS, true, "struct probe"},
        {"1", BPF_CORE_TYPE_SIZE, false, "struct probe"},
        {"0", BPF_CORE_ENUMVAL_VALUE, false, "struct probe + 0"},
        {"0:1", 77, false, "struct probe + 0:1"},
};

START_TEST(spells_an_access)
{
	struct core_relo_list list;
	struct buf text = {0};
	int root;

	read_list("local", &list);
	root = btf__find_by_name_kind(list.btf, "probe", BTF_KIND_STRUCT);
	ck_assert_int_gt(root, 0);
	ck_assert_int_eq(core_spec_format(list.btf, specs[_i].kind, (uint32_t)root, specs[_i].access, &text),
	                 specs[_i].fits);
	ck_assert_str_eq(buf_str(&text), specs[_i].text);
	buf_free(&text);
	core_relo_list_free(&list);
}
END_TEST

static const struct {
	const char *name;
	size_t plain;
} flavours[] = {
        {"task_struct", 11}, {"task_struct___x", 11}, {"a___b___c", 5}, {"___x", 4},
        {"a___", 4},         {"a____b", 6},           {"", 0},
};

START_TEST(cuts_flavours)
{
	ck_assert_uint_eq(core_spec_plain_len(flavours[_i].name), flavours[_i].plain);
}
END_TEST

/* xorshift: the same garbage on every machine. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Whatever survives decoding must survive resolving too: libbpf itself checks little. */
static void use_list(struct core_relo_list *list, const struct relo_target *target)
{
	struct relo_calc *calc = relo_calc_new(list, target);

	for (size_t i = 0; i < list->count; i++) {
		struct relo_prediction p;

		ck_assert_ptr_nonnull(list->facts[i].spec);
		ck_assert_ptr_nonnull(list->facts[i].program);
		relo_calc_record(calc, i, &p);
		relo_prediction_free(&p);
	}
	relo_calc_free(calc);
}

/* Change one byte: of types, of records, or anywhere; by a little, which gives other ids and offsets, or wholly. */
static void garble(char *bytes, struct buf *original, uint32_t *state)
{
	static const char *const sections[] = {".BTF", ".BTF.ext"};
	uint32_t where = next_random(state) % 3;
	size_t at = next_random(state) % original->len;

	if (where < 2)
		at = (size_t)(section_data(original, sections[where]) - (uint8_t *)original->data) +
		     next_random(state) % 1536;
	if (next_random(state) % 2)
		bytes[at] = (char)next_random(state);
	else
		bytes[at] = (char)(bytes[at] + (int)(next_random(state) % 9) - 4);
}

enum { ROUNDS = 4000 };

START_TEST(garbled_objects_do_no_harm)
{
	struct buf original = read_fixture("local");
	char *bytes = xcalloc(original.len, 1);
	struct btf *kernel = btf__parse_elf(FIXTURES "target.o", NULL);
	struct relo_target *target = relo_target_new(kernel, NULL);
	uint32_t state = 20240229u + (uint32_t)_i;
	unsigned survived = 0;

	ck_assert_ptr_nonnull(target);
	for (int round = 0; round < ROUNDS; round++) {
		size_t len = original.len;
		struct core_relo_list list;
		struct error err = {0};
		unsigned flips = 1 + next_random(&state) % 8;

		memcpy(bytes, original.data, len);
		while (flips--)
			garble(bytes, &original, &state);
		if (next_random(&state) % 8 == 0)
			len = next_random(&state) % len;
		if (core_relo_list_read(bytes, len, &list, &err)) {
			ck_assert_ptr_nonnull(err.text);
			error_clear(&err);
			continue;
		}
		survived++;
		use_list(&list, target);
		core_relo_list_free(&list);
	}
	ck_assert_uint_gt(survived, ROUNDS / 100);
	relo_target_free(target);
	btf__free(kernel);
	free(bytes);
	buf_free(&original);
}
END_TEST

START_TEST(garbled_kernels_do_no_harm)
{
	struct btf *kernel = btf__parse_elf(FIXTURES "target.o", NULL);
	uint32_t size, state = 20240301u + (uint32_t)_i;
	const void *raw = btf__raw_data(kernel, &size);
	char *bytes = xcalloc(size, 1);
	struct core_relo_list list;
	unsigned survived = 0;

	read_list("local", &list);
	for (int round = 0; round < ROUNDS; round++) {
		struct relo_target *target;
		struct btf *btf;
		struct error err = {0};

		memcpy(bytes, raw, size);
		for (unsigned flips = 1 + next_random(&state) % 4; flips; flips--) {
			size_t at = next_random(&state) % size;

			bytes[at] = (char)(bytes[at] + (int)(next_random(&state) % 9) - 4);
		}
		btf = btf__new(bytes, size);
		target = btf ? relo_target_new(btf, &err) : NULL;
		if (target) {
			survived++;
			use_list(&list, target);
		}
		relo_target_free(target);
		btf__free(btf);
		error_clear(&err);
	}
	ck_assert_uint_gt(survived, ROUNDS / 100);
	core_relo_list_free(&list);
	free(bytes);
	btf__free(kernel);
}
END_TEST

START_TEST(every_cut_is_refused_or_read)
{
	struct buf original = read_fixture("local");

	for (size_t len = 0; len < original.len; len += 7) {
		/* A copy of its own, so that a sanitizer sees a read beyond the cut. */
		void *bytes = memcpy(xcalloc(len, 1), original.data, len);
		struct core_relo_list list;
		struct error err = {0};

		ck_assert_int_eq(core_relo_list_read(bytes, len, &list, &err), -EINVAL);
		error_clear(&err);
		free(bytes);
	}
	buf_free(&original);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("decode"),
	        EACH(decodes_every_kind_of_record, records),
	        TEST(numbers_instructions_within_their_function),
	        EACH(knows_who_calls_whom, call_cases),
	        TEST(object_without_records_gives_none),
	        EACH(spells_an_access, specs),
	        EACH(cuts_flavours, flavours),
	        GROUP("refuse"),
	        TEST(refuses_what_is_no_object),
	        EACH(names_the_place_of_damage, damages),
	        GROUP("garble", .seconds = 120),
	        RANGE(garbled_objects_do_no_harm, 0, 3),
	        RANGE(garbled_kernels_do_no_harm, 0, 3),
	        TEST(every_cut_is_refused_or_read),
	};

	libbpf_set_print(NULL);
	return suite_run("core_relo", tests, COUNT(tests));
}
