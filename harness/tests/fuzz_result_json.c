/* SPDX-License-Identifier: BSD-2-Clause */
/* results.json: any text; what can be read can be written, and reads and is written the same again. */
#include "tests/fuzz.h"

#include "host/result/result_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	cleanup_error struct error err = {0};
	cleanup_free void *copy = fuzz_copy(bytes, len);
	cleanup_buf struct buf first = {0}, second = {0};
	struct result *r = NULL, *again = NULL;
	int rc = result_json_decode(copy, len, "results.json", &r, &err);

	fuzz_check_error(rc, &err);
	FUZZ_HOLDS((rc == 0) == (r != NULL));
	if (rc)
		return 0;
	FUZZ_HOLDS(!result_json_encode(r, &first, &err));
	FUZZ_HOLDS(!result_json_decode(first.data, first.len, "results.json", &again, &err));
	FUZZ_HOLDS(!result_json_encode(again, &second, &err));
	FUZZ_HOLDS(first.len == second.len && !memcmp(first.data, second.data, first.len));
	result_free(r);
	result_free(again);
	return 0;
}
