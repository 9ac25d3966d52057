/* SPDX-License-Identifier: BSD-2-Clause */
/* qemu: the command line of a guest, word for word where it matters, and paths that carry QEMU's own punctuation. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/vm/qemu.h"
#include "tests/suite.h"

static struct qemu_guest make_guest(void)
{
	return (struct qemu_guest){
	        .arch = arch_default(),
	        .accel = ACCEL_TCG,
	        .kernel = "images/6.1/vmlinux",
	        .initrd = "images/initramfs.cpio",
	        .job = "results/job.bin",
	        .append = "",
	        .memory_mb = 256,
	        .frames = "/dev/fdset/3",
	        .console = "/dev/fdset/4",
	        .ram = "",
	};
}

/* What follows the nth (from 0) `option`, or NULL. */
static const char *value_of(const struct strings *argv, const char *option, unsigned nth)
{
	for (size_t i = 0; i + 1 < argv->count; i++)
		if (!strcmp(argv->at[i], option) && !nth--)
			return argv->at[i + 1];
	return NULL;
}

static bool has(const struct strings *argv, const char *word)
{
	for (size_t i = 0; i < argv->count; i++)
		if (!strcmp(argv->at[i], word))
			return true;
	return false;
}

/* tsc_early_khz is this machine's; the golden line has a mark in its place. */
static char *without_tsc(const char *line)
{
	static const char option[] = "tsc_early_khz=";
	const char *at = strstr(line, option);
	struct buf out = {0};

	ck_assert_msg(at != NULL, "no %s in %s", option, line);
	at += strlen(option);
	ck_assert_uint_gt(strspn(at, "0123456789"), 3);
	buf_add(&out, line, (size_t)(at - line));
	buf_puts(&out, "N");
	buf_puts(&out, at + strspn(at, "0123456789"));
	return buf_steal(&out);
}

START_TEST(command_line_is_the_known_one)
{
	static const char golden[] =
	        "qemu-system-x86_64 -M pc,usb=off,vmport=off,smbus=off -accel tcg -cpu Nehalem,+rdrand -m 256 -nodefaults -no-user-config -no-reboot"
	        " -display none -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"
	        " -kernel images/6.1/vmlinux -initrd images/initramfs.cpio"
	        " -append 'console=ttyS0 loglevel=6 reboot=t panic=-1 nokaslr mitigations=off random.trust_cpu=on cryptomgr.notests tsc=reliable no_timer_check rcupdate.rcu_expedited=1"
	        " tsc_early_khz=N'"
	        " -chardev file,append=on,id=console,path=/dev/fdset/4 -serial chardev:console"
	        " -chardev file,append=on,id=frames,path=/dev/fdset/3"
	        " -device isa-debugcon,iobase=0xe9,chardev=frames -device isa-debug-exit,iobase=0xf4,iosize=4"
	        " -fw_cfg name=opt/corematrix/job,file=results/job.bin";
	struct qemu_guest guest = make_guest();
	cleanup_free char *line = NULL, *comparable = NULL;
	cleanup_strings struct strings argv = {0};

	qemu_argv(&guest, &argv);
	line = strings_shell(&argv);
	comparable = without_tsc(line);
	ck_assert_str_eq(comparable, golden);
}
END_TEST

START_TEST(equal_guests_get_equal_lines)
{
	cleanup_strings struct strings a = {0}, b = {0};
	cleanup_free char *line_a = NULL, *line_b = NULL;
	struct qemu_guest guest = make_guest();

	qemu_argv(&guest, &a);
	qemu_argv(&guest, &b);
	line_a = strings_shell(&a);
	line_b = strings_shell(&b);
	ck_assert_str_eq(line_a, line_b);
}
END_TEST

/* What keeps a hostile guest in; DESIGN.md, "Promises". */
START_TEST(guest_is_confined)
{
	static const char *const forbidden[] = {"-netdev", "-nic", "-net", "-drive", "-hda", "-virtfs", "-monitor"};
	struct qemu_guest guest = make_guest();
	cleanup_strings struct strings argv = {0};

	qemu_argv(&guest, &argv);
	ck_assert(has(&argv, "-nodefaults") && has(&argv, "-no-user-config") && has(&argv, "-no-reboot"));
	ck_assert(strstr(value_of(&argv, "-sandbox", 0), "on,") &&
	          strstr(value_of(&argv, "-sandbox", 0), "spawn=deny"));
	ck_assert(strstr(value_of(&argv, "-sandbox", 0), "elevateprivileges=deny") != NULL);
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		ck_assert_msg(!has(&argv, forbidden[i]), "%s", forbidden[i]);
}
END_TEST

