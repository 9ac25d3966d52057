/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/terms.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const verdicts[VERDICT_COUNT] = {
        [VERDICT_PASS] = "pass",     [VERDICT_DEGRADED] = "degraded", [VERDICT_UNPROVEN] = "unproven",
        [VERDICT_SILENT] = "silent", [VERDICT_WRONG] = "wrong",       [VERDICT_REJECTED] = "rejected",
        [VERDICT_INFRA] = "infra",
};

static const char *const evidences[EVIDENCE_COUNT] = {
        [EVIDENCE_UNKNOWN] = "unknown",   [EVIDENCE_NONE] = "none", [EVIDENCE_LOADED] = "loaded",
        [EVIDENCE_ATTACHED] = "attached", [EVIDENCE_RAN] = "ran",   [EVIDENCE_EVENTS] = "events",
        [EVIDENCE_TRUTH] = "truth",
};

static const char *const classes[CLASS_COUNT] = {
        [CLASS_NONE] = "",
        [CLASS_NO_KERNEL_BTF] = "no-kernel-btf",
        [CLASS_OBJECT_NO_BTF] = "object-no-btf",
        [CLASS_RELOCATION] = "relocation",
        [CLASS_AMBIGUOUS] = "ambiguous",
        [CLASS_HELPER] = "helper",
        [CLASS_KFUNC] = "kfunc",
        [CLASS_MAP_TYPE] = "map-type",
        [CLASS_PROG_TYPE] = "prog-type",
        [CLASS_ATTACH_TARGET] = "attach-target",
        [CLASS_VERIFIER] = "verifier",
        [CLASS_TOO_COMPLEX] = "too-complex",
        [CLASS_PERMISSION] = "permission",
        [CLASS_EXTERN] = "extern",
        [CLASS_OPEN] = "open",
        [CLASS_BUDGET] = "budget",
        [CLASS_OTHER] = "other",
        [CLASS_USER_TARGET] = "user-target",
        [CLASS_LOCKDOWN] = "lockdown",
};

static const char *const sides[SIDE_COUNT] = {
        [SIDE_UNKNOWN] = "",      [SIDE_KERNEL] = "kernel", [SIDE_OBJECT] = "object",
        [SIDE_LOADER] = "loader", [SIDE_GUEST] = "guest",
};

static const char *const outcomes[RELO_OUTCOME_COUNT] = {
        [RELO_SAME] = "same",       [RELO_MOVED] = "moved",     [RELO_RESIZED] = "resized",
        [RELO_DRIFT] = "drift",     [RELO_PRESENT] = "present", [RELO_ABSENT] = "absent",
        [RELO_GUARDED] = "guarded", [RELO_FATAL] = "fatal",     [RELO_AMBIGUOUS] = "ambiguous",
        [RELO_ERROR] = "error",     [RELO_LOCAL] = "local",     [RELO_NOT_ATTEMPTED] = "not-attempted",
};

static const char *const phases[PHASE_COUNT] = {
        [PHASE_OPEN] = "open", [PHASE_LOAD] = "load", [PHASE_ATTACH] = "attach",
        [PHASE_RUN] = "run",   [PHASE_DONE] = "done",
};

static const char *const sources[SOURCE_COUNT] = {
        [SOURCE_AUTO] = "auto", [SOURCE_RINGBUF] = "ringbuf", [SOURCE_PERFBUF] = "perfbuf", [SOURCE_PRINTK] = "printk",
        [SOURCE_NONE] = "none", [SOURCE_ITER] = "iter",       [SOURCE_MAP] = "map",
};

