/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch: all that is specific to the processor of a guest: what others call it, its programs and kernels, how QEMU is
 * called for it, its console, channel and kernel command line. Another architecture is one more `struct arch` in files
 * of its own in this room and one more line in arch.c; nothing outside of the room knows which there are.
 */
#ifndef COREMATRIX_HOST_ARCH_ARCH_H
#define COREMATRIX_HOST_ARCH_ARCH_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/lib/strings.h"

enum accel { ACCEL_TCG, ACCEL_KVM };

/* Ids of the chardevs that `console` and `channel` are connected to. */
#define ARCH_CONSOLE "console"
#define ARCH_FRAMES "frames"

/* A machine and the kernel command line that goes with it. */
struct arch_machine {
	const char *machine;   /* QEMU's name of it, with its properties */
	const char *processor; /* model under TCG; under KVM it is the host's own */
	const char *append;    /* kernel command line that every guest of this machine needs */
	/* What of it has to be measured, or NULL; the caller frees it. */
	char *(*append_measured)(enum accel accel);
};

struct image_format;

/* Lists end with NULL. */
struct arch {
	const char *name; /* as uname -m says, in records and results */
	const char *deb;  /* as dpkg says */

	/* Programs and libraries */
	unsigned char elf_class, elf_data;
	uint16_t elf_machine;
	const char *const *linker_directories; /* in which a dynamic linker looks last */

	/* Kernels */
	const char *const *built_images; /* where a tree that one was built in has it, in this order */
	/* What names of kernels call the sizes of pages that not every kernel has: "16k". */
	const char *const *page_sizes;
	const char *syscall_prefix;       /* of the functions that are the entries of system calls */
	unsigned trampoline_arguments;    /* as many as a BPF trampoline passes on every kernel */
	const uint8_t *probe_arguments;   /* eight-byte slot of struct pt_regs that has each; ends with UINT8_MAX */
	const struct image_format *image; /* image.h */

	/* Guests */
	const char *qemu;         /* program */
	const char *qemu_package; /* that has it */
	struct arch_machine ours;
	struct arch_machine ordinary; /* as a project sets it up that has no reason to think about a boot's length */
	/* The console's device, connected to the chardev ARCH_CONSOLE. */
	void (*console)(struct strings *argv);
	const char *const *console_endings; /* lines on it that mean the kernel's end, besides those of every kernel */
	/* Devices of the channel: frames go to the chardev ARCH_FRAMES. */
	void (*channel)(struct strings *argv);
	/* Hand the guest the file of its job, "" for none yet; commas in `path` are doubled already. */
	void (*job)(struct strings *argv, const char *path);
	/* QEMU's exit status when the agent ended it with `code`. */
	int (*exit_status)(int code);

	/* Hosts */
	const char *cpuinfo_model; /* key of the line of /proc/cpuinfo that says which processor it is */
};

/* More than there are in arch.c: for tables with an entry for each. */
#define ARCH_MAX 8

/* The architectures that are known, in order; NULL after the last. The first is the one of a row that names none. */
const struct arch *arch_at(size_t index);

/* Its place in that order. */
size_t arch_index(const struct arch *arch);

/* The one that `name` (as uname -m says, or as dpkg does) means, or NULL. */
const struct arch *arch_find(const char *name);

/* What rows mean that do not say. */
const struct arch *arch_default(void);

/* The host's own, or NULL when it is not known. */
const struct arch *arch_native(void);

/* What its guests run under where the host's own would run under `accel`: others are always emulated. */
enum accel arch_accel(const struct arch *arch, enum accel accel);

/* The one whose programs have such a header, or NULL. */
const struct arch *arch_of_elf(const Elf64_Ehdr *header);

/* Whether a program or kernel with such a header is for `arch`. */
bool arch_fits_elf(const struct arch *arch, const Elf64_Ehdr *header);

/* The names of all, for messages: "x86_64, …", and as dpkg says them; the caller frees it. */
char *arch_names(void);
char *arch_deb_names(void);

/* Arguments that make the machine. */
void arch_machine_arguments(const struct arch_machine *machine, enum accel accel, struct strings *argv);

/* Its kernel command line; the caller frees it. */
char *arch_machine_append(const struct arch_machine *machine, enum accel accel);

/* What the host's processor is called, for telling hosts apart; "" when it does not say. The caller frees it. */
char *arch_host_processor(void);

const char *accel_name(enum accel accel);

#endif
