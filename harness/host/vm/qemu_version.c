/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/qemu_version.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "host/lib/child.h"

int qemu_version_read(const struct arch *arch, char **version, struct error *err)
{
	const char *const argv[] = {arch->qemu, "--version", NULL};
	cleanup_child_result struct child_result said = {0};
	int rc = child_run(argv, NULL, &said, err);

	if (rc == -ENOENT)
		return error_set(err, ENOENT, "%s: not found; install QEMU (`make deps`, or the package %s)",
		                 arch->qemu, arch->qemu_package);
	if (rc)
		return rc;
	if (!child_ok(&said))
		return error_set(err, EIO, "%s --version: cannot run it: %s", arch->qemu, buf_str(&said.err));
	*version = xstrndup(buf_str(&said.out), strcspn(buf_str(&said.out), "\n"));
	return 0;
}
