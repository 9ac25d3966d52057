/* SPDX-License-Identifier: BSD-2-Clause */
/* kernels.txt: any bytes as a list, and the ids and specs of what was understood. */
#include "tests/fuzz.h"

#include "host/kernels/kernel_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	cleanup_kernel_list struct kernel_list list = {0};
	cleanup_free void *copy = fuzz_copy(bytes, len);
	cleanup_error struct error err = {0};
	int rc = kernel_list_parse(copy, len, "kernels.txt", &list, &err);

	fuzz_check_error(rc, &err);
	FUZZ_HOLDS(rc ? !list.count : list.count > 0);
	for (size_t i = 0; i < list.count; i++) {
		cleanup_free char *spec = kernel_row_spec(&list.rows[i]);

		/* an id becomes a directory's name */
		FUZZ_HOLDS(*list.rows[i].id && !strchr(list.rows[i].id, '/') && *list.rows[i].id != '.');
		FUZZ_HOLDS(*spec);
		for (size_t k = 0; k < i; k++)
			FUZZ_HOLDS(strcmp(list.rows[i].id, list.rows[k].id));
	}
	return 0;
}
