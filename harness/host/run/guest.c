/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/guest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/vm/initramfs.h"
#include "host/vm/qemu_version.h"

struct qemu_guest guest_of(const struct store_kernel *kernel, const struct kernel_row *row,
                           const struct guest_means *means)
{
	const unsigned lsm = row ? row->env.value[CIRCUMSTANCE_LSM] : 0;

	return (struct qemu_guest){
	        .arch = kernel->arch,
	        .accel = arch_accel(kernel->arch, means->accel),
	        .kernel = kernel->image,
	        .initrd = means->initrd[arch_index(kernel->arch)],
	        .append = row ? row->append : "",
	        .bpf = lsm == LSM_BPF    ? QEMU_LSM_BPF
	               : lsm == LSM_NONE ? QEMU_LSM_NO_BPF
	                                 : QEMU_LSM_USUAL,
	        .lsm = kernel->lsm ? kernel->lsm : "",
	        .memory_mb = row && row->memory_mb ? row->memory_mb : GUEST_MEMORY_MB,
	        .processors = row && row->processors ? row->processors : 1,
	        .job = "",
	        .ram = "",
	        .state = "",
	};
}

static int no_agent(const struct arch *arch, struct error *err)
{
	return error_usage(
	        err,
	        "this program carries no agent for guests of %s; `make deps all ARCHES=%s` installs what that takes and builds it in",
	        arch->name, arch->name);
}

/* The first row of a kernel of that architecture, or of a file when `file`; NULL: none. */
static const struct kernel_row *row_of(const struct kernel_list *list, const struct arch *arch, bool file)
{
	for (size_t i = 0; i < list->count; i++)
		if (file ? list->rows[i].kind == ROW_FILE
		         : list->rows[i].kind == ROW_PACKAGE && list->rows[i].arch == arch)
			return &list->rows[i];
	return NULL;
}

static int find_one(struct guest_means *m, const struct arch *arch, const struct kernel_list *list, struct error *err)
{
	const struct kernel_row *row = row_of(list, arch, false);
	cleanup_error struct error ignored = {0};
	bool maybe = !row && row_of(list, arch, true);
	int rc;

	if (!row && !(maybe && initramfs_has_agent(arch)))
		return 0;
	if (!initramfs_has_agent(arch)) {
		no_agent(arch, err);
		return error_prefix(err, "%s:%u: ", list->path, row->line);
	}
	rc = qemu_version_read(arch, &m->qemu[arch_index(arch)], row ? err : &ignored);
	return row ? rc : 0;
}

int guest_means_find(struct guest_means *m, const struct kernel_list *list, struct error *err)
{
	const struct arch *arch;
	int rc = 0;

	for (size_t i = 0; !rc && (arch = arch_at(i)); i++)
		rc = find_one(m, arch, list, err);
	return rc;
}

int guest_means_store(struct guest_means *m, const char *images, const char *directory, struct error *err)
{
	const struct arch *arch;
	int rc = 0;

	for (size_t i = 0; !rc && (arch = arch_at(i)); i++) {
		cleanup_error struct error why = {0};

		if (!m->qemu[i])
			continue;
		rc = initramfs_store(images, arch, &m->initrd[i], &why);
		if (rc == -EACCES || rc == -EROFS)
			rc = initramfs_store(directory, arch, &m->initrd[i], err);
		else if (rc)
			rc = error_set(err, why.code, "%s", why.text);
	}
	return rc;
}

int guest_means_check(const struct guest_means *m, const struct store_kernel *kernel, struct error *err)
{
	const struct arch *arch = kernel->arch;

	if (m->initrd[arch_index(arch)])
		return 0;
	if (initramfs_has_agent(arch))
		return error_set(err, ENOENT, "%s: its QEMU, %s, is not installed (package %s)", kernel->id, arch->qemu,
		                 arch->qemu_package);
	no_agent(arch, err);
	return error_prefix(err, "%s: ", kernel->id);
}

static char *joined(char *const texts[ARCH_MAX], bool base)
{
	struct buf out = {0};

	for (size_t i = 0; i < ARCH_MAX; i++)
		if (texts[i])
			buf_printf(&out, "%s%s", out.len ? "; " : "", base ? io_basename(texts[i]) : texts[i]);
	return buf_steal(&out);
}

/* One QEMU has several programs. */
char *guest_means_qemu(const struct guest_means *m)
{
	char *versions[ARCH_MAX] = {NULL};

	for (size_t i = 0; i < ARCH_MAX; i++) {
		versions[i] = m->qemu[i];
		for (size_t k = 0; k < i; k++)
			if (versions[k] && versions[i] && !strcmp(versions[k], versions[i]))
				versions[i] = NULL;
	}
	return joined(versions, false);
}

char *guest_means_agents(const struct guest_means *m)
{
	return joined(m->initrd, true);
}

void guest_means_free(struct guest_means *m)
{
	for (size_t i = 0; i < ARCH_MAX; i++) {
		free(m->qemu[i]);
		free(m->initrd[i]);
	}
	*m = (struct guest_means){0};
}
