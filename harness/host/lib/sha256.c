/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"

static char *digest_hex(struct sha256_ctx *ctx)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct buf hex = {0};

	sha256_digest(ctx, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		buf_printf(&hex, "%02x", digest[i]);
	return buf_steal(&hex);
}

char *sha256_bytes(const void *bytes, size_t len)
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, len, bytes);
	return digest_hex(&ctx);
}

int sha256_file(const char *path, char **hex, uint64_t *size, struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	const size_t chunk = 1 << 18;
	cleanup_free uint8_t *bytes = xcalloc(chunk, 1);
	struct sha256_ctx ctx;
	uint64_t total = 0;

	*hex = NULL;
	if (fd < 0)
		return error_set(err, errno, "%s: cannot open: %s", path, strerror(errno));
	sha256_init(&ctx);
	for (;;) {
		ssize_t n = read(fd, bytes, chunk);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, errno, "%s: cannot read: %s", path, strerror(errno));
		if (n == 0)
			break;
		sha256_update(&ctx, (size_t)n, bytes);
		total += (uint64_t)n;
	}
	*hex = digest_hex(&ctx);
	if (size)
		*size = total;
	return 0;
}
