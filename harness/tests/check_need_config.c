/* SPDX-License-Identifier: BSD-2-Clause */
/* need_config: what libbpf makes of __kconfig externs, for each form of a value and each type of an extern. */
#include "base/cleanup.h"
#include "host/predict/need_config.h"
#include "tests/suite.h"

static const char config[] =
        "# Linux/x86 6.1.170 Kernel Configuration\nCONFIG_ON=y\nCONFIG_MODULE=m\n"
        "# CONFIG_OFF is not set\nCONFIG_ON_LONGER=n\nCONFIG_NUMBER=300\nCONFIG_HEX=0x1000000\n"
        "CONFIG_TEXT=\"a b\"\nCONFIG_EMPTY=\"\"\nCONFIG_ODD=12ab\nCONFIG_TWICE=1\nCONFIG_TWICE=y\n";

enum type { INT, UNSIGNED_SHORT, SIGNED_BYTE, LONG, BOOL, CHAR, TRISTATE, TEXT, CONST_INT };

static int add_type(struct btf *btf, enum type type)
{
	switch (type) {
	case INT:
		return btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	case UNSIGNED_SHORT:
		return btf__add_int(btf, "unsigned short", 2, 0);
	case SIGNED_BYTE:
		return btf__add_int(btf, "signed char", 1, BTF_INT_SIGNED);
	case LONG:
		return btf__add_int(btf, "unsigned long", 8, 0);
	case BOOL:
		return btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL);
	case CHAR:
		return btf__add_int(btf, "char", 1, 0);
	case TRISTATE:
		return btf__add_enum(btf, "libbpf_tristate", 4);
	case CONST_INT:
		return btf__add_const(btf, add_type(btf, INT));
	case TEXT:
		return btf__add_array(btf, add_type(btf, INT), add_type(btf, CHAR), 8);
	}
	return -1;
}

static const struct {
	const char *name;
	enum type type;
	bool weak;
	enum need_state state;
	const char *note; /* begins so */
} rows[] = {
        {"CONFIG_ON", BOOL, false, NEED_HOLDS, "y"},
        {"CONFIG_ON", TRISTATE, false, NEED_HOLDS, "y"},
        {"CONFIG_ON", CHAR, false, NEED_HOLDS, "y"},
        {"CONFIG_ON", INT, false, NEED_MISSING, "the value y does not fit"},
        {"CONFIG_ON", INT, true, NEED_MISSING, "the value y does not fit"},
        {"CONFIG_ON", TEXT, false, NEED_MISSING, "the value y does not fit"},
        {"CONFIG_MODULE", BOOL, true, NEED_MISSING, "the value m does not fit"},
        {"CONFIG_MODULE", TRISTATE, false, NEED_HOLDS, "m"},
        {"CONFIG_ON_LONGER", BOOL, false, NEED_HOLDS, "n"},
        {"CONFIG_OFF", BOOL, false, NEED_MISSING, "not set"},
        {"CONFIG_OFF", BOOL, true, NEED_UNUSED, "not set"},
        {"CONFIG_O", BOOL, true, NEED_UNUSED, "not set"},
        {"CONFIG_NUMBER", INT, false, NEED_HOLDS, "300"},
        {"CONFIG_NUMBER", CONST_INT, false, NEED_HOLDS, "300"},
        {"CONFIG_NUMBER", CHAR, false, NEED_MISSING, "the value 300 does not fit"},
        {"CONFIG_NUMBER", SIGNED_BYTE, true, NEED_MISSING, "the value 300 does not fit"},
        {"CONFIG_NUMBER", BOOL, false, NEED_MISSING, "the value 300 does not fit"},
        {"CONFIG_NUMBER", TRISTATE, false, NEED_MISSING, "the value 300 does not fit"},
        {"CONFIG_HEX", LONG, false, NEED_HOLDS, "0x1000000"},
        {"CONFIG_HEX", UNSIGNED_SHORT, false, NEED_MISSING, "the value 0x1000000 does not fit"},
        {"CONFIG_TEXT", TEXT, false, NEED_HOLDS, "\"a b\""},
        {"CONFIG_EMPTY", TEXT, false, NEED_HOLDS, "\"\""},
        {"CONFIG_TEXT", CHAR, false, NEED_MISSING, "the value \"a b\" does not fit"},
        {"CONFIG_ODD", INT, false, NEED_MISSING, "the value 12ab does not fit"},
        {"CONFIG_TWICE", INT, false, NEED_HOLDS, "1"},
        {"LINUX_KERNEL_VERSION", INT, false, NEED_HOLDS, NULL},
        {"LINUX_KERNEL_VERSION", BOOL, true, NEED_MISSING, "a version does not fit"},
        {"LINUX_KERNEL_VERSION", UNSIGNED_SHORT, false, NEED_MISSING, "a version does not fit"},
        {"LINUX_HAS_SYSCALL_WRAPPER", BOOL, false, NEED_HOLDS, NULL},
        {"LINUX_HAS_SYSCALL_WRAPPER", TRISTATE, false, NEED_MISSING, "a truth value does not fit"},
        {"LINUX_HAS_BPF_COOKIE", INT, true, NEED_HOLDS, NULL},
        {"LINUX_UNHEARD_OF", INT, true, NEED_UNUSED, "libbpf knows nothing"},
        {"LINUX_UNHEARD_OF", INT, false, NEED_MISSING, "libbpf knows nothing"},
        {"HZ", INT, true, NEED_MISSING, "libbpf knows nothing"},
};

