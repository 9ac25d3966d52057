/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terms: names are part of the results schema. The list below is what was published; a test that fails here means that
 * old results cannot be read any more.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include "wire/terms.h"
#include "tests/suite.h"

/* One look at each vocabulary; enums differ in type only. */
#define ADAPT(vocabulary, type) \
	static const char *vocabulary##_text(unsigned v) \
	{ \
		return vocabulary##_name((enum type)v); \
	}

ADAPT(verdict, verdict)
ADAPT(reject_class, reject_class)
ADAPT(reject_side, reject_side)
ADAPT(evidence, evidence)
ADAPT(relo_outcome, relo_outcome)
ADAPT(cell_phase, cell_phase)
ADAPT(event_source, event_source)
ADAPT(workload_group, workload_group)

static const struct {
	const char *what;
	const char *(*text)(unsigned);
	int (*parse)(const char *);
	unsigned count;
	const char *published; /* in the order of the enum, each followed by a space */
} vocabularies[] = {
        {"verdict", verdict_text, verdict_parse, VERDICT_COUNT, "pass degraded silent wrong rejected infra unproven "},
        {"class", reject_class_text, reject_class_parse, CLASS_COUNT,
         " no-kernel-btf object-no-btf relocation ambiguous helper kfunc map-type prog-type attach-target verifier "
         "too-complex permission extern open budget other "},
        {"side", reject_side_text, reject_side_parse, SIDE_COUNT, " kernel object loader "},
        {"evidence", evidence_text, evidence_parse, EVIDENCE_COUNT, "unknown none loaded attached ran events truth "},
        {"outcome", relo_outcome_text, relo_outcome_parse, RELO_OUTCOME_COUNT,
         "same moved resized drift present absent guarded fatal ambiguous error local not-attempted "},
        {"phase", cell_phase_text, cell_phase_parse, PHASE_COUNT, "open load attach run done "},
        {"source", event_source_text, event_source_parse, SOURCE_COUNT, "auto ringbuf perfbuf printk none "},
        {"workload", workload_group_text, workload_group_parse, WORKLOAD_GROUP_COUNT,
         "exec file tcp fork udp signal mmap mount setuid timer cgroup disk message sockopt sockmap reuseport congestion device sysctl "
         "loop call program wire oom futex sync route "},
};

/* Terms may be added at the end, so the published ones are a prefix. */
START_TEST(published_names_stand)
{
	char names[1000] = "";

	for (unsigned v = 0; v < vocabularies[_i].count; v++) {
		ck_assert_uint_lt(strlen(names) + 40, sizeof(names));
		strcat(strcat(names, vocabularies[_i].text(v)), " ");
	}
	ck_assert_msg(!strncmp(names, vocabularies[_i].published, strlen(vocabularies[_i].published)), "%s: %s",
	              vocabularies[_i].what, names);
}
END_TEST

START_TEST(every_name_is_read_back)
{
	for (unsigned v = 0; v < vocabularies[_i].count; v++)
		ck_assert_int_eq(vocabularies[_i].parse(vocabularies[_i].text(v)), (int)v);
}
END_TEST

START_TEST(foreign_names_and_numbers_are_told)
{
	static const char *const foreign[] = {"?", "Pass", "pass ", " pass", "nonsense"};

	for (size_t i = 0; i < COUNT(foreign); i++)
		ck_assert_int_eq(vocabularies[_i].parse(foreign[i]), -1);
	ck_assert_str_eq(vocabularies[_i].text(vocabularies[_i].count), "?");
	ck_assert_str_eq(vocabularies[_i].text(~0u), "?");
}
END_TEST

/* The numbers are the kernel's, the names those of libbpf's log. */
START_TEST(relocation_kinds_are_libbpfs)
{
	ck_assert_str_eq(relo_kind_name(BPF_CORE_FIELD_BYTE_OFFSET), "byte_off");
	ck_assert_str_eq(relo_kind_name(BPF_CORE_FIELD_BYTE_SIZE), "byte_sz");
	ck_assert_str_eq(relo_kind_name(BPF_CORE_FIELD_EXISTS), "field_exists");
	ck_assert_str_eq(relo_kind_name(BPF_CORE_FIELD_SIGNED), "signed");
	ck_assert_str_eq(relo_kind_name(BPF_CORE_FIELD_LSHIFT_U64), "lshift_u64");
	ck_assert_str_eq(relo_kind_name(BPF_CORE_FIELD_RSHIFT_U64), "rshift_u64");
	ck_assert_str_eq(relo_kind_name(BPF_CORE_TYPE_ID_LOCAL), "local_type_id");
	ck_assert_str_eq(relo_kind_name(BPF_CORE_TYPE_ID_TARGET), "target_type_id");
	ck_assert_str_eq(relo_kind_name(BPF_CORE_TYPE_EXISTS), "type_exists");
	ck_assert_str_eq(relo_kind_name(BPF_CORE_TYPE_SIZE), "type_size");
	ck_assert_str_eq(relo_kind_name(BPF_CORE_ENUMVAL_EXISTS), "enumval_exists");
	ck_assert_str_eq(relo_kind_name(BPF_CORE_ENUMVAL_VALUE), "enumval_value");
	ck_assert_str_eq(relo_kind_name(12), "type_matches");
	ck_assert_str_eq(relo_kind_name(13), "?");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(published_names_stand, vocabularies),
	        EACH(every_name_is_read_back, vocabularies),
	        EACH(foreign_names_and_numbers_are_told, vocabularies),
	        TEST(relocation_kinds_are_libbpfs),
	};

	return suite_run("terms", tests, COUNT(tests));
}
