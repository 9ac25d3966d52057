/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/store_pin.h"

#include "base/cleanup.h"
#include "host/kernels/kernel_lock.h"
#include "host/store/store_dir.h"

int store_pin(const struct store_plan *plan, struct error *err)
{
	cleanup_kernel_lock struct kernel_lock lock = {0};
	cleanup_close int lock_fd = -1;
	int rc = store_dir_lock(plan->dir, &lock_fd, err);

	rc = rc ? rc : store_dir_read_lock_file(plan->dir, &lock, err);
	for (size_t i = 0; i < plan->count && !rc; i++) {
		const struct plan_row *r = &plan->rows[i];
		cleanup_free char *spec = kernel_row_spec(r->row);
		const struct lock_line line = {
		        .id = r->row->id,
		        .package = r->record.package,
		        .version = r->record.version,
		        .release = r->record.release,
		        .package_sha256 = r->record.package_sha256,
		        .image_sha256 = r->record.files[ENTRY_KERNEL].sha256,
		        .spec = spec,
		};

		if (r->state == PLAN_PRESENT)
			kernel_lock_set(&lock, &line);
	}
	return rc ? rc : store_dir_write_lock_file(plan->dir, &lock, err);
}
