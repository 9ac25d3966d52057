/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terms: the closed vocabularies that host, agent and reports share, each an enum with one table of names. The names
 * are part of the results schema: add at the end, never rename.
 */
#ifndef COREMATRIX_WIRE_TERMS_H
#define COREMATRIX_WIRE_TERMS_H

/* What a cell came to. Infra means that nothing was measured. */
enum verdict {
	VERDICT_PASS,
	VERDICT_DEGRADED,
	VERDICT_SILENT,
	VERDICT_WRONG,
	VERDICT_REJECTED,
	VERDICT_INFRA,
	VERDICT_UNPROVEN, /* nothing is wrong, and nothing was compared */
	VERDICT_COUNT,
};

/* How far a cell or a program came, each step counted by something other than the object itself. In ascending order. */
enum evidence {
	EVIDENCE_UNKNOWN, /* nobody measured it: results of former versions, cells that are infra */
	EVIDENCE_NONE,    /* not even loaded */
	EVIDENCE_LOADED,
	EVIDENCE_ATTACHED,
	EVIDENCE_RAN,    /* the kernel ran it while the workloads happened, and because of them */
	EVIDENCE_EVENTS, /* it handed something over */
	EVIDENCE_TRUTH,  /* a value or an effect was compared with the truth */
	EVIDENCE_COUNT,
};

/* Why an object was rejected. */
enum reject_class {
	CLASS_NONE,
	CLASS_NO_KERNEL_BTF,
	CLASS_OBJECT_NO_BTF,
	CLASS_RELOCATION,
	CLASS_AMBIGUOUS,
	CLASS_HELPER,
	CLASS_KFUNC,
	CLASS_MAP_TYPE,
	CLASS_PROG_TYPE,
	CLASS_ATTACH_TARGET,
	CLASS_VERIFIER,
	CLASS_TOO_COMPLEX,
	CLASS_PERMISSION,
	CLASS_EXTERN,
	CLASS_OPEN,
	CLASS_BUDGET,
	CLASS_OTHER,
	CLASS_USER_TARGET,
	CLASS_LOCKDOWN,
	CLASS_COUNT,
};

/* Who would have to be another for a rejected object to be accepted. */
enum reject_side {
	SIDE_UNKNOWN,
	SIDE_KERNEL, /* it lacks something */
	SIDE_OBJECT, /* it is mistaken */
	SIDE_LOADER, /* it is older than what the object uses */
	SIDE_GUEST,  /* a file is not in it that the object is for */
	SIDE_COUNT,
};

/* What became of one CO-RE relocation. */
enum relo_outcome {
	RELO_SAME,
	RELO_MOVED,
	RELO_RESIZED,
	RELO_DRIFT,
	RELO_PRESENT,
	RELO_ABSENT,
	RELO_GUARDED,
	RELO_FATAL,
	RELO_AMBIGUOUS,
	RELO_ERROR,
	RELO_LOCAL,
	RELO_NOT_ATTEMPTED,
	RELO_OUTCOME_COUNT,
};

/* How far a cell came; the last phase entered is the one that failed unless it is PHASE_DONE. */
enum cell_phase {
	PHASE_OPEN,
	PHASE_LOAD,
	PHASE_ATTACH,
	PHASE_RUN,
	PHASE_DONE,
	PHASE_COUNT,
};

/* How an object hands its events over. SOURCE_AUTO: ring buffer, else perf buffer, else iterators, else what is
 * printed, else maps, else none. */
enum event_source {
	SOURCE_AUTO,
	SOURCE_RINGBUF,
	SOURCE_PERFBUF,
	SOURCE_PRINTK,
	SOURCE_NONE,
	SOURCE_ITER, /* lines that an iterator prints when it is read, which is after each subject's deed */
	SOURCE_MAP,  /* entries of maps that are new or have changed after a subject's deed */
	SOURCE_COUNT,
};

/*
 * What the agent can make happen. One group holds several subjects, each with its own truth. An object names the groups
 * it wants; none named means all.
 */
