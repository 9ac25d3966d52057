/* SPDX-License-Identifier: BSD-2-Clause */
/* Every way in which a KVM can be of no use, played by the fake QEMU: it acts by the accelerator it is asked for. */
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/vm/accel.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define PROGRAM "qemu-system-x86_64"

/* A shell script in front of the fake QEMU puts the wanted behaviour in place of the word "fake=probe". */
static const char script[] = "#!/bin/sh\n"
                             "b=$FAKE_TCG\n"
                             "case \"$*\" in *'-accel kvm'*) b=$FAKE_KVM; echo kvm >>\"$FAKE_LOG\";; esac\n"
                             "for a; do shift; case \"$a\" in *fake=probe*) a=\"loglevel=4 fake=$b quiet\";; esac; set "
                             "-- \"$@\" \"$a\"; done\n"
                             "exec \"$FAKE_QEMU\" \"$@\"\n";

static void copy_program(const char *from, const char *to)
{
	cleanup_buf struct buf bytes = {0};

	ck_assert_int_eq(io_read_file(from, 64u << 20, &bytes, NULL), 0);
	ck_assert_int_eq(io_replace_file(to, bytes.data, bytes.len, NULL), 0);
	ck_assert_int_eq(chmod(to, 0755), 0);
}

static void setup(void)
{
	cleanup_free char *self = realpath("/proc/self/exe", NULL), *fake = NULL, *bin = NULL, *path = NULL;
	cleanup_free char *copy = NULL, *front = NULL, *log = NULL;

	scratch_setup();
	fake = xasprintf("%s/bin/" PROGRAM, dirname(self));
	bin = scratch_path("bin");
	copy = scratch_path("fake");
	front = scratch_path("bin/" PROGRAM);
	log = scratch_file("log", "", 0);
	ck_assert_int_eq(chmod(log, 0666), 0);
	ck_assert_int_eq(io_make_dirs(bin, NULL), 0);
	copy_program(fake, copy);
	ck_assert_int_eq(io_replace_file(front, script, strlen(script), NULL), 0);
	ck_assert_int_eq(chmod(front, 0755), 0);
	path = xasprintf("%s:%s", bin, getenv("PATH"));
	free(scratch_file("vmlinux", "k", 1));
	free(scratch_file("initrd", "i", 1));
	setenv("PATH", path, 1);
	setenv("FAKE_QEMU", copy, 1);
	setenv("FAKE_LOG", log, 1);
}

/* Who is to say something has all the time in the world. */
enum { PATIENT_MS = 50 * 1000, BRIEF_MS = 1 };

static int64_t limit_ms = PATIENT_MS;

static struct accel_answer decide_for(const struct arch *arch, const char *asked, const char *kvm, const char *tcg,
                                      const char *device)
{
	cleanup_free char *kernel = scratch_path("vmlinux"), *initrd = scratch_path("initrd");
	cleanup_free char *given = *device == '/' ? xstrdup(device) : scratch_path(device);
	struct accel_probe probe = {
	        .asked = asked,
	        .images = scratch_root,
	        .device = given,
	        .directory = scratch_root,
	        .release = "6.1.0-fake",
	        .qemu_version = "fake 1",
	        .limit_ms = limit_ms,
	        .guest =
	                {
	                        .arch = arch,
	                        .kernel = kernel,
	                        .initrd = initrd,
	                        .append = "fake=probe",
	                        .memory_mb = 64,
	                        .job = "",
	                        .ram = "",
	                        .state = "",
	                },
	};
	struct accel_answer answer;
	struct error err = {0};

	setenv("FAKE_KVM", kvm, 1);
	setenv("FAKE_TCG", tcg, 1);
	ck_assert_msg(!accel_decide(&probe, &answer, &err), "%s", err.text);
	return answer;
}

static struct accel_answer decide_as(const char *asked, const char *kvm, const char *tcg, const char *device)
{
	return decide_for(arch_native(), asked, kvm, tcg, device);
}

static struct accel_answer decide(const char *kvm, const char *tcg, const char *device)
{
	return decide_as("auto", kvm, tcg, device);
}

static const struct {
	const char *name, *kvm, *tcg, *device;
	enum accel accel;
	const char *reason;
	int64_t limit_ms;
} kinds[] = {
        {"works", "hang-after-hello", "hang-silently", "device", ACCEL_KVM, "said hello", PATIENT_MS},
        {"hangs, TCG is up first", "hang-silently", "hang-after-hello", "device", ACCEL_TCG,
         "emulated guest said hello first", PATIENT_MS},
        {"both say nothing", "hang-silently", "hang-silently", "device", ACCEL_TCG, "said nothing for 0.0 s", BRIEF_MS},
        {"QEMU refuses it", "refuse", "hang-silently", "device", ACCEL_TCG, "KVM does not work here", PATIENT_MS},
        {"its guest dies", "end-at-once", "hang-silently", "device", ACCEL_TCG, "no hello from the agent", PATIENT_MS},
        {"no device", "hang-after-hello", "hang-after-hello", "absent", ACCEL_TCG, "No such file", PATIENT_MS},
        {"no device node", "hang-after-hello", "hang-after-hello", "/proc/self/mem/x", ACCEL_TCG, "Not a directory",
         PATIENT_MS},
};

