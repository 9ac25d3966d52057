/* SPDX-License-Identifier: BSD-2-Clause */
/* kconfig: what an object's externs have to be, by the configuration's text, and whether event fields are that. */
#include <stdio.h>
#include <sys/utsname.h>

#include "agent/truth/event.h"
#include "agent/truth/kconfig.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

static const char config[] = "CONFIG_FIRST=y\nCONFIG_MODULE=m\n# CONFIG_OFF is not set\nCONFIG_NUMBER=250\n"
                             "CONFIG_HEX=0xffffffff81000000\nCONFIG_TEXT=\"some words\"\nCONFIG_EMPTY=\"\"\n"
                             "CONFIG_ARCH_HAS_SYSCALL_WRAPPER=y\n";

static struct btf *types(void)
{
	struct btf *btf = btf__new_empty();
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED), wide = btf__add_int(btf, "unsigned long", 8, 0);
	int truth = btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL), letter = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	int three = btf__add_enum(btf, "libbpf_tristate", 4), text = btf__add_array(btf, number, letter, 8);
	int alias = btf__add_typedef(btf, "u64", wide);
	const struct {
		const char *name;
		int type;
	} externs[] = {
	        {"CONFIG_FIRST", truth},
	        {"CONFIG_MODULE", three},
	        {"CONFIG_OFF", three},
	        {"CONFIG_NUMBER", number},
	        {"CONFIG_HEX", alias},
	        {"CONFIG_TEXT", text},
	        {"CONFIG_EMPTY", text},
	        {"CONFIG_ARCH_HAS_SYSCALL_WRAPPER", letter},
	        {"LINUX_KERNEL_VERSION", number},
	        {"LINUX_HAS_SYSCALL_WRAPPER", truth},
	        {"LINUX_HAS_BPF_COOKIE", truth},
	};
	int vars[COUNT(externs)];

	for (size_t i = 0; i < COUNT(externs); i++)
		vars[i] = btf__add_var(btf, externs[i].name, BTF_VAR_GLOBAL_EXTERN, externs[i].type);
	ck_assert_int_gt(btf__add_datasec(btf, ".kconfig", 0), 0);
	for (size_t i = 0; i < COUNT(externs); i++)
		ck_assert_int_eq(btf__add_datasec_var_info(btf, vars[i], 0, 8), 0);
	return btf;
}

static struct fact_list facts;

static size_t compare(const char *printed, const char *text)
{
	cleanup_event struct event e;
	struct btf *btf = types();
	struct kconfig k;
	size_t wrong;

	fact_list_cut(&facts, 0);
	kconfig_read(&k, btf, text);
	event_decode_pairs(printed, strlen(printed), &e);
	wrong = kconfig_event(&k, &e, "exec", &facts);
	kconfig_free(&k);
	btf__free(btf);
	return wrong;
}

static const struct {
	const char *event;
	size_t facts, wrong;
	const char *expected;
} events[] = {
        {"config_first=1", 1, 0, "1"},
        {"CONFIG_FIRST=0", 1, 1, "1"},
        {"config_module=2", 1, 0, "2"},
        {"config_module=1", 1, 1, "2"},
        {"config_off=0", 1, 0, "0"},
        {"config_off=1", 1, 1, "0"},
        {"config_number=250", 1, 0, "250"},
        {"config_number=251", 1, 1, "250"},
        {"config_hex=0xffffffff81000000", 1, 0, "18446744071578845184"},
        /* cut to the room that the extern has */
        {"config_text=some wo", 1, 0, "some wo"},
        {"config_text=some words", 1, 1, "some wo"},
        {"config_text=some", 1, 1, "some wo"},
        {"config_arch_has_syscall_wrapper=121", 1, 0, "121"},
        {"linux_has_syscall_wrapper=1", 1, 0, "1"},
        {"linux_has_syscall_wrapper=0", 1, 1, "1"},
        /* nothing tells it */
        {"linux_has_bpf_cookie=1", 0, 0, NULL},
        {"config_numbers=250 number=250 config_unknown=1 hz=3", 0, 0, NULL},
};

START_TEST(fields_are_held_against_the_text)
{
	ck_assert_uint_eq(compare(events[_i].event, config), events[_i].wrong);
	ck_assert_uint_eq(facts.count, events[_i].facts);
	if (!facts.count)
		return;
	ck_assert_str_eq(facts.facts[0].expected, events[_i].expected);
	ck_assert_int_eq(facts.facts[0].ok, !events[_i].wrong);
	ck_assert_int_eq(!*facts.facts[0].hint, !events[_i].wrong);
}
END_TEST

START_TEST(without_a_text_nothing_is_known_of_options)
{
	ck_assert_uint_eq(compare("config_number=250 linux_has_syscall_wrapper=1", ""), 0);
	ck_assert_uint_eq(facts.count, 0);
}
END_TEST

/* Of every kernel with a vDSO, this one too; uname has a release that need not be the version. */
START_TEST(the_version_is_the_kernels_own)
{
	unsigned major, minor;
	struct utsname name;
	struct btf *btf = types();
	struct kconfig k;

	uname(&name);
	kconfig_read(&k, btf, config);
	if (sscanf(name.release, "%u.%u", &major, &minor) == 2)
		for (size_t i = 0; i < k.count; i++)
			if (!strcmp(k.at[i].name, "LINUX_KERNEL_VERSION") && k.at[i].known)
				ck_assert_uint_eq(k.at[i].number >> 8, major << 8 | minor);
	kconfig_free(&k);
	btf__free(btf);
}
END_TEST

static struct event_value number_value(uint64_t number, uint32_t bits, bool is_signed)
{
	return (struct event_value){.name = (char *)"config_hex",
	                            .has_integer = true,
	                            .integer = number,
	                            .bits = bits,
	                            .is_signed = is_signed};
}

START_TEST(a_field_may_be_wider_and_not_narrower)
{
	struct btf *btf = types();
	struct event_value values[] = {number_value(0xffffffff81000000, 64, true), number_value(0x81000000, 32, false)};
	struct event e = {.values = values, .count = 2};
	struct kconfig k;

	fact_list_cut(&facts, 0);
	kconfig_read(&k, btf, config);
	ck_assert_uint_eq(kconfig_event(&k, &e, "exec", &facts), 1);
	ck_assert(facts.facts[0].ok && !facts.facts[1].ok);
	kconfig_free(&k);
	btf__free(btf);
}
END_TEST

START_TEST(fields_are_known_by_name)
{
	struct btf *btf = types(), *other = btf__new_empty();
	struct kconfig k;

	kconfig_read(&k, btf, config);
	ck_assert(kconfig_is_used(btf) && !kconfig_is_used(other) && !kconfig_is_used(NULL));
	ck_assert(kconfig_field(&k, "config_number") && kconfig_field(&k, "kernel.CONFIG_NUMBER"));
	ck_assert(!kconfig_field(&k, "number") && !kconfig_field(&k, "config_number.x"));
	kconfig_free(&k);
	kconfig_read(&k, other, config);
	ck_assert_uint_eq(k.count, 0);
	kconfig_free(&k);
	btf__free(btf);
	btf__free(other);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(fields_are_held_against_the_text, events),
	        TEST(without_a_text_nothing_is_known_of_options),
	        TEST(the_version_is_the_kernels_own),
	        TEST(a_field_may_be_wider_and_not_narrower),
	        TEST(fields_are_known_by_name),
	};

	return suite_run("kconfig", tests, COUNT(tests));
}
