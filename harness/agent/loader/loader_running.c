/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/loader/loader_running.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent/load/load_cost.h"
#include "base/buf.h"

/* A loader may load without end. */
#define MAX_PROGRAMS 4096u

void loader_running_begin(struct loader_running *r)
{
	while (!bpf_prog_get_next_id(r->last, &r->last))
		;
}

void loader_running_look(struct loader_running *r)
{
	uint32_t id;

	while (r->counts.count < MAX_PROGRAMS && !bpf_prog_get_next_id(r->last, &id)) {
		int fd = bpf_prog_get_fd_by_id(id);

		r->last = id;
		if (fd < 0)
			continue;
		r->ids = xrealloc(r->ids, r->counts.count + 1, sizeof(*r->ids));
		r->ids[r->counts.count] = id;
		run_counts_add(&r->counts, fd);
	}
}

bool loader_running_any_ran(const struct loader_running *r)
{
	for (size_t i = 0; i < r->counts.count; i++) {
		struct bpf_prog_info info = {0};
		uint32_t size = sizeof(info);

		if (!bpf_obj_get_info_by_fd(r->counts.programs[i].fd, &info, &size) && info.run_cnt)
			return true;
	}
	return false;
}

int loader_running_find(const struct loader_running *r, uint32_t id)
{
	for (size_t i = 0; id && i < r->counts.count; i++)
		if (r->ids[i] == id)
			return (int)i;
	return -1;
}

bool loader_running_is_linked(const struct loader_running *r)
{
	uint32_t id = 0;
	bool ours = false;

	while (!ours && !bpf_link_get_next_id(id, &id)) {
		struct bpf_link_info info = {0};
		uint32_t size = sizeof(info);
		int fd = bpf_link_get_fd_by_id(id);

		ours = fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) &&
		       loader_running_find(r, info.prog_id) >= 0;
		if (fd >= 0)
			close(fd);
	}
	return ours;
}

void loader_running_fill(const struct loader_running *r, size_t index, struct program_fact *f)
{
	const struct run_counts *all = &r->counts;
	const struct run_count *p = &all->programs[index];

	f->run_cnt = p->total;
	f->workload_runs = p->deeds;
	f->noise_runs = all->quiet_ns ? p->quiet * all->deeds_ns / all->quiet_ns : 0;
	f->cost = load_cost_of(p->fd, "", 0);
	if (run_count_is_ours(p, all->deeds_ns, all->quiet_ns))
		f->evidence = EVIDENCE_RAN;
	/* however it was hung there; one of that type is called */
	f->attached |= p->total > 0 && strcmp(f->type, "syscall") != 0;
}

void loader_running_describe(const struct loader_running *r, size_t index, struct program_fact *f)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);
	const char *type;

	if (bpf_obj_get_info_by_fd(r->counts.programs[index].fd, &info, &size))
		info = (struct bpf_prog_info){0};
	type = libbpf_bpf_prog_type_str(info.type);
	f->name = xstrndup(info.name, strnlen(info.name, sizeof(info.name)));
	f->type = xstrdup(type ? type : "");
}

void loader_running_free(struct loader_running *r)
{
	for (size_t i = 0; i < r->counts.count; i++)
		close(r->counts.programs[i].fd);
	run_counts_free(&r->counts);
	free(r->ids);
	*r = (struct loader_running){0};
}
