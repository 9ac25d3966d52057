/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_entry: one kernel in the store: what the directory images/NAME/ holds, by its record.json, and whether it is
 * whole. It decides nothing about which kernel is wanted.
 */
#ifndef COREMATRIX_HOST_STORE_STORE_ENTRY_H
#define COREMATRIX_HOST_STORE_STORE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "host/arch/arch.h"

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

/* Write DIR/record.json of an entry that is being made. */
int entry_record_write(const char *dir, const struct entry_record *record, struct error *err);

#endif
