/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/arch/arch_arm64.h"

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "wire/job.h"

/*
 * Under TCG: `max` computes pointer authentication by the architected algorithm and boots three times as long (5.6 s
 * against 1.8 s, 6.12-cloud). cortex-a72 takes a seventh less than cortex-a76, having none of the extensions that
 * kernels make use of at every entry and lock, but it has no pages of 16 kB, and a kernel with these ends before its
 * first word.
 */
static const char *cpu(enum accel accel)
{
	return accel == ACCEL_KVM ? "host" : "cortex-a76";
}

/* gic-version=3: version 2 has room for 8 processors. virtio-mmio in its present version: hw/virtio/virtio-mmio.c. */
static void machine(struct strings *argv, enum accel accel)
{
	strings_add(argv, "-M");
	strings_add(argv, "virt,gic-version=3,its=off");
	strings_add(argv, "-accel");
	strings_add(argv, accel_name(accel));
	strings_add(argv, "-cpu");
	strings_add(argv, cpu(accel));
}

static void console(struct strings *argv)
{
	strings_add(argv, "-serial");
	strings_add(argv, "chardev:" ARCH_CONSOLE);
}

/*
 * Frames: a console of virtio's, which the agent drives itself, for kernels have the driver of its bus as a module. The
 * end: a semihosting call of the agent's, which may be made in user space. Calls for files go to a debugger (`gdb`),
 * and there is none: the guest reaches nothing of the host's.
 */
static void channel(struct strings *argv)
{
	strings_add(argv, "-global");
	strings_add(argv, "virtio-mmio.force-legacy=false");
	strings_add(argv, "-device");
	strings_add(argv, "virtio-serial-device,max_ports=1");
	strings_add(argv, "-device");
	strings_add(argv, "virtconsole,chardev=" ARCH_FRAMES);
	strings_add(argv, "-semihosting-config");
	strings_add(argv, "enable=on,target=gdb,userspace=on");
}

static void job(struct strings *argv, const char *path)
{
	strings_add(argv, "-fw_cfg");
	strings_addf(argv, "name=" JOB_FW_CFG_NAME ",file=%s", path);
}

/*
 * random.trust_bootloader: QEMU's device tree has a seed. The others are explained for x86; there is no counter to be
 * calibrated here, its rate is a register's.
 */
static char *append(enum accel accel)
{
	(void)accel;
	return xstrdup(
	        "console=ttyAMA0 loglevel=6 panic=-1 nokaslr mitigations=off random.trust_bootloader=on cryptomgr.notests rcupdate.rcu_expedited=1");
}

/* The agent's machine_aarch64.c makes it this, so that no status that QEMU ends with by itself is one of ours. */
static int exit_status(int code)
{
	return code << 1 | 1;
}

/* ---- the ordinary set-up, for comparison ---- */

static void ordinary_machine(struct strings *argv, enum accel accel)
{
	strings_add(argv, "-M");
	strings_add(argv, "virt");
	strings_add(argv, "-accel");
	strings_add(argv, accel_name(accel));
	strings_add(argv, "-cpu");
	strings_add(argv, accel == ACCEL_KVM ? "host" : "max");
}

static char *ordinary_append(enum accel accel)
{
	(void)accel;
	return xstrdup("console=ttyAMA0 panic=-1");
}

/* ---- what is known of it ---- */

static const char *const linker_directories[] = {
        "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib", NULL,
};

static const char *const page_sizes[] = {"16k", "64k", NULL};

/* x0 to x7: arch/arm64/include/uapi/asm/ptrace.h */
static const uint8_t probe_arguments[] = {0, 1, 2, 3, 4, 5, 6, 7, UINT8_MAX};

/* arch/arm64/mm/fault.c, arch/arm64/kernel/traps.c */
static const char *const console_endings[] = {
        "Unable to handle kernel",
        "Internal error: ",
        "Bad mode in ",
        "Unhandled 64-bit el1",
        "Insufficient stack space to handle exception",
        "Unhandled fault: ",
        NULL,
};

const struct arch arch_arm64 = {
        .name = "aarch64",
        .deb = "arm64",
        .elf_class = ELFCLASS64,
        .elf_data = ELFDATA2LSB,
        .elf_machine = EM_AARCH64,
        .linker_directories = linker_directories,
        .page_sizes = page_sizes,
        .syscall_prefix = "__arm64_sys_",
        .trampoline_arguments = 8,
        .probe_arguments = probe_arguments,
        .image = &arch_arm64_image,
        .qemu = "qemu-system-aarch64",
        .qemu_package = "qemu-system-arm",
        .ours = {machine, append},
        .ordinary = {ordinary_machine, ordinary_append},
        .console = console,
        .console_endings = console_endings,
        .channel = channel,
        .job = job,
        .exit_status = exit_status,
        .cpuinfo_model = "CPU part",
};
