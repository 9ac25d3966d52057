/* SPDX-License-Identifier: BSD-2-Clause */
/* An object's ini: any text, and the job that carries its settings. */
#include "tests/fuzz.h"

#include "host/object/object_ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_free char *text = xstrndup((const char *)bytes, len);
	cleanup_error struct error err = {0};
	int rc = object_ini_parse(text, "object.ini", &ini, &err);

	fuzz_check_error(rc, &err);
	for (size_t i = 0; i < ini.rule_count; i++)
		FUZZ_HOLDS(ini.rules[i].kind < EXPECT_CONDITION_COUNT && *ini.rules[i].verdict);
	for (size_t i = 0; i < ini.setting_count; i++)
		FUZZ_HOLDS(ini.settings[i].name && ini.settings[i].value);
	return 0;
}
