/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/arch/image_flat.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "host/lib/unpack.h"

static const size_t kernel_max = 1u << 30;

enum {
	IMAGE_MAGIC = 56,
	IMAGE_HEADER_SIZE = 64,
	ZBOOT_MAGIC = 4,
	ZBOOT_PAYLOAD_OFFSET = 8,
	ZBOOT_PAYLOAD_SIZE = 12,
	PE_HEADER_OFFSET = 0x3c,
};

static uint32_t u32_at(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static bool is_image(const struct image_format *format, const char *bytes, size_t len)
{
	return len >= IMAGE_HEADER_SIZE && !memcmp(bytes + IMAGE_MAGIC, format->flat.magic, 4);
}

/* A PE file says whose it is: its machine follows the signature. */
static bool is_zboot(const struct image_format *format, const char *bytes, size_t len)
{
	uint32_t at;

	if (len < IMAGE_HEADER_SIZE || memcmp(bytes, "MZ", 2) || memcmp(bytes + ZBOOT_MAGIC, "zimg", 4))
		return false;
	at = u32_at(bytes + PE_HEADER_OFFSET);
	return at < len && len - at >= 8 && !memcmp(bytes + at, "PE\0\0", 4) &&
	       (u32_at(bytes + at + 4) & 0xffff) == format->flat.pe_machine;
}

/* Any file may be compressed: its first bytes tell. */
static bool is_gzipped_image(const struct image_format *format, const char *bytes, size_t len)
{
	char head[IMAGE_HEADER_SIZE];
	z_stream z = {.next_in = (void *)(uintptr_t)bytes,
	              .avail_in = len < 1 << 16 ? (unsigned)len : 1 << 16,
	              .next_out = (void *)head,
	              .avail_out = sizeof(head)};

	if (len < 2 || memcmp(bytes, "\x1f\x8b", 2) || inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return false;
	inflate(&z, Z_SYNC_FLUSH);
	inflateEnd(&z);
	return !z.avail_out && is_image(format, head, sizeof(head));
}

bool image_flat_is_packed(const struct image_format *format, const char *bytes, size_t len)
{
	return is_image(format, bytes, len) || is_zboot(format, bytes, len) || is_gzipped_image(format, bytes, len);
}

/* The error names the architecture as its images are called. */
static int unpack_payload(struct image *image, const char *payload, size_t len, struct error *err)
{
	struct buf *kernel = &image->kernel;
	int rc = unpack_stream(payload, len, kernel_max, kernel, err);

	if (rc)
		return error_prefix(err, "a kernel image of %s whose payload is ", image->arch->deb);
	if (!is_image(image->arch->image, kernel->data, kernel->len))
		return error_usage(err, "a kernel image of %s whose payload is not an Image", image->arch->deb);
	return 0;
}

static int unpack_zboot(struct image *image, struct error *err)
{
	const struct buf *packed = &image->packed;
	uint64_t at = u32_at(packed->data + ZBOOT_PAYLOAD_OFFSET), len = u32_at(packed->data + ZBOOT_PAYLOAD_SIZE);

	if (at + len > packed->len)
		return error_usage(err, "a truncated EFI kernel image (zboot): %zu bytes of at least %llu", packed->len,
		                   (unsigned long long)(at + len));
	return unpack_payload(image, packed->data + at, (size_t)len, err);
}

int image_flat_unpack(struct image *image, struct error *err)
{
	const struct image_format *format = image->arch->image;
	const struct buf *packed = &image->packed;
	int rc;

	if (is_image(format, packed->data, packed->len)) {
		image->kernel = image->packed;
		image->packed = (struct buf){0};
		rc = 0;
	} else if (is_zboot(format, packed->data, packed->len)) {
		rc = unpack_zboot(image, err);
	} else {
		rc = unpack_payload(image, packed->data, packed->len, err);
	}
	image->kernel_boots = true;
	return rc ? rc : image_read_flat(image, err);
}

bool image_flat_elf_boots(const char *notes, size_t len)
{
	(void)notes, (void)len;
	return false;
}