enum workload_group {
	WORKLOAD_EXEC,       /* a process execs */
	WORKLOAD_FILE,       /* a file is created, written, read, renamed, removed */
	WORKLOAD_TCP,        /* a connection over the loopback, IPv4 and IPv6 */
	WORKLOAD_FORK,       /* a process forks; processes end with a status, or by a signal */
	WORKLOAD_UDP,        /* a datagram over the loopback, IPv4 and IPv6 */
	WORKLOAD_SIGNAL,     /* a process sends a signal, and gets one */
	WORKLOAD_MMAP,       /* memory and a file are mapped, protected, unmapped */
	WORKLOAD_MOUNT,      /* a tmpfs is mounted and unmounted, in a mount namespace of its own */
	WORKLOAD_SETUID,     /* a process gives up group and user, for which it needs two capabilities */
	WORKLOAD_TIMER,      /* a process sleeps, for a time and until a time */
	WORKLOAD_CGROUP,     /* a cgroup is made, a process moves into it and out, the cgroup is removed */
	WORKLOAD_DISK,       /* a process reads from a block device, where a module brings one */
	WORKLOAD_MESSAGE,    /* a datagram from a socket without a peer, IPv4 and IPv6; names are asked for */
	WORKLOAD_SOCKOPT,    /* a socket's option is set and got */
	WORKLOAD_SOCKMAP,    /* a connection whose ends are in the maps of sockets */
	WORKLOAD_REUSEPORT,  /* a datagram to a port that two sockets share */
	WORKLOAD_CONGESTION, /* a connection with the congestion control that was registered last */
	WORKLOAD_DEVICE,     /* a device's node is made and opened */
	WORKLOAD_SYSCTL,     /* a sysctl is read and written */
	WORKLOAD_LOOP,       /* a process works for a while */
	WORKLOAD_CALL,       /* a function is called that probes are put on */
	WORKLOAD_PROGRAM,    /* BPF programs that are there to be called are run */
	WORKLOAD_WIRE,       /* a datagram from one end of a wire to the other */
	WORKLOAD_OOM,        /* a process asks for more memory than its cgroup has, and is ended */
	WORKLOAD_FUTEX,      /* a process waits for another one */
	WORKLOAD_SYNC,       /* data is told to go to its disk */
	WORKLOAD_ROUTE,      /* a datagram to an address that has a route of its own */
	WORKLOAD_LIBRARY,    /* functions of the release's libc are called */
	WORKLOAD_COMMAND,    /* a program of the user's is run */
	WORKLOAD_BLOCK,      /* a block device is written, past the page cache and through it */
	WORKLOAD_RECLAIM,    /* the kernel is made to look for memory */
	WORKLOAD_SCHED,      /* tasks wait and wake each other, move, and want the same lock */
	WORKLOAD_LOSS,       /* nobody listens, data gets lost and is sent again, a connection is cut off */
	WORKLOAD_TERMINAL,   /* a line through a pseudo terminal, and one to a serial line */
	WORKLOAD_SYSCALL,    /* many of the other system calls */
	WORKLOAD_FILESYSTEM, /* what there is to do in a file system, in one of each kind */
	WORKLOAD_UNIX,       /* a datagram and a connection over Unix sockets with names */
	WORKLOAD_NETLINK,    /* a socket to the kernel is opened */
	WORKLOAD_BPF,        /* a map, a program and a link of BPF are made */
	WORKLOAD_DMABUF,     /* memory to be shared with devices is got */
	WORKLOAD_MIGRATE,    /* a connection's listener is closed before it is accepted */
	WORKLOAD_SEGMENT,    /* a datagram by way of a segment of IPv6 */
	WORKLOAD_GROUP_COUNT,
};

/* One of a set of groups, which is an uint64_t. */
#define WORKLOAD_BIT(group) (1ull << (unsigned)(group))