START_TEST(accelerator_chooses_the_processor)
{
	struct qemu_guest guest = make_guest();
	cleanup_strings struct strings argv = {0};

	guest.accel = ACCEL_KVM;
	qemu_argv(&guest, &argv);
	ck_assert_str_eq(value_of(&argv, "-accel", 0), "kvm");
	ck_assert_str_eq(value_of(&argv, "-cpu", 0), "host");
	ck_assert_msg(!strstr(value_of(&argv, "-append", 0), "tsc_early_khz"), "KVM guests know their clock's rate");
}
END_TEST

START_TEST(row_has_the_last_word)
{
	struct qemu_guest guest = make_guest();
	cleanup_strings struct strings argv = {0};
	const char *append, *own = " loglevel=8 quiet";

	guest.append = own + 1;
	guest.memory_mb = 1024;
	guest.processors = 2;
	qemu_argv(&guest, &argv);
	append = value_of(&argv, "-append", 0);
	ck_assert_uint_gt(strlen(append), strlen(own));
	ck_assert_str_eq(append + strlen(append) - strlen(own), own);
	ck_assert_str_eq(value_of(&argv, "-m", 0), "1024");
	ck_assert_str_eq(value_of(&argv, "-smp", 0), "2");
}
END_TEST

static const struct {
	enum qemu_lsm bpf;
	const char *lsm, *said; /* "": nothing of it */
} lsm_lists[] = {
        {QEMU_LSM_USUAL, "lockdown,yama", ""},
        {QEMU_LSM_BPF, "lockdown,yama", " lsm=lockdown,yama,bpf quiet"},
        {QEMU_LSM_BPF, "bpf,yama", " lsm=yama,bpf quiet"},
        {QEMU_LSM_NO_BPF, "lockdown,bpf,ipe", " lsm=lockdown,ipe quiet"},
        {QEMU_LSM_NO_BPF, "bpf", " lsm quiet"},
        {QEMU_LSM_BPF, "", "apparmor,selinux,smack,tomoyo,bpf quiet"},
};

START_TEST(bpf_is_a_security_module_or_not)
{
	struct qemu_guest guest = make_guest();
	cleanup_strings struct strings argv = {0};
	const char *append;

	guest.bpf = lsm_lists[_i].bpf;
	guest.lsm = lsm_lists[_i].lsm;
	guest.append = "quiet";
	qemu_argv(&guest, &argv);
	append = value_of(&argv, "-append", 0);
	if (*lsm_lists[_i].said)
		ck_assert_msg(strstr(append, lsm_lists[_i].said) != NULL, "%s", append);
	else
		ck_assert_msg(!strstr(append, "lsm="), "%s", append);
}
END_TEST

/* Inside an option a comma is doubled; a word of its own takes it as it is. */
START_TEST(commas_in_paths_are_escaped)
{
	struct qemu_guest guest = make_guest();
	cleanup_strings struct strings argv = {0};

	guest.frames = "/tmp/a,b/,frames";
	guest.console = "/tmp/c,id=x";
	guest.job = "job,,1";
	guest.kernel = "vm,linux";
	qemu_argv(&guest, &argv);
	ck_assert_str_eq(value_of(&argv, "-chardev", 0), "file,append=on,id=console,path=/tmp/c,,id=x");
	ck_assert_str_eq(value_of(&argv, "-chardev", 1), "file,append=on,id=frames,path=/tmp/a,,b/,,frames");
	ck_assert_str_eq(value_of(&argv, "-fw_cfg", 0), "name=opt/corematrix/job,file=job,,,,1");
	ck_assert_str_eq(value_of(&argv, "-kernel", 0), "vm,linux");
}
END_TEST

START_TEST(guest_without_a_job_gets_none)
{
	struct qemu_guest guest = make_guest();
	cleanup_strings struct strings argv = {0};

	guest.job = "";
	qemu_argv(&guest, &argv);
	ck_assert(!value_of(&argv, "-fw_cfg", 0));
}
END_TEST

/* isa-debug-exit, QEMU hw/misc/debugexit.c: (value << 1) | 1. */
START_TEST(exit_status_is_the_devices)
{
	ck_assert_int_eq(arch_default()->exit_status(0), 1);
	ck_assert_int_eq(arch_default()->exit_status(1), 3);
	ck_assert_int_eq(arch_default()->exit_status(2), 5);
}
END_TEST

START_TEST(accelerators_have_names)
{
	ck_assert_str_eq(accel_name(ACCEL_TCG), "tcg");
	ck_assert_str_eq(accel_name(ACCEL_KVM), "kvm");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(command_line_is_the_known_one),
	        TEST(equal_guests_get_equal_lines),
	        TEST(guest_is_confined),
	        TEST(accelerator_chooses_the_processor),
	        TEST(row_has_the_last_word),
	        EACH(bpf_is_a_security_module_or_not, lsm_lists),
	        TEST(commas_in_paths_are_escaped),
	        TEST(guest_without_a_job_gets_none),
	        TEST(exit_status_is_the_devices),
	        TEST(accelerators_have_names),
	};

	return suite_run("qemu", tests, COUNT(tests));
}
