/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/understood.h"

#include "agent/truth/compare.h"
#include "agent/truth/scene.h"
#include "agent/truth/self_check.h"

bool understood_field(const struct kconfig *kconfig, const struct event_layout *layout, size_t i)
{
	return compare_field_key(layout, i) >= 0 || scene_field_key(layout, i) >= 0 || self_check_field(layout, i) ||
	       kconfig_field(kconfig, layout->fields[i].path);
}

bool understood_layout(const struct kconfig *kconfig, const struct event_layout *layout)
{
	for (size_t i = 0; i < layout->count; i++)
		if (understood_field(kconfig, layout, i))
			return true;
	return false;
}

bool understood_whose(const struct capture_event *e)
{
	if (e->form != RECORD_ENTRY || !e->key_size)
		return true;
	for (size_t i = 0; i < e->layout->count; i++)
		if (compare_is_identity(compare_field_key(e->layout, i)))
			return true;
	return false;
}

bool understood_map(const struct kconfig *kconfig, const struct capture *capture)
{
	const struct event_layout *layout;

	for (size_t i = 0; (layout = capture_map_layout(capture, i)); i++)
		if (understood_layout(kconfig, layout))
			return true;
	return false;
}
