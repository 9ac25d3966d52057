/* SPDX-License-Identifier: BSD-2-Clause */
#include <elf.h>
#include <stdint.h>

#include "host/arch/arch.h"
#include "host/arch/arch_parts.h"
#include "host/arch/image_flat.h"

/* It ends by the test device that it always has, with a status: hw/misc/sifive_test.c. */
static const char machine[] = "virt";

static const char processor[] = "rv64";

/*
 * no4lvl: three levels of page tables are enough, and walks are emulated. The others are explained for x86 and arm64.
 */
static const char append[] =
        "console=ttyS0 loglevel=6 panic=-1 nokaslr random.trust_bootloader=on cryptomgr.notests rcupdate.rcu_expedited=1 watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120 no4lvl";

static const char *const linker_directories[] = {
        "/lib/riscv64-linux-gnu",
        "/usr/lib/riscv64-linux-gnu",
        "/lib64/lp64d",
        "/usr/lib64/lp64d",
        "/lib",
        "/usr/lib",
        NULL,
};

static const char *const built_images[] = {"arch/riscv/boot/Image", "arch/riscv/boot/Image.gz",
                                           "arch/riscv/boot/vmlinuz.efi", NULL};
static const char *const page_sizes[] = {NULL};

/* a0 to a7, after pc, ra, sp, gp, tp, t0 to t2, s0 and s1: arch/riscv/include/uapi/asm/ptrace.h */
static const uint8_t probe_arguments[] = {10, 11, 12, 13, 14, 15, 16, 17, UINT8_MAX};

/* arch/riscv/mm/fault.c, arch/riscv/kernel/traps.c */
static const char *const console_endings[] = {
        "Unable to handle kernel", "Insufficient stack space to handle exception", "Oops - ", "Kernel BUG", NULL,
};

static const struct image_format image = {
        .what = "a riscv64 Image (plain, .gz, EFI zboot)",
        .kernel_name = "image",
        .packed_name = "image-packed",
        .flat = {.magic = "RSC\x05", .pe_machine = 0x5064},
        .is_packed = image_flat_is_packed,
        .unpack = image_flat_unpack,
        .elf_boots = image_flat_elf_boots,
        .unbootable = "a riscv64 vmlinux, which QEMU cannot boot; give the Image that belongs to it",
};

const struct arch arch_riscv64 = {
        .name = "riscv64",
        .deb = "riscv64",
        .elf_class = ELFCLASS64,
        .elf_data = ELFDATA2LSB,
        .elf_machine = EM_RISCV,
        .linker_directories = linker_directories,
        .page_sizes = page_sizes,
        .built_images = built_images,
        .syscall_prefix = "__riscv_sys_",
        .trampoline_arguments = 8,
        .probe_arguments = probe_arguments,
        .image = &image,
        .qemu = "qemu-system-riscv64",
        .qemu_package = "qemu-system-riscv or qemu-system-misc",
        .ours = {machine, processor, append},
        .ordinary = {"virt", "rv64", "console=ttyS0 panic=-1"},
        .console = arch_serial_console,
        .console_endings = console_endings,
        .channel = arch_virtio_channel,
        .job = arch_block_job,
        .exit_status = arch_odd_status,
        .cpuinfo_model = "isa",
};
