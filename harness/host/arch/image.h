/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image: what is inside a kernel image: whose it is, the kernel uncompressed, its BTF, its release, and which of its
 * forms QEMU boots. Pure functions of untrusted bytes: every offset is checked. It knows nothing of packages and of the
 * store; how an architecture packs its kernels is in that architecture's file.
 */
#ifndef COREMATRIX_HOST_ARCH_IMAGE_H
#define COREMATRIX_HOST_ARCH_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/arch/arch.h"

/* What image_unpack makes of an image. Offsets are within `kernel`. */
struct image {
	const struct arch *arch;
	struct buf kernel;      /* uncompressed; bytes after an ELF's own (a relocation table) are kept */
	struct buf packed;      /* as it came, when that was packed */
	bool kernel_boots;      /* QEMU boots `kernel`, else `packed`, if there is one */
	size_t btf_at, btf_len; /* its BTF, 0 without */
	char *release;          /* what uname -r will say */
};

/* How an architecture packs its kernels. */
struct image_format {
	const char *what;                      /* for people: "a bzImage" */
	const char *kernel_name, *packed_name; /* what the store calls the two forms */
	/* Of one that is not an ELF file (image_flat.h): at 56 of an Image, and the machine of one that is packed for
	 * EFI. */
	struct {
		const char *magic;
		uint16_t pe_machine;
	} flat;
	/* Whether bytes begin like a packed kernel of this architecture. */
	bool (*is_packed)(const struct image_format *format, const char *bytes, size_t len);
	/* Unpack `packed` and fill in the rest. A usage error, without a path, for what is cut or corrupt. */
	int (*unpack)(struct image *image, struct error *err);
	/* Whether the notes of a kernel that is an ELF file have what QEMU needs to boot it. */
	bool (*elf_boots)(const char *notes, size_t len);
	/* What said in the store's former records that the kernel itself boots; NULL for who has none of these. */
	const char *former_key;
	const char *unbootable; /* what is wrong with an ELF file that does not boot */
};

/*
 * Take a packed kernel or an ELF vmlinux; `bytes` moves into the image either way. Anything else, a cut or corrupt one,
 * or one for an architecture that is not known is a usage error without a path. Free with image_free either way.
 */
int image_unpack(struct buf *bytes, struct image *image, struct error *err);

/* Whether QEMU boots one of its forms; else a usage error. */
int image_check_boots(const struct image *image, struct error *err);

void image_free(struct image *image);

/* Whether the bytes begin like a kernel image of any kind (the errors of image_unpack are then worth reading). */
bool image_is_kernel(const void *bytes, size_t len);

/* ---- for the files of the architectures ---- */

/* Read `kernel`, an ELF file: fills everything but `packed`. */
int image_read_elf(struct image *image, struct error *err);

/*
 * Read `kernel`, the bytes of a kernel as they are in memory, without a table of what is where: finds BTF and release.
 */
int image_read_flat(struct image *image, struct error *err);

/* Text up to the first blank when all of it is printable, else NULL; the caller frees it. */
char *image_first_word(const char *text, size_t len);

#endif
