/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels of arm64: an Image, which QEMU boots, as it is or packed: Image.gz, or a program of EFI that unpacks it
 * (zboot). Documentation/arch/arm64/booting.rst, drivers/firmware/efi/libstub/zboot-header.S.
 */
#include <endian.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "host/arch/arch_arm64.h"
#include "host/lib/unpack.h"

static const size_t kernel_max = 1u << 30;

enum {
	IMAGE_MAGIC = 56,
	IMAGE_HEADER_SIZE = 64,
	ZBOOT_MAGIC = 4,
	ZBOOT_PAYLOAD_OFFSET = 8,
	ZBOOT_PAYLOAD_SIZE = 12,
	PE_HEADER_OFFSET = 0x3c,
	PE_MACHINE_ARM64 = 0xaa64,
};

static uint32_t u32_at(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static bool is_image(const char *bytes, size_t len)
{
	return len >= IMAGE_HEADER_SIZE && !memcmp(bytes + IMAGE_MAGIC, "ARM\x64", 4);
}

/* A PE file says whose it is: its machine follows the signature. */
static bool is_zboot(const char *bytes, size_t len)
{
	uint32_t at;

	if (len < IMAGE_HEADER_SIZE || memcmp(bytes, "MZ", 2) || memcmp(bytes + ZBOOT_MAGIC, "zimg", 4))
		return false;
	at = u32_at(bytes + PE_HEADER_OFFSET);
	return at < len && len - at >= 8 && !memcmp(bytes + at, "PE\0\0", 4) &&
	       (u32_at(bytes + at + 4) & 0xffff) == PE_MACHINE_ARM64;
}

/* Any file may be compressed: its first bytes tell. */
static bool is_gzipped_image(const char *bytes, size_t len)
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
	return !z.avail_out && is_image(head, sizeof(head));
}

static bool is_packed(const char *bytes, size_t len)
{
	return is_image(bytes, len) || is_zboot(bytes, len) || is_gzipped_image(bytes, len);
}

static int unpack_payload(const char *payload, size_t len, struct buf *kernel, struct error *err)
{
	int rc = unpack_stream(payload, len, kernel_max, kernel, err);

	if (rc)
		return error_prefix(err, "an arm64 kernel image whose payload is ");
	if (!is_image(kernel->data, kernel->len))
		return error_usage(err, "an arm64 kernel image whose payload is not an Image");
	return 0;
}

static int unpack_zboot(const struct buf *packed, struct buf *kernel, struct error *err)
{
	uint64_t at = u32_at(packed->data + ZBOOT_PAYLOAD_OFFSET), len = u32_at(packed->data + ZBOOT_PAYLOAD_SIZE);

	if (at + len > packed->len)
		return error_usage(err, "a truncated EFI kernel image (zboot): %zu bytes of at least %llu", packed->len,
		                   (unsigned long long)(at + len));
	return unpack_payload(packed->data + at, (size_t)len, kernel, err);
}

static int unpack(struct image *image, struct error *err)
{
	const struct buf *packed = &image->packed;
	int rc;

	if (is_image(packed->data, packed->len)) {
		image->kernel = image->packed;
		image->packed = (struct buf){0};
		rc = 0;
	} else if (is_zboot(packed->data, packed->len)) {
		rc = unpack_zboot(packed, &image->kernel, err);
	} else {
		rc = unpack_payload(packed->data, packed->len, &image->kernel, err);
	}
	image->kernel_boots = true;
	return rc ? rc : image_read_flat(image, err);
}

static bool elf_boots(const char *notes, size_t len)
{
	(void)notes, (void)len;
	return false;
}

const struct image_format arch_arm64_image = {
        .what = "an arm64 Image (plain, .gz, EFI zboot)",
        .kernel_name = "image",
        .packed_name = "image-packed",
        .is_packed = is_packed,
        .unpack = unpack,
        .elf_boots = elf_boots,
        .unbootable = "an arm64 vmlinux, which QEMU cannot boot; give the Image that belongs to it",
};
