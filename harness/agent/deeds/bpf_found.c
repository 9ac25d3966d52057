/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/bpf_found.h"

#include <bpf/bpf.h>

#include "base/cleanup.h"

int bpf_found_maps(uint32_t type, bpf_found_fn *fn, void *arg)
{
	int found = 0, rc;

	for (uint32_t id = 0; bpf_map_get_next_id(id, &id) == 0;) {
		cleanup_close int fd = bpf_map_get_fd_by_id(id);
		struct bpf_map_info info = {0};
		uint32_t size = sizeof(info);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) || info.type != type)
			continue;
		if ((rc = fn(fd, info.key_size, arg)) < 0)
			return rc;
		found++;
	}
	return found;
}

int bpf_found_programs(uint32_t type, bpf_found_fn *fn, void *arg)
{
	int found = 0, rc;

	for (uint32_t id = 0; bpf_prog_get_next_id(id, &id) == 0;) {
		cleanup_close int fd = bpf_prog_get_fd_by_id(id);
		struct bpf_prog_info info = {0};
		uint32_t size = sizeof(info);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) || info.type != type)
			continue;
		if ((rc = fn(fd, 0, arg)) < 0)
			return rc;
		found++;
	}
	return found;
}
