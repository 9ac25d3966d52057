/* SPDX-License-Identifier: BSD-2-Clause */
/* store_dir: the store's directory as a whole: its flocks, its lock file, its size. */
#ifndef COREMATRIX_HOST_STORE_STORE_DIR_H
#define COREMATRIX_HOST_STORE_STORE_DIR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "host/kernels/kernel_lock.h"

/*
 * Take DIR/.lock, making DIR first; waiting for another run is said in one line. The descriptor goes to *fd, and
 * closing it gives the lock back; workers inherit it, so the lock is free only when they are gone too. A directory that
 * cannot be written to is locked for reading, or not at all (*fd = -1): nobody can change it from here. Who has it
 * decides what rows mean and writes kernels.lock; nothing is fetched under it but indexes.
 */
int store_dir_lock(const char *dir, int *fd, struct error *err);

/*
 * The same with DIR/.use, which many have at once who build or boot entries (`alone` false), or one who removes some.
 * Taken before .lock.
 */
int store_dir_use(const char *dir, bool alone, int *fd, struct error *err);

/* DIR/kernels.lock, read and (only when its bytes change) replaced. */
int store_dir_read_lock_file(const char *dir, struct kernel_lock *lock, struct error *err);
int store_dir_write_lock_file(const char *dir, const struct kernel_lock *lock, struct error *err);

/* Bytes that the store takes on disk. */
int store_dir_size(const char *dir, uint64_t *bytes, struct error *err);

#endif
