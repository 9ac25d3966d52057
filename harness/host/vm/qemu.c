/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/qemu.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

static void add(struct strings *argv, const char *option, const char *value)
{
	strings_add(argv, option);
	strings_add(argv, value);
}

/* QEMU reads a comma in an option's value as the start of the next one; doubled it is a comma. */
static char *escape_commas(const char *path)
{
	struct buf out = {0};

	for (; *path; path++) {
		buf_putc(&out, *path);
		if (*path == ',')
			buf_putc(&out, ',');
	}
	return buf_steal(&out);
}

static void add_path(struct strings *argv, const char *option, const char *front, const char *path)
{
	cleanup_free char *escaped = escape_commas(path);

	strings_add(argv, option);
	strings_addf(argv, "%s%s", front, escaped);
}

static const struct arch_machine *machine_of(const struct qemu_guest *guest)
{
	return guest->ordinary ? &guest->arch->ordinary : &guest->arch->ours;
}

/* Of kernels that do not tell: those that distributions have. Names that a kernel does not know it passes over. */
static const char usual_lsm[] = "landlock,lockdown,yama,loadpin,safesetid,integrity,apparmor,selinux,smack,tomoyo";

/* The kernel's list with bpf at the end, or without it. */
static void add_lsm(const struct qemu_guest *guest, struct buf *line)
{
	cleanup_free char *names = xstrdup(*guest->lsm ? guest->lsm : usual_lsm);
	char *rest = names, *name, separator = '=';

	buf_puts(line, " lsm");
	while ((name = strsep(&rest, ",")))
		if (*name && strcmp(name, "bpf") != 0) {
			buf_printf(line, "%c%s", separator, name);
			separator = ',';
		}
	if (guest->bpf == QEMU_LSM_BPF)
		buf_printf(line, "%cbpf", separator);
}

static void add_append(struct strings *argv, const struct qemu_guest *guest)
{
	cleanup_free char *base = arch_machine_append(machine_of(guest), guest->accel);
	cleanup_buf struct buf line = {0};

	buf_puts(&line, base);
	if (guest->bpf != QEMU_LSM_USUAL)
		add_lsm(guest, &line);
	strings_add(argv, "-append");
	strings_addf(argv, "%s%s%s", buf_str(&line), *guest->append ? " " : "", guest->append);
}

static void add_job(struct strings *argv, const struct qemu_guest *guest)
{
	cleanup_free char *path = escape_commas(guest->job);

	guest->arch->job(argv, path);
}

/* Memory as a file and a monitor, for a guest that is saved or resumed. */
static void add_saved_memory(struct strings *argv, const struct qemu_guest *guest)
{
	cleanup_free char *path = escape_commas(guest->ram);

	strings_add(argv, "-object");
	strings_addf(argv, "memory-backend-file,id=ram,size=%uM,share=%s,mem-path=%s", guest->memory_mb,
	             guest->ram_shared ? "on" : "off", path);
	add(argv, "-machine", "memory-backend=ram");
	strings_add(argv, "-chardev");
	strings_addf(argv, "socket,id=monitor,fd=%d", guest->monitor_fd);
	add(argv, "-mon", "chardev=monitor,mode=control");
	if (*guest->state)
		add(argv, "-incoming", "defer");
}

void qemu_argv(const struct qemu_guest *guest, struct strings *argv)
{
	strings_add(argv, guest->arch->qemu);
	arch_machine_arguments(machine_of(guest), guest->accel, argv);
	strings_add(argv, "-m");
	strings_addf(argv, "%u", guest->memory_mb);
	if (guest->processors > 1) {
		strings_add(argv, "-smp");
		strings_addf(argv, "%u", guest->processors);
	}
	strings_add(argv, "-nodefaults");
	strings_add(argv, "-no-user-config");
	strings_add(argv, "-no-reboot");
	add(argv, "-display", "none");
	add(argv, "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
	add(argv, "-kernel", guest->kernel);
	add(argv, "-initrd", guest->initrd);
	add_append(argv, guest);
	/* append=on: without it QEMU truncates what it opens, which a pipe refuses. */
	add_path(argv, "-chardev", "file,append=on,id=" ARCH_CONSOLE ",path=", guest->console);
	guest->arch->console(argv);
	add_path(argv, "-chardev", "file,append=on,id=" ARCH_FRAMES ",path=", guest->frames);
	guest->arch->channel(argv);
	add_job(argv, guest);
	if (*guest->ram)
		add_saved_memory(argv, guest);
}
