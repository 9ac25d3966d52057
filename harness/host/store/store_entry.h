/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_entry: one kernel in the store: the directory images/NAME/ and its record.json. It builds an entry beside its
 * place and renames it when it is whole, and tells whether one is whole. Only store.h calls it, with the store's lock
 * held. It decides nothing about which kernel is wanted.
 */
#ifndef COREMATRIX_HOST_STORE_STORE_ENTRY_H
#define COREMATRIX_HOST_STORE_STORE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "host/arch/arch.h"
#include "host/lib/strings.h"
#include "host/source/source.h"

/* A file of an entry. */
enum entry_file {
	ENTRY_KERNEL, /* uncompressed */
	ENTRY_BTF,
	ENTRY_CONFIG,
	ENTRY_PACKED, /* as it came, when that was compressed */
	ENTRY_FILE_COUNT,
};

/* record.json: what an entry is. Strings are never NULL in a record that entry_read filled. */
struct entry_record {
	char *release;
	const struct arch *arch;
	char *package, *version; /* "" for a user's file */
	char *package_sha256;
	bool kernel_boots; /* QEMU boots ENTRY_KERNEL, else ENTRY_PACKED */
	struct entry_file_record {
		bool present;
		uint64_t size;
		char *sha256; /* "" when not present */
	} files[ENTRY_FILE_COUNT];
};

/* The name of a file within the entry, which for the kernel's two forms is its architecture's. */
const char *entry_file_name(const struct entry_record *record, enum entry_file f);

void entry_record_free(struct entry_record *record);
#define cleanup_entry_record __attribute__((cleanup(entry_record_free)))

/*
 * Read DIR/NAME/record.json and check that every file is there with its size. -ENOENT when there is no entry at all;
 * -EINVAL when it is damaged, `err` saying how.
 */
int entry_read(const char *dir, const char *name, struct entry_record *record, struct error *err);

/* Hash every file of an entry that entry_read accepted. 0, or -EINVAL with `err` naming the first that differs. */
int entry_verify(const char *dir, const char *name, const struct entry_record *record, struct error *err);

/* What to build an entry from: a package of a source, or (when NULL) a file of the user's. */
struct entry_source {
	const struct kernel_source *source;
	const struct kernel_package *package;
	const char *path;              /* user's file */
	const char *sha256;            /* of that file, as it was when the row was looked at */
	const struct strings *modules; /* to be kept if the package has modules; NULL: none */
};

/*
 * Build DIR/NAME: fetch, check hashes, unpack, write to DIR/.tmp-PID-NAME, record, rename. An entry of that name is
 * replaced. Runs in a worker process (child.h), for the bytes are anybody's. What is wrong with a user's file is a
 * usage error; what is wrong with a package is the environment's.
 */
int entry_build(const char *dir, const char *name, const struct entry_source *source, struct error *err);

/* Remove what killed builds left in DIR. The caller holds the store's lock, so nobody is building. */
int entry_remove_stale(const char *dir, struct error *err);

#endif
