/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/kernel_config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/unpack.h"

/* A directory may bear the name, as ~/.config does. */
static char *if_config(char *path)
{
	cleanup_buf struct buf text = {0};

	if (!kernel_config_read_path(path, &text, NULL))
		return path;
	free(path);
	return NULL;
}

/* The top of the tree that arch/ARCH/boot/IMAGE was built in, or NULL. */
static char *tree_of(const char *directory)
{
	const char *arch = NULL;

	for (const char *s = directory; (s = strstr(s, "arch/")); s++)
		arch = s;
	if (!arch || strcmp(arch + 5 + strcspn(arch + 5, "/"), "/boot/"))
		return NULL;
	return xstrndup(directory, (size_t)(arch - directory));
}

char *kernel_config_beside(const char *kernel)
{
	const char *name = io_basename(kernel), *release = strchr(name, '-');
	cleanup_free char *directory = xstrndup(kernel, (size_t)(name - kernel)), *tree = tree_of(directory);
	char *found = if_config(xasprintf("%s.config", kernel));

	if (!found && release)
		found = if_config(xasprintf("%sconfig-%s", directory, release + 1));
	if (!found)
		found = if_config(xasprintf("%s.config", directory));
	if (!found)
		found = if_config(xasprintf("%sconfig", directory));
	if (!found && tree)
		found = if_config(xasprintf("%s.config", tree));
	return found ? found : xstrdup("");
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : NULL;
}

static bool is_config(const char *text)
{
	for (const char *line = text; line; line = next_line(line))
		if (!strncmp(line, "CONFIG_", 7) && line[7 + strcspn(line + 7, "=\n")] == '=')
			return true;
	return false;
}

int kernel_config_read(int fd, struct buf *text, struct error *err)
{
	char bytes[16384];
	size_t before = text->len;
	gzFile file = gzdopen(fd, "r");
	int n;

	if (!file)
		return error_set(err, ENOMEM, "no memory to read a kernel's configuration");
	while ((n = gzread(file, bytes, sizeof(bytes))) > 0 && text->len - before <= KERNEL_CONFIG_MAX)
		buf_add(text, bytes, (size_t)n);
	gzclose(file);
	if (n < 0 || text->len - before > KERNEL_CONFIG_MAX || strlen(buf_str(text)) != text->len ||
	    !is_config(buf_str(text) + before))
		return error_usage(
		        err,
		        "is not a kernel's configuration; expected lines such as CONFIG_BPF=y, plain or compressed by gzip");
	return 0;
}

int kernel_config_read_path(const char *path, struct buf *text, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;

	if (fd < 0)
		return error_usage(err, "%s: %s", path, strerror(errno));
	rc = kernel_config_read(fd, text, err);
	return rc ? error_prefix(err, "%s ", path) : 0;
}

int kernel_config_read_kernel(const void *kernel, size_t len, struct buf *text)
{
	static const char begin[] = "IKCFG_ST\x1f\x8b"; /* kernel/configs.c, and what gzip begins with */
	const char *found = memmem(kernel, len, begin, sizeof(begin) - 1);
	const char *packed = found ? found + strlen("IKCFG_ST") : NULL;

	if (!packed)
		return -ENOENT;
	if (unpack_stream(packed, len - (size_t)(packed - (const char *)kernel), KERNEL_CONFIG_MAX, text, NULL)) {
		text->len = 0;
		return -ENOENT;
	}
	return 0;
}

const char *kernel_config_value(const char *text, const char *option, size_t *len)
{
	size_t name = strlen(option);

	for (const char *line = text; line; line = next_line(line)) {
		if (strncmp(line, option, name) || line[name] != '=')
			continue;
		*len = strcspn(line + name + 1, "\n");
		return line + name + 1;
	}
	return NULL;
}