START_TEST(only_a_guest_that_said_hello_is_believed)
{
	cleanup_free char *device = scratch_file("device", "", 0), *kept = scratch_path("accel.json");
	struct accel_answer answer;

	unlink(kept);
	limit_ms = kinds[_i].limit_ms;
	answer = decide(kinds[_i].kvm, kinds[_i].tcg, kinds[_i].device);
	ck_assert_msg(answer.accel == kinds[_i].accel, "%s: %s", kinds[_i].name, answer.reason);
	ck_assert_msg(strstr(answer.reason, kinds[_i].reason) != NULL, "%s: %s", kinds[_i].name, answer.reason);
	free(answer.reason);
}
END_TEST

static const struct {
	const char *asked;
	enum accel accel;
} given[] = {{"kvm", ACCEL_KVM}, {"tcg", ACCEL_TCG}};

START_TEST(what_is_asked_for_is_taken_untried)
{
	cleanup_free char *device = scratch_file("device", "", 0), *kept = scratch_path("accel.json");
	cleanup_free char *reason = xasprintf("%s: as requested", given[_i].asked);
	cleanup_buf struct buf log = {0};
	struct accel_answer answer;

	unlink(kept);
	ck_assert_int_eq(truncate(getenv("FAKE_LOG"), 0), 0);
	answer = decide_as(given[_i].asked, "hang-after-hello", "hang-silently", "device");
	ck_assert_int_eq(answer.accel, given[_i].accel);
	ck_assert_str_eq(answer.reason, reason);
	ck_assert_int_eq(io_read_file(getenv("FAKE_LOG"), 4096, &log, NULL), 0);
	ck_assert_str_eq(buf_str(&log), "");
	ck_assert_int_ne(access(kept, F_OK), 0);
	free(answer.reason);
}
END_TEST

START_TEST(no_permission_is_told_and_costs_no_try)
{
	cleanup_free char *device = scratch_file("device", "", 0), *kept = scratch_path("accel.json");
	struct accel_answer answer;

	unlink(kept);
	ck_assert_int_eq(chmod(device, geteuid() == 0 ? 0600 : 0), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	answer = decide("hang-after-hello", "hang-after-hello", device);
	ck_assert_int_eq(answer.accel, ACCEL_TCG);
	ck_assert_msg(strstr(answer.reason, "Permission denied") != NULL, "%s", answer.reason);
	free(answer.reason);
	/* The leak checker looks at this process from another one when it ends. */
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	prctl(PR_SET_DUMPABLE, 1);
}
END_TEST

START_TEST(a_guest_of_another_processor_is_emulated_untried)
{
	cleanup_free char *device = scratch_file("device", "", 0), *kept = scratch_path("accel.json");
	struct arch other = *arch_native();
	struct accel_answer answer;

	unlink(kept);
	other.name = "vax";
	answer = decide_for(&other, "auto", "hang-after-hello", "hang-silently", "device");
	ck_assert_int_eq(answer.accel, ACCEL_TCG);
	ck_assert_str_eq(answer.reason, "tcg: the host's processor is not vax");
	ck_assert_int_ne(access(kept, F_OK), 0);
	free(answer.reason);
}
END_TEST

START_TEST(the_answer_is_kept_for_this_boot)
{
	cleanup_free char *device = scratch_file("device", "", 0), *kept = scratch_path("accel.json");
	cleanup_buf struct buf log = {0};
	struct accel_answer first, second;

	unlink(kept);
	ck_assert_int_eq(truncate(getenv("FAKE_LOG"), 0), 0);
	first = decide("refuse", "hang-silently", "device");
	second = decide("hang-after-hello", "hang-silently", "device");
	ck_assert_str_eq(first.reason, second.reason);
	ck_assert_int_eq(io_read_file(getenv("FAKE_LOG"), 4096, &log, NULL), 0);
	ck_assert_str_eq(buf_str(&log), "kvm\n");
	free(first.reason);
	free(second.reason);
}
END_TEST

START_TEST(an_answer_of_another_boot_is_not_believed)
{
	static const char stale[] = "{\"boot\":\"other\",\"qemu\":\"fake 1\",\"accel\":\"kvm\",\"reason\":\"stale\"}";
	cleanup_free char *device = scratch_file("device", "", 0);
	cleanup_free char *kept = scratch_file("accel.json", stale, sizeof(stale) - 1);
	struct accel_answer answer = decide("refuse", "hang-silently", "device");

	ck_assert_str_ne(answer.reason, "stale");
	ck_assert_int_eq(answer.accel, ACCEL_TCG);
	free(answer.reason);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("accel", .open = setup, .close = scratch_teardown),
	        EACH(only_a_guest_that_said_hello_is_believed, kinds),
	        EACH(what_is_asked_for_is_taken_untried, given),
	        TEST(a_guest_of_another_processor_is_emulated_untried),
	        TEST(the_answer_is_kept_for_this_boot),
	        TEST(an_answer_of_another_boot_is_not_believed),
	        TEST(no_permission_is_told_and_costs_no_try),
	};

	return suite_run("accel", tests, COUNT(tests));
}
