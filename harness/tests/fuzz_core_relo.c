/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects and types. The first byte says what the rest is: an object, the types of a kernel, or (two bytes of length
 * first) .BTF and .BTF.ext of an object that is sound otherwise, so that changes reach the records. What is accepted is
 * resolved, as a prediction does: what passes our checks must be safe for libbpf's calculation; and each record is
 * looked up in the line info.
 */
#include "tests/fuzz.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/io.h"
#include "host/object/embedded.h"
#include "host/predict/code_reach.h"
#include "host/predict/record_source.h"
#include "host/resolve/relo_calc.h"
#include "host/resolve/relo_target.h"
#include "relo/btf_check.h"
#include "relo/core_relo.h"
#include "relo/elf_view.h"
#include "relo/object_code.h"

#define OBJECT "build/tests/relo/local.o"
#define KERNEL "build/tests/relo/target.o"

static struct buf object;
static struct core_relo_list sound;
static struct relo_target *kernel;

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

static void load_fixtures(void)
{
	struct error err = {0};

	libbpf_set_print(quiet);
	FUZZ_HOLDS(!io_read_file(OBJECT, 1 << 20, &object, &err));
	FUZZ_HOLDS(!core_relo_list_read(object.data, object.len, &sound, &err));
	kernel = relo_target_new(btf__parse_elf(KERNEL, NULL), &err);
	FUZZ_HOLDS(kernel != NULL);
}

static void resolve(const struct core_relo_list *list, const struct relo_target *target,
                    struct predict_outcome *outcomes)
{
	struct relo_calc *calc = relo_calc_new(list, target);

	for (size_t i = 0; i < list->count; i++)
		relo_calc_record(calc, i, &outcomes[i].p);
	relo_calc_free(calc);
}

static void walk(const struct core_relo_list *list, const void *bytes, size_t len,
                 const struct predict_outcome *outcomes)
{
	struct elf_view view __attribute__((cleanup(elf_view_free))) = {0};
	cleanup_free bool *loaded = calloc(list->func_count + 1, sizeof(*loaded));
	/* REF_UNKNOWN */
	cleanup_free uint8_t *refs = calloc(list->ref_count + 1, sizeof(*refs));
	const struct code_reach_kernel all = {.outcomes = outcomes, .refs = refs, .loaded = loaded};
	struct code_reach *code;

	FUZZ_HOLDS(loaded && refs && !elf_view_open(bytes, len, &view, NULL));
	for (size_t f = 0; f < list->func_count; f++)
		loaded[f] = true;
	code = code_reach_new(list, &view);
	code_reach_run(code, &all);
	for (size_t i = 0; i < list->count; i++)
		free(record_source(&view, list->btf, list->facts[i].section, list->records[i].section_insn));
	for (size_t i = 0; i < list->count; i++)
		if (list->records[i].func >= 0)
			code_reach_at(code, (size_t)list->records[i].func, list->facts[i].insn);
	code_reach_free(code);
}

static void take_object(const uint8_t *bytes, size_t len)
{
	struct core_relo_list list __attribute__((cleanup(core_relo_list_free))) = {0};
	cleanup_embedded_list struct embedded_list inside = {0};
	cleanup_error struct error err = {0}, other = {0};
	cleanup_free void *copy = fuzz_copy(bytes, len);
	cleanup_free struct predict_outcome *outcomes = NULL;
	int rc = core_relo_list_read(copy, len, &list, &err);

	fuzz_check_error(rc, &err);
	fuzz_check_error(embedded_find(copy, len, "object", &inside, &other), &other);
	if (rc)
		return;
	outcomes = calloc(list.count + 1, sizeof(*outcomes));
	FUZZ_HOLDS(outcomes != NULL);
	resolve(&list, kernel, outcomes);
	walk(&list, copy, len, outcomes);
	for (size_t i = 0; i < list.count; i++)
		relo_prediction_free(&outcomes[i].p);
}

/* Let the section be the bytes that are about to be appended. */
static void replace_section(struct buf *elf, const char *name, const uint8_t *bytes, size_t len)
{
	Elf64_Ehdr head;

	memcpy(&head, elf->data, sizeof(head));
	for (unsigned i = 0; i < head.e_shnum; i++) {
		size_t at = head.e_shoff + i * sizeof(Elf64_Shdr);
		Elf64_Shdr section, names;

		memcpy(&section, elf->data + at, sizeof(section));
		memcpy(&names, elf->data + head.e_shoff + head.e_shstrndx * sizeof(names), sizeof(names));
		if (strcmp(elf->data + names.sh_offset + section.sh_name, name))
			continue;
		section.sh_offset = elf->len;
		section.sh_size = len;
		memcpy(elf->data + at, &section, sizeof(section));
	}
	buf_add(elf, bytes, len);
}

static void take_sections(const uint8_t *bytes, size_t len)
{
	cleanup_buf struct buf elf = {0};
	uint16_t types;

	fuzz_take(&bytes, &len, &types, sizeof(types));
	types = types > len ? (uint16_t)len : types;
	buf_add(&elf, object.data, object.len);
	replace_section(&elf, ".BTF", bytes, types);
	replace_section(&elf, ".BTF.ext", bytes + types, len - types);
	take_object((const uint8_t *)elf.data, elf.len);
}

static void take_kernel(const uint8_t *bytes, size_t len)
{
	cleanup_free struct predict_outcome *outcomes = calloc(sound.count, sizeof(*outcomes));
	cleanup_free void *copy = fuzz_copy(bytes, len);
	struct btf *btf = btf__new(copy, (uint32_t)len);
	cleanup_error struct error err = {0};
	struct relo_target *target;

	if (!btf)
		return;
	target = relo_target_new(btf, &err);
	FUZZ_HOLDS(outcomes && (target != NULL) == (err.text == NULL));
	if (target)
		resolve(&sound, target, outcomes);
	for (size_t i = 0; i < sound.count; i++)
		relo_prediction_free(&outcomes[i].p);
	relo_target_free(target);
	btf__free(btf);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static void (*const takes[])(const uint8_t *bytes, size_t len) = {take_object, take_kernel, take_sections};
	uint8_t what = 0;

	if (!kernel)
		load_fixtures();
	fuzz_take(&bytes, &len, &what, 1);
	takes[what % 3](bytes, len);
	return 0;
}
