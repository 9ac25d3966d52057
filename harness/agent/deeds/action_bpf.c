/* SPDX-License-Identifier: BSD-2-Clause */
/* Things of the kernel's that a process makes and holds until its end: of BPF, and memory to be shared with devices. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/dma-heap.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/device_node.h"
#include "base/cleanup.h"

static int kept_map = -1, kept_program = -1, kept_link = -1, kept_buffer = -1;

/* Hardly ever fired: when the kernel has run a program on demand. */
#define TRACEPOINT "bpf_test_finish"

static int program_load(void)
{
	const struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};

	return bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "cm_program", "Dual BSD/GPL", code,
	                     sizeof(code) / sizeof(code[0]), NULL);
}

/* All three, as their ids tell them apart. */
static int ids_view(struct action_result *out)
{
	struct view *v = scene_add(&out->scene);
	struct bpf_map_info map = {0};
	struct bpf_prog_info program = {0};
	struct bpf_link_info link = {0};
	uint32_t map_size = sizeof(map), program_size = sizeof(program), link_size = sizeof(link);

	if (bpf_obj_get_info_by_fd(kept_map, &map, &map_size) < 0 ||
	    bpf_obj_get_info_by_fd(kept_program, &program, &program_size) < 0 ||
	    bpf_obj_get_info_by_fd(kept_link, &link, &link_size) < 0)
		return action_failed(out, "info");
	view_number(v, VIEW_MAP_ID, map.id);
	view_number(v, VIEW_PROG_ID, program.id);
	view_number(v, VIEW_LINK_ID, link.id);
	return 0;
}

void action_bpf(const char *directory, struct action_result *out)
{
	(void)directory;
	kept_map = bpf_map_create(BPF_MAP_TYPE_HASH, "cm_map", sizeof(uint32_t), sizeof(uint64_t), 16, NULL);
	kept_program = kept_map < 0 ? -1 : program_load();
	kept_link = kept_program < 0 ? -1 : bpf_raw_tracepoint_open(TRACEPOINT, kept_program);
	if (kept_link < 0)
		action_failed(out, kept_map < 0 ? "map create" : kept_program < 0 ? "program load" : "link");
	else
		ids_view(out);
}

int action_bpf_end(void)
{
	close(kept_link);
	close(kept_program);
	close(kept_map);
	return 0;
}

#define HEAP "/sys/class/dma_heap/system/dev"
/* In bytes, three pages; nothing else here has this size. */
#define BUFFER_SIZE 12288

void action_dmabuf(const char *directory, struct action_result *out)
{
	struct dma_heap_allocation_data wish = {.len = BUFFER_SIZE, .fd_flags = O_RDWR | O_CLOEXEC};
	cleanup_close int heap = device_open(directory, HEAP, false, O_RDONLY, NULL);
	struct view *v;
	struct stat s;

	if (heap < 0) {
		out->skipped = access(HEAP, F_OK) < 0;
		action_failed(out, "open");
		return;
	}
	if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &wish) < 0) {
		action_failed(out, "alloc");
		return;
	}
	kept_buffer = (int)wish.fd;
	if (fstat(kept_buffer, &s) < 0) {
		action_failed(out, "fstat");
		return;
	}
	v = scene_add(&out->scene);
	view_number(v, VIEW_SIZE, BUFFER_SIZE);
	view_number(v, VIEW_INO, s.st_ino);
}

int action_dmabuf_end(void)
{
	close(kept_buffer);
	return 0;
}
