/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * snapshot: guests that were stopped when ready, kept in the store so that a later run starts where they stopped. It
 * owns images/snapshots/: one directory per snapshot with the guest's memory, its devices' state and a record. It never
 * starts QEMU; vm does.
 *
 * A snapshot is used only when it is known to be what was saved: its key says what it was made from, and its files are
 * either untouched since (device, inode, size, times of modification and of change) or hash to what the record says.
 * Runs, and guests of one run, may find, save and remove the same one side by side: it comes and goes as a whole.
 */
#ifndef COREMATRIX_HOST_VM_SNAPSHOT_H
#define COREMATRIX_HOST_VM_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "host/vm/qemu.h"

/* Above this the snapshots that were not used for the longest time go. */
#define SNAPSHOT_MAX_BYTES (6ull << 30)

struct snapshot {
	char *directory; /* where it is, or is being made */
	char *place;     /* where it belongs; NULL when it is there */
	char *ram;
	char *state;
};

/*
 * What a saved guest depends on, hashed: the kernel, the initramfs, QEMU and its command line, the accelerator, the
 * host's processor, and who saved it. `guest` needs everything but job, frames and console. The caller frees it.
 */
char *snapshot_key(const struct qemu_guest *guest, const char *image_sha256, const char *qemu_version);

/*
 * The snapshot of that key, checked. Returns 0; -ENOENT when there is none; -EBADMSG when there was one that is not
 * what was saved, with `err` saying so: it is removed. Free with snapshot_free.
 */
int snapshot_find(const char *images, const char *key, struct snapshot *s, struct error *err);

/* Make room for a new one of `memory_mb` MiB; QEMU then writes `ram` and `state`. */
int snapshot_begin(const char *images, const char *key, unsigned memory_mb, struct snapshot *s, struct error *err);

/*
 * What `guest` is to start from: the saved guest that there is, `*found`, or room for one as snapshot_begin makes it.
 * `*note` is set when a saved guest had to be removed because it is not what was saved, else NULL; the caller frees it.
 * Returns 0 or a negative errno, when there is neither.
 */
int snapshot_open(const char *images, const struct qemu_guest *guest, const char *image_sha256,
                  const char *qemu_version, struct snapshot *s, bool *found, char **note, struct error *err);

/*
 * QEMU has saved it: hash, record, move into place. One of that key that came there meanwhile is kept and taken in its
 * stead. On failure it is gone.
 */
int snapshot_commit(struct snapshot *s, struct error *err);

/* Remove it. */
void snapshot_discard(struct snapshot *s);
void snapshot_free(struct snapshot *s);

/* Remove the snapshots unused for longest until `max_bytes` are left, and what killed runs left behind. */
int snapshot_trim(const char *images, uint64_t max_bytes, uint64_t *left, struct error *err);

#endif
