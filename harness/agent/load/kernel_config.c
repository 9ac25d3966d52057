/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/kernel_config.h"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

static char *boot_path(void)
{
	struct utsname name;

	uname(&name);
	return xasprintf("/boot/config-%s", name.release);
}

int kernel_config_place(const struct job *job, struct error *err)
{
	cleanup_free char *path = boot_path();

	if (!job->config_size)
		return 0;
	mkdir("/boot", 0755);
	return io_replace_file(path, job->config, job->config_size, err);
}

char *kernel_config_text(void)
{
	cleanup_free char *path = boot_path();
	gzFile file = gzopen(path, "re"); /* plain files too */
	struct buf text = {0};
	char bytes[4096];
	int n;

	if (!file)
		file = gzopen("/proc/config.gz", "re");
	if (!file)
		return buf_steal(&text);
	while ((n = gzread(file, bytes, sizeof(bytes))) > 0)
		buf_add(&text, bytes, (size_t)n);
	gzclose(file);
	return buf_steal(&text);
}
