/* SPDX-License-Identifier: BSD-2-Clause */
#include <elf.h>
#include <stdint.h>

#include "host/arch/arch.h"
#include "host/arch/arch_parts.h"
#include "host/arch/image_flat.h"

/* gic-version=3: version 2 has room for 8 processors. */
static const char machine[] = "virt,gic-version=3,its=off";

/*
 * `max` computes pointer authentication by the architected algorithm and boots three times as long (5.6 s against 1.8
 * s, 6.12-cloud). cortex-a72 takes a seventh less than cortex-a76, having none of the extensions that kernels make use
 * of at every entry and lock, but it has no pages of 16 kB, and a kernel with these ends before its first word.
 */
static const char processor[] = "cortex-a76";

/*
 * watchdog_thresh, rcu_cpu_stall_timeout: the counter goes on while the host has no time for the guest, and the kernel
 * takes itself for hung (a soft lockup of 25 to 37 s in three of six cold boots, of 7.2-cloud and 6.12-16k, at a load
 * of 30 on two processors). What hangs for good is still told, or its deadline passes.
 *
 * random.trust_bootloader: QEMU's device tree has a seed. The others are explained for x86; there is no counter to be
 * calibrated here, its rate is a register's.
 */
static const char append[] =
        "console=ttyAMA0 loglevel=6 panic=-1 nokaslr mitigations=off random.trust_bootloader=on cryptomgr.notests rcupdate.rcu_expedited=1 watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120";

/*
 * The end: a semihosting call of the agent's, which may be made in user space. Calls for files go to a debugger
 * (`gdb`), and there is none: the guest reaches nothing of the host's.
 */
static void channel(struct strings *argv)
{
	arch_virtio_channel(argv);
	strings_add(argv, "-semihosting-config");
	strings_add(argv, "enable=on,target=gdb,userspace=on");
}

/* ---- what is known of it ---- */

static const char *const linker_directories[] = {
        "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib", NULL,
};

static const char *const built_images[] = {"arch/arm64/boot/Image", "arch/arm64/boot/Image.gz",
                                           "arch/arm64/boot/vmlinuz.efi", NULL};
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

static const struct image_format image = {
        .what = "an arm64 Image (plain, .gz, EFI zboot)",
        .kernel_name = "image",
        .packed_name = "image-packed",
        .flat = {.magic = "ARM\x64", .pe_machine = 0xaa64},
        .is_packed = image_flat_is_packed,
        .unpack = image_flat_unpack,
        .elf_boots = image_flat_elf_boots,
        .unbootable = "an arm64 vmlinux, which QEMU cannot boot; give the Image that belongs to it",
};

const struct arch arch_arm64 = {
        .name = "aarch64",
        .deb = "arm64",
        .elf_class = ELFCLASS64,
        .elf_data = ELFDATA2LSB,
        .elf_machine = EM_AARCH64,
        .linker_directories = linker_directories,
        .built_images = built_images,
        .page_sizes = page_sizes,
        .syscall_prefix = "__arm64_sys_",
        .trampoline_arguments = 8,
        .probe_arguments = probe_arguments,
        .image = &image,
        .qemu = "qemu-system-aarch64",
        .qemu_package = "qemu-system-arm",
        .ours = {machine, processor, append},
        .ordinary = {"virt", "max", "console=ttyAMA0 panic=-1"},
        .console = arch_serial_console,
        .console_endings = console_endings,
        .channel = channel,
        .job = arch_fw_cfg_job,
        .exit_status = arch_odd_status,
        .cpuinfo_model = "CPU part",
};
