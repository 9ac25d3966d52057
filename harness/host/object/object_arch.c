/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/object_arch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/elf_file.h"
#include "base/io.h"
#include "base/text_end.h"
#include "host/lib/sha256.h"
#include "host/object/object.h"
#include "host/object/object_modules.h"

/* Length of what stands before ".bpf.o" or ".o"; 0 when the path ends in neither. */
static size_t stem_len(const char *path)
{
	size_t len = strlen(path);

	if (text_ends_with(path, ".bpf.o"))
		return len - strlen(".bpf.o");
	return text_ends_with(path, ".o") ? len - strlen(".o") : 0;
}

struct object_given object_given(const struct object *o, const struct arch *arch)
{
	const struct object_file *f = arch ? o->files[arch_index(arch)] : NULL;

	if (f)
		return (struct object_given){f->path, f->sha256, &f->bytes, &f->modules, true};
	return (struct object_given){o->path, o->sha256, &o->bytes, &o->modules, false};
}

char *object_arch_whole(const char *path)
{
	size_t len = stem_len(path);
	const struct arch *arch;

	for (size_t i = 0; len && (arch = arch_at(i)); i++) {
		cleanup_free char *ending = xasprintf(".%s%s", arch->deb, path + len);

		if (text_ends_with(path, ending))
			return xasprintf("%.*s%s", (int)(strlen(path) - strlen(ending)), path, path + len);
	}
	return NULL;
}

bool object_arch_is_part(const char *path)
{
	cleanup_free char *usual = object_arch_whole(path);

	return usual && !access(usual, F_OK);
}

static int check(const struct object_file *f, const struct arch *arch, struct error *err)
{
	struct elf_file elf;

	if (!elf_file_open(&elf, f->bytes.data, f->bytes.len) || elf.header.e_machine != EM_BPF ||
	    elf.header.e_type != ET_REL)
		return error_usage(err, "%s: is no BPF object; remove it, or compile it with clang -target bpf",
		                   f->path);
	if (elf.header.e_ident[EI_DATA] != arch->elf_data)
		return error_usage(
		        err,
		        "%s: is of the byte order that kernels of %s do not have; compile it with clang -target bpf%s",
		        f->path, arch->deb, arch->elf_data == ELFDATA2LSB ? "el" : "eb");
	return 0;
}

static int read_one(char *path, const struct arch *arch, struct object_file **file, struct error *err)
{
	struct object_file *f = *file = xcalloc(1, sizeof(*f));

	f->path = path;
	if (io_read_file(path, OBJECT_ALONE_MAX_BYTES, &f->bytes, err)) {
		err->status = EXIT_USAGE;
		return -err->code;
	}
	if (check(f, arch, err))
		return -err->code;
	f->sha256 = sha256_bytes(f->bytes.data, f->bytes.len);
	object_modules_find(f->bytes.data, f->bytes.len, &f->modules);
	return 0;
}

int object_arch_read(const char *path, struct object_file **files, struct error *err)
{
	size_t len = stem_len(path);
	const struct arch *arch;
	int rc = 0;

	for (size_t i = 0; !rc && len && (arch = arch_at(i)); i++) {
		cleanup_free char *other = xasprintf("%.*s.%s%s", (int)len, path, arch->deb, path + len);

		if (!access(other, F_OK))
			rc = read_one(steal_ptr(other), arch, &files[i], err);
	}
	return rc;
}

int object_arch_write(struct object_file *const *files, const char *dir, const char *name, struct error *err)
{
	const struct arch *arch;
	int rc = 0;

	for (size_t i = 0; !rc && (arch = arch_at(i)); i++) {
		cleanup_free char *path = xasprintf("%s/%s.%s.bpf.o", dir, name, arch->deb);

		if (files[i])
			rc = io_replace_file(path, files[i]->bytes.data, files[i]->bytes.len, err);
	}
	return rc;
}

static struct object_file *copy_one(const struct object_file *from)
{
	struct object_file *f = xcalloc(1, sizeof(*f));

	f->path = xstrdup(from->path);
	f->sha256 = xstrdup(from->sha256);
	buf_add(&f->bytes, from->bytes.data, from->bytes.len);
	for (size_t i = 0; i < from->modules.count; i++)
		strings_add(&f->modules, from->modules.at[i]);
	return f;
}

void object_arch_copy(struct object_file **to, struct object_file *const *from)
{
	for (size_t i = 0; i < ARCH_MAX; i++)
		to[i] = from[i] ? copy_one(from[i]) : NULL;
}

void object_arch_free(struct object_file **files)
{
	for (size_t i = 0; i < ARCH_MAX; i++) {
		struct object_file *f = files[i];

		if (!f)
			continue;
		free(f->path);
		free(f->sha256);
		buf_free(&f->bytes);
		strings_free(&f->modules);
		free(f);
		files[i] = NULL;
	}
}
