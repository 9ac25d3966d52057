/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/guest.h"

struct qemu_guest guest_of(const struct store_kernel *kernel, const struct kernel_row *row, const char *initrd,
                           enum accel accel)
{
	return (struct qemu_guest){
	        .arch = kernel->arch,
	        .accel = accel,
	        .kernel = kernel->image,
	        .initrd = initrd,
	        .append = row ? row->append : "",
	        .memory_mb = row && row->memory_mb ? row->memory_mb : GUEST_MEMORY_MB,
	        .processors = row && row->processors ? row->processors : 1,
	        .job = "",
	        .ram = "",
	        .state = "",
	};
}