static enum need_state ask(const char *name, enum type type, bool weak, const struct config_kernel *kernel, char **note)
{
	const struct need need = {.kind = NEED_CONFIG, .name = (char *)name, .user = (char *)"", .optional = weak};
	struct btf *btf = btf__new_empty();
	enum need_state state;

	ck_assert_int_gt(btf__add_var(btf, name, BTF_VAR_GLOBAL_EXTERN, add_type(btf, type)), 0);
	state = need_config_check(&need, btf, kernel, note);
	btf__free(btf);
	return state;
}

START_TEST(values_fit_or_not)
{
	const struct config_kernel kernel = {.text = config, .release = "6.1.0-56-amd64", .booted = true};
	cleanup_free char *note = NULL;

	ck_assert_int_eq(ask(rows[_i].name, rows[_i].type, rows[_i].weak, &kernel, &note), rows[_i].state);
	ck_assert_msg(rows[_i].note ? note && !strncmp(note, rows[_i].note, strlen(rows[_i].note)) : !note, "%s: %s",
	              rows[_i].name, note);
}
END_TEST

START_TEST(what_is_not_known_is_no_answer)
{
	struct config_kernel kernel = {.booted = true};
	cleanup_free char *note = NULL, *none = NULL, *version = NULL;

	/* libbpf fails over it, however weak the extern is, unless the kernel has its configuration in /proc */
	ck_assert_int_eq(ask("CONFIG_ON", BOOL, true, &kernel, &note), NEED_DOUBTED);
	ck_assert_int_eq(ask("LINUX_KERNEL_VERSION", INT, false, &kernel, &none), NEED_UNKNOWN);
	kernel.release = "7.3-cloud-amd64";
	ck_assert_int_eq(ask("LINUX_KERNEL_VERSION", INT, false, &kernel, &version), NEED_DOUBTED);
	ck_assert_ptr_nonnull(strstr(version, "no third number"));
	kernel.booted = false;
	ck_assert_int_eq(ask("CONFIG_ON", BOOL, false, &kernel, &none), NEED_UNKNOWN);
	ck_assert_ptr_null(none);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(values_fit_or_not, rows),
	        TEST(what_is_not_known_is_no_answer),
	};

	return suite_run("need_config", tests, COUNT(tests));
}
