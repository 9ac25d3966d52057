/* SPDX-License-Identifier: BSD-2-Clause */
/* running_kernel, kallsyms: what a system tells of its kernel, where it is found, and what is not known. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/kallsyms.h"
#include "host/store/running_kernel.h"
#include "host/store/symbols.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* ---- names ---- */

static const struct {
	const char *text, *sorted; /* "": none */
} kallsyms[] = {
        {"ffffffff81000000 T _stext\nffffffff81000010 t do_it\n", "_stext\ndo_it\n"},
        /* to who may not know addresses they are all 0 */
        {"0000000000000000 T zap\n0000000000000000 t bar.isra.0\n", "bar.isra.0\nzap\n"},
        {"0000000000000000 W weak\n0000000000000000 w weaker\n", "weak\nweaker\n"},
        {"0000000000000000 D data\n0000000000000000 r text\n0000000000000000 T f\n", "f\n"},
        {"0000000000000000 t in_module\t[westwood]\n0000000000000000 T own\n", "in_module\nown\n"},
        {"0000000000000000 t __pfx_f\n0000000000000000 t f\n0000000000000000 t __pfx\n", "__pfx\nf\n"},
        {"0000000000000000 T unended", "unended\n"},
        {"", ""},
        {"\n\n", ""},
        {"0000000000000000 T ", ""},
        {"0000000000000000 T", ""},
        {"0000000000000000 T \t[m]\n", ""},
        {"0000000000000000 D data\n", ""},
        {"0000000000000000 T no word\n", ""},
};

START_TEST(functions_are_taken_from_kallsyms)
{
	cleanup_buf struct buf out = {0};
	const char *text = kallsyms[_i].text;
	int rc = symbols_from_kallsyms(text, strlen(text), &out, NULL);

	ck_assert_int_eq(rc, *kallsyms[_i].sorted ? 0 : -EBADMSG);
	ck_assert_str_eq(buf_str(&out), kallsyms[_i].sorted);
}
END_TEST

START_TEST(the_kernels_own_are_told_from_modules)
{
	static const char text[] = "0 t in_module\t[westwood]\n0 T own\n";
	const char *at = text, *end = text + strlen(text);
	struct kallsyms_function f;

	ck_assert(kallsyms_next(&at, end, &f) && !f.own && f.len == strlen("in_module"));
	ck_assert(kallsyms_next(&at, end, &f) && f.own && f.len == strlen("own"));
	ck_assert(!kallsyms_next(&at, end, &f));
}
END_TEST

/* ---- where things are ---- */

static char *root;

static void root_make(void)
{
	scratch_setup();
	root = xasprintf("%s/root", scratch_root);
}

static void file_add(const char *place, const char *text)
{
	cleanup_free char *path = xasprintf("%s%s", root, place),
	                  *dir = xstrndup(path, strlen(path) - strlen(io_basename(path)));
	cleanup_error struct error err = {0};

	ck_assert_msg(!io_make_dirs(dir, &err) && !io_replace_file(path, text, strlen(text), &err), "%s", err.text);
}

static void release_add(void)
{
	file_add("/proc/sys/kernel/osrelease", "6.1.0-mine\n");
}

/* What was found, without the root before it. */
static const char *below(const char *path)
{
	size_t len = strlen(root);

	return *path && !strncmp(path, root, len) ? path + len : path;
}

START_TEST(a_system_that_tells_nothing_has_a_release)
{
	cleanup_running_kernel struct running_kernel k = {.names = -1};
	cleanup_error struct error err = {0};

	release_add();
	ck_assert_msg(!running_kernel_read(root, &k, &err), "%s", err.text);
	ck_assert_str_eq(k.release, "6.1.0-mine");
	ck_assert_str_eq(k.btf, "");
	ck_assert_str_eq(k.config, "");
	ck_assert_int_eq(k.names, -1);
	ck_assert_uint_eq(k.modules.count, 0);
	ck_assert(!running_kernel_has_module(root, "veth"));
}
END_TEST

START_TEST(all_that_it_tells_is_found)
{
	cleanup_running_kernel struct running_kernel k = {.names = -1};
	cleanup_buf struct buf names = {0};
	const struct stored_module *m;

	release_add();
	file_add("/sys/kernel/btf/vmlinux", "types");
	file_add("/sys/kernel/btf/veth", "types");
	file_add("/sys/kernel/btf/not-a-name", "types");
	file_add("/sys/module/veth/refcnt", "0");
	file_add("/boot/config-6.1.0-mine", "CONFIG_BPF=y");
	file_add("/proc/config.gz", "");
	file_add("/proc/kallsyms", "0 t b\n0 t a\n");
	ck_assert(!running_kernel_read(root, &k, NULL));
	ck_assert_str_eq(below(k.btf), "/sys/kernel/btf/vmlinux");
	ck_assert_str_eq(below(k.config), "/boot/config-6.1.0-mine"); /* as libbpf does */
	ck_assert(!io_read_file(k.symbols, 64, &names, NULL));
	ck_assert_str_eq(buf_str(&names), "a\nb\n");
	ck_assert_uint_eq(k.modules.count, 1);
	m = module_set_find(&k.modules, "veth");
	ck_assert_ptr_nonnull(m);
	ck_assert_str_eq(below(m->path), "/sys/kernel/btf/veth");
	ck_assert(running_kernel_has_module(root, "veth"));
}
END_TEST

static const struct {
	const char *file, *btf, *config;
} places[] = {
        {"/boot/vmlinux-6.1.0-mine", "/boot/vmlinux-6.1.0-mine", ""},
        {"/lib/modules/6.1.0-mine/vmlinux-6.1.0-mine", "/lib/modules/6.1.0-mine/vmlinux-6.1.0-mine", ""},
        {"/usr/lib/debug/boot/vmlinux-6.1.0-mine.debug", "/usr/lib/debug/boot/vmlinux-6.1.0-mine.debug", ""},
        {"/boot/vmlinux-6.1.0-other", "", ""},
        {"/proc/config.gz", "", "/proc/config.gz"},
        {"/boot/config-6.1.0-other", "", ""},
};

START_TEST(types_and_configuration_are_where_libbpf_looks)
{
	cleanup_running_kernel struct running_kernel k = {.names = -1};

	release_add();
	file_add(places[_i].file, "x");
	ck_assert(!running_kernel_read(root, &k, NULL));
	ck_assert_str_eq(below(k.btf), places[_i].btf);
	ck_assert_str_eq(below(k.config), places[_i].config);
}
END_TEST

static const char *const releases[] = {"", "\n", "../../etc"};

START_TEST(a_root_without_a_release_is_a_mistake)
{
	cleanup_running_kernel struct running_kernel k = {.names = -1}, none = {.names = -1};
	cleanup_error struct error err = {0}, other = {0};

	ck_assert_int_ne(running_kernel_read(root, &none, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "osrelease"));
	file_add("/proc/sys/kernel/osrelease", releases[_i]);
	ck_assert_int_ne(running_kernel_read(root, &k, &other), 0);
	ck_assert_int_eq(other.status, EXIT_USAGE);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(functions_are_taken_from_kallsyms, kallsyms),
	        TEST(the_kernels_own_are_told_from_modules),
	        GROUP("root", .set_up = root_make, .tear_down = scratch_teardown),
	        TEST(a_system_that_tells_nothing_has_a_release),
	        TEST(all_that_it_tells_is_found),
	        EACH(types_and_configuration_are_where_libbpf_looks, places),
	        EACH(a_root_without_a_release_is_a_mistake, releases),
	};

	return suite_run("running_kernel", tests, COUNT(tests));
}
