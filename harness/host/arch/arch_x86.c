/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/arch/arch_x86.h"

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "host/arch/arch_parts.h"

#ifdef __x86_64__
#include <x86intrin.h>

#define CALIBRATE_NS 10000000u
#define CALIBRATE_TRIES 20

struct moment {
	uint64_t ns, ticks;
};

/* Both clocks at one moment: of some tries the one that was not interrupted between them. */
static struct moment read_clocks(void)
{
	struct moment best = {0};
	uint64_t narrowest = UINT64_MAX;

	for (unsigned i = 0; i < CALIBRATE_TRIES; i++) {
		uint64_t before = clock_ns(CLOCK_MONOTONIC_RAW), ticks = __rdtsc();
		uint64_t width = clock_ns(CLOCK_MONOTONIC_RAW) - before;

		if (width >= narrowest)
			continue;
		narrowest = width;
		best = (struct moment){.ns = before + width / 2, .ticks = ticks};
	}
	return best;
}
#endif

/*
 * Rate of the host's time stamp counter, which a TCG guest sees as its own. Given on the command line it need not be
 * calibrated against emulated timers, which a guest whose threads wait for the host's processors gets wrong.
 */
static unsigned tsc_khz(void)
{
#ifdef __x86_64__
	static unsigned khz;
	struct moment start, end;

	if (khz)
		return khz;
	start = read_clocks();
	while (clock_ns(CLOCK_MONOTONIC_RAW) - start.ns < CALIBRATE_NS)
		;
	end = read_clocks();
	/* Rounded to a MHz, so that two runs on one host say the same and can share saved guests. */
	khz = (unsigned)(((end.ticks - start.ticks) * 1000u + (end.ns - start.ns) / 2) / (end.ns - start.ns)) * 1000u;
	return khz;
#else
	/* QEMU's cpu_get_host_ticks falls back to nanoseconds where the host has no counter it knows. */
	return 1000000;
#endif
}

/*
 * Not microvm, which boots a tenth faster: it has no PM timer and no HPET, so the kernel times its local APIC against
 * the PIT alone. When QEMU's threads wait for the host's processors, PIT ticks arrive in a burst, the kernel finds
 * "APIC frequency too slow, disabling apic timer" and goes on without a tick: seen once in some 500 boots of 7.2-cloud
 * (two VMs and a compiler on two processors), after which the guest ran for minutes and never ended. "tsc: Unable to
 * calibrate against PIT" is the same wait seen by another calibration. A pc has a PM timer to check both against.
 */
static const char machine[] = "pc,usb=off,vmport=off,smbus=off";

/*
 * Every feature that the kernel makes use of is emulated: with `max` it copies by `rep movsb`, a byte at a time (erms),
 * walks five levels of page tables (la57), brackets each access to user memory (smap) and saves vector registers
 * (xsave), for a fifth of the processor time of a boot with its cells. A model with a name is also the same for every
 * version of QEMU. rdrand seeds the kernel's random numbers at once.
 */
static const char processor[] = "Nehalem,+rdrand";

/*
 * tsc=reliable: the watchdog compares the counter with a timer that the host emulates late; a guest that was not
 * scheduled for a while, or resumed, would find its counter wanting and fall back to a slower clock. cryptomgr.notests:
 * the crypto layer's self-tests are a fifth of an emulated boot and nothing an object can see.
 *
 * no_timer_check: the kernel waits for ten ticks of the PIT, by the counter; when the host has no time for the guest
 * they come late, and it panics with "IO-APIC + timer doesn't work!" (seen once, newest-cloud at a load of 12 on two
 * processors). A kernel that knows it is a guest, as under KVM, skips that test by itself.
 *
 * rcu_expedited: attaching and detaching wait for grace periods, ticks in which a guest of one processor idles: an
 * eighth of the time of a run with many objects.
 *
 * Not noreplace-smp, which saves the patching of every lock prefix (up to a tenth of a boot), and not without the
 * self-test of the jitter entropy collector (0.1 s on 6.12 to 7.0): with both, 2 of 216 boots of six VMs beside a busy
 * loop on two processors ended in an Oops before init (6.12-amd64, 6.17-cloud); without them none of 560 did. Which of
 * the two it is, and why, is not known.
 *
 * loglevel=6 keeps the first line ("Linux version", a notice), warnings and every kind of crash on the console and
 * drops the rest, which costs a tenth of an emulated boot.
 */
static const char append[] =
        "console=ttyS0 loglevel=6 reboot=t panic=-1 nokaslr mitigations=off random.trust_cpu=on cryptomgr.notests tsc=reliable no_timer_check rcupdate.rcu_expedited=1";

static char *append_measured(enum accel accel)
{
	return accel == ACCEL_TCG ? xasprintf("tsc_early_khz=%u", tsc_khz()) : xstrdup("");
}

/* isa-debug-exit: QEMU hw/misc/debugexit.c. */
static void channel(struct strings *argv)
{
	strings_add(argv, "-device");
	strings_add(argv, "isa-debugcon,iobase=0xe9,chardev=" ARCH_FRAMES);
	strings_add(argv, "-device");
	strings_add(argv, "isa-debug-exit,iobase=0xf4,iosize=4");
}

/* ---- what is known of it ---- */

/* With an architecture's name in them, then without; what is in several of them is the same file. */
static const char *const linker_directories[] = {
        "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib", NULL,
};

static const char *const built_images[] = {"arch/x86/boot/bzImage", NULL};
static const char *const page_sizes[] = {NULL};

/* arch/x86/mm/fault.c, arch/x86/kernel/traps.c */
static const char *const console_endings[] = {
        "BUG: unable to handle",
        "BUG: kernel NULL pointer dereference",
        "general protection fault",
        "double fault",
        NULL,
};

/* di, si, dx, cx, r8, r9: arch/x86/include/uapi/asm/ptrace.h */
static const uint8_t probe_arguments[] = {14, 13, 12, 11, 9, 8, UINT8_MAX};

const struct arch arch_x86 = {
        .name = "x86_64",
        .deb = "amd64",
        .elf_class = ELFCLASS64,
        .elf_data = ELFDATA2LSB,
        .elf_machine = EM_X86_64,
        .linker_directories = linker_directories,
        .built_images = built_images,
        .page_sizes = page_sizes,
        .syscall_prefix = "__x64_sys_",
        .trampoline_arguments = 6,
        .probe_arguments = probe_arguments,
        .image = &arch_x86_image,
        .qemu = "qemu-system-x86_64",
        .qemu_package = "qemu-system-x86",
        .ours = {machine, processor, append, append_measured},
        .ordinary = {"pc", "max", "console=ttyS0 panic=-1"},
        .console = arch_serial_console,
        .console_endings = console_endings,
        .channel = channel,
        .job = arch_fw_cfg_job,
        .exit_status = arch_odd_status,
        .cpuinfo_model = "model name",
};