/* What an ini can ask of the agent before loading; see struct job_setting. */
enum setting_key {
	SETTING_EVENT,              /* value: name of the event struct in the object's BTF */
	SETTING_SOURCE,             /* value: a name of enum event_source */
	SETTING_WORKLOAD,           /* value: a name of enum workload_group; may be repeated */
	SETTING_RODATA,             /* name: a global variable; value: what it holds when the programs are loaded */
	SETTING_MAP_MAX_ENTRIES,    /* name: a map, here and below; value: a number */
	SETTING_MAP_KEY_SIZE,       /* value: bytes */
	SETTING_MAP_VALUE_SIZE,     /* value: bytes */
	SETTING_MAP_TYPE,           /* value: libbpf's name of a map type, "lru_hash" */
	SETTING_MAP_INNER,          /* value: the map whose shape the inner maps have */
	SETTING_MAP_PIN,            /* value: "no" */
	SETTING_MAP_AUTOCREATE,     /* value: "yes" or "no" */
	SETTING_PROGRAM_AUTOLOAD,   /* name: a program, here and below; value: "yes" or "no" */
	SETTING_PROGRAM_ATTACH_TO,  /* value: function, "category/tracepoint" or "binary:function" */
	SETTING_PROGRAM_TYPE,       /* value: libbpf's name of a program type, "kprobe" */
	SETTING_PERFBUF_FALLBACK,   /* value: the ring buffer that becomes a perf buffer where the kernel knows none */
	SETTING_LOADER,             /* value: path in the guest of the program that loads; bytes: loader_pack.h */
	SETTING_LOADER_ARGUMENT,    /* value: an argument, in order; name "0": what it is called by */
	SETTING_LOADER_ENVIRONMENT, /* name: a variable; value: its value */
	SETTING_LOADER_DIRECTORY,   /* value: where it is started */
	SETTING_LOADER_SECONDS,     /* value: how long it may run before it is stopped */
	SETTING_MOMENT,             /* value: "before" or "after": which side of an exec events speak of */
	SETTING_MODULE, /* value: a kernel module to load before the object is opened, in order; may be repeated */
	SETTING_SYSCTL, /* name: a file below /proc/sys, "net/ipv4/…"; value: what it holds while the workloads run */
	SETTING_EFFECT, /* name: a call; value: what it comes to, see effect_rule.h; may be repeated */
	SETTING_MAP_KEY_NAME, /* name: a map; value: what its key is, as a field would be called, or its members in C */
	SETTING_MAP_VALUE_NAME,    /* the same of its value */
	SETTING_EVENT_LAYOUT,      /* value: members of an event in C, see c_members.h */
	SETTING_EVENT_LINE,        /* value: a printed line with names in braces for its values; may be repeated */
	SETTING_PROGRAM_HOOK,      /* name: a program, here and below; value: a side or step of where it is attached:
	                              "egress" */
	SETTING_PROGRAM_PRIORITY,  /* value: a number, among others that are attached there */
	SETTING_PROGRAM_FREQUENCY, /* value: a number, how often a second it runs by a clock */
	SETTING_LOADER_OBJECT, /* name: of a BPF object that a loader carries; value: "OFFSET SIZE PATH", where it is */
	SETTING_COMMAND,       /* value: an argument of the program that `command` runs, in order; the first a path */
	SETTING_COMMAND_INPUT, /* value: what that reads on its standard input */
	SETTING_COMMAND_LIBRARIES,   /* value: directories of its libraries, colons between */
	SETTING_OUTPUT,              /* name: a key of [output]; value: its value, see output_rule.h; in their order */
	SETTING_PROGRAM_ATTACH_TYPE, /* name: a program; value: libbpf's name of an attach type, "tcx_egress" */
	SETTING_KEY_COUNT,
};

/* Each returns the term's name, or "?" for a number outside the vocabulary. */
const char *verdict_name(enum verdict v);
const char *evidence_name(enum evidence e);
const char *reject_class_name(enum reject_class c); /* "" for CLASS_NONE */
const char *reject_side_name(enum reject_side s);   /* "" for SIDE_UNKNOWN */
const char *relo_outcome_name(enum relo_outcome o);
const char *cell_phase_name(enum cell_phase p);
const char *event_source_name(enum event_source s);
const char *workload_group_name(enum workload_group w);
/* Name of a `enum bpf_core_relo_kind` number as libbpf's log prints it ("byte_off", …). */
const char *relo_kind_name(unsigned kind);

/* Each returns the term, or -1 when the name is not in the vocabulary. */
int verdict_parse(const char *name);
int evidence_parse(const char *name);
int reject_class_parse(const char *name);
int reject_side_parse(const char *name);
int relo_outcome_parse(const char *name);
int cell_phase_parse(const char *name);
int event_source_parse(const char *name);
int workload_group_parse(const char *name);

#endif