static const char *const workloads[WORKLOAD_GROUP_COUNT] = {
        [WORKLOAD_EXEC] = "exec",
        [WORKLOAD_FILE] = "file",
        [WORKLOAD_TCP] = "tcp",
        [WORKLOAD_FORK] = "fork",
        [WORKLOAD_UDP] = "udp",
        [WORKLOAD_SIGNAL] = "signal",
        [WORKLOAD_MMAP] = "mmap",
        [WORKLOAD_MOUNT] = "mount",
        [WORKLOAD_SETUID] = "setuid",
        [WORKLOAD_TIMER] = "timer",
        [WORKLOAD_CGROUP] = "cgroup",
        [WORKLOAD_DISK] = "disk",
        [WORKLOAD_MESSAGE] = "message",
        [WORKLOAD_SOCKOPT] = "sockopt",
        [WORKLOAD_SOCKMAP] = "sockmap",
        [WORKLOAD_REUSEPORT] = "reuseport",
        [WORKLOAD_CONGESTION] = "congestion",
        [WORKLOAD_DEVICE] = "device",
        [WORKLOAD_SYSCTL] = "sysctl",
        [WORKLOAD_LOOP] = "loop",
        [WORKLOAD_CALL] = "call",
        [WORKLOAD_PROGRAM] = "program",
        [WORKLOAD_WIRE] = "wire",
        [WORKLOAD_OOM] = "oom",
        [WORKLOAD_FUTEX] = "futex",
        [WORKLOAD_SYNC] = "sync",
        [WORKLOAD_ROUTE] = "route",
        [WORKLOAD_LIBRARY] = "library",
        [WORKLOAD_COMMAND] = "command",
        [WORKLOAD_BLOCK] = "block",
        [WORKLOAD_RECLAIM] = "reclaim",
        [WORKLOAD_SCHED] = "sched",
        [WORKLOAD_LOSS] = "loss",
        [WORKLOAD_TERMINAL] = "terminal",
        [WORKLOAD_SYSCALL] = "syscall",
        [WORKLOAD_FILESYSTEM] = "filesystem",
        [WORKLOAD_UNIX] = "unix",
        [WORKLOAD_NETLINK] = "netlink",
        [WORKLOAD_BPF] = "bpf",
        [WORKLOAD_DMABUF] = "dmabuf",
        [WORKLOAD_MIGRATE] = "migrate",
        [WORKLOAD_SEGMENT] = "segment",
};

/* enum bpf_core_relo_kind, include/uapi/linux/bpf.h; the names are core_relo_kind_str()'s in libbpf. */
static const char *const kinds[] = {
        "byte_off",       "byte_sz",       "field_exists",   "signed",      "lshift_u64",
        "rshift_u64",     "local_type_id", "target_type_id", "type_exists", "type_size",
        "enumval_exists", "enumval_value", "type_matches",
};

static const char *name_of(const char *const *table, size_t count, unsigned value)
{
	return value < count ? table[value] : "?";
}

static int parse(const char *const *table, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(table[i], name))
			return (int)i;
	return -1;
}

const char *verdict_name(enum verdict v)
{
	return name_of(verdicts, COUNT(verdicts), v);
}

const char *evidence_name(enum evidence e)
{
	return name_of(evidences, COUNT(evidences), e);
}

const char *reject_class_name(enum reject_class c)
{
	return name_of(classes, COUNT(classes), c);
}

const char *reject_side_name(enum reject_side s)
{
	return name_of(sides, COUNT(sides), s);
}

const char *relo_outcome_name(enum relo_outcome o)
{
	return name_of(outcomes, COUNT(outcomes), o);
}

const char *cell_phase_name(enum cell_phase p)
{
	return name_of(phases, COUNT(phases), p);
}

const char *event_source_name(enum event_source s)
{
	return name_of(sources, COUNT(sources), s);
}

const char *workload_group_name(enum workload_group w)
{
	return name_of(workloads, COUNT(workloads), w);
}

const char *relo_kind_name(unsigned kind)
{
	return name_of(kinds, COUNT(kinds), kind);
}

int verdict_parse(const char *name)
{
	return parse(verdicts, COUNT(verdicts), name);
}

int evidence_parse(const char *name)
{
	return parse(evidences, COUNT(evidences), name);
}

int reject_class_parse(const char *name)
{
	return parse(classes, COUNT(classes), name);
}

int reject_side_parse(const char *name)
{
	return parse(sides, COUNT(sides), name);
}

int relo_outcome_parse(const char *name)
{
	return parse(outcomes, COUNT(outcomes), name);
}

int cell_phase_parse(const char *name)
{
	return parse(phases, COUNT(phases), name);
}

int event_source_parse(const char *name)
{
	return parse(sources, COUNT(sources), name);
}

int workload_group_parse(const char *name)
{
	return parse(workloads, COUNT(workloads), name);
}
