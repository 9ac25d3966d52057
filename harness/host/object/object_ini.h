/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_ini: NAME.ini beside NAME.bpf.o: what the harness has to know about an object that its bytes do not say. Owns
 * the file's grammar, with expect_rule and object_setting for their sections; whether a condition holds on a kernel is
 * expect's business.
 *
 *   [object]
 *   description = one line for people
 *   mechanism = field exists ; what it shows, for the table of mechanisms
 *   event = event            ; struct in the object's BTF that an event is
 *   source = ringbuf         ; auto (default), ringbuf, perfbuf, printk, iter, none
 *   workload = exec          ; exec, file, tcp, fork, udp, signal, mmap, mount, setuid, timer, cgroup, disk; several:
 *                            ; commas; none named: those that the programs are attached to, else all
 *   control = yes            ; must fail somewhere: a control that passes is an error
 *   moment = after           ; which side of an exec its events speak of, where its attach points do not tell:
 *                            ; before, after
 *   require = ran            ; less evidence is unexpected, where the object is not expected to fail: loaded, attached,
 *                            ; ran, events, truth
 *   perfbuf_fallback = events          ; this ring buffer becomes a perf buffer where the kernel has no ring buffers
 *   module = tcp_westwood    ; kernel modules to load before the object is opened, and unload after it; several: commas
 *
 *   [rodata]                 ; global variables, as they shall be when the programs are loaded; see
 * agent/load/variable.h min_us = 100             ; integers of all sizes, also 0x and negative targ_failed = yes ; bool
 *   target = /etc/passwd     ; char array
 *   ports = 80 443           ; array of integers
 *
 *   [maps]                   ; MAP.attribute
 *   start.max_entries = 10240
 *   stackmap.value_size = 1016         ; key_size likewise
 *   start.type = lru_hash    ; names as bpftool's
 *   outer.inner = prototype  ; maps in `outer` have the shape of map `prototype`
 *   shared.pin = no          ; do not pin it
 *   arena.autocreate = no    ; leave it out
 *
 *   [programs]               ; PROGRAM.attribute
 *   on_fault.autoload = no   ; leave it out; `yes` for one that its section leaves out ("?kprobe/…")
 *   read_entry.attach_to = ext4_file_read_iter         ; function of a kprobe, fentry, fexit or LSM program
 *   on_event.attach_to = sched/sched_switch            ; category/name of a tracepoint; name of a raw tracepoint
 *   on_malloc.attach_to = /usr/lib/libc.so.6:malloc    ; binary:function of a uprobe
 *   on_packet.attach_to = /                            ; cgroup of a cgroup program; the root is the only one
 *   classify.type = sched_cls                          ; where the section's name does not say it
 *
 *   [sysctl]                 ; what files below /proc/sys hold while the workloads run, and no longer
 *   net.ipv4.tcp_congestion_control = westwood
 *
 *   [expect]                 ; the last line whose condition holds decides; `default` when none does, else pass;
 *                            ; without this section pass, degraded and unproven are as expected
 *   default = pass
 *   moved task_struct.comm = wrong          ; its offset in the kernel differs from the one in the object's BTF
 *   missing task_struct.nope = rejected:relocation      ; the kernel has no such type or field
 *   exists bpf_foo.bar = degraded           ; the kernel has it
 *   kernel 5.10-* = rejected:map-type       ; glob on the kernel's id or release
 *   since 6.2 = degraded                    ; release's major.minor at least this
 *   before 5.15 = rejected:helper           ; release's major.minor less than this
 *
 * What is expected is a verdict ("pass", "degraded", "unproven", "wrong", "silent", "rejected", "rejected:CLASS"), or
 * several joined by `|`. Comments start with `;` anywhere or `#` at the start of a line.
 */
#ifndef COREMATRIX_HOST_OBJECT_OBJECT_INI_H
#define COREMATRIX_HOST_OBJECT_OBJECT_INI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "host/object/expect_rule.h"
#include "wire/job.h"
#include "wire/terms.h"

struct object_ini {
	char *event; /* "" when not given; this, description and mechanism are never NULL after a parse */
	enum event_source source;
	uint32_t workloads; /* a bit per enum workload_group, 0 = all */
	struct expect_rule *rules;
	size_t rule_count;
	bool control;
	bool expects;                 /* it has a section [expect] */
	enum evidence require;        /* EVIDENCE_UNKNOWN: it requires none */
	struct job_setting *settings; /* what to do before loading; whether the object has it, the guest finds out */
	size_t setting_count;
	char *description;
	char *mechanism;
};

/*
 * Read the file at `path`. Returns 0 with `ini` filled; -ENOENT with `ini` holding the defaults (an object needs no
 * ini) and `err` filled; another negative errno for a file that cannot be read; -EINVAL (error_usage) for mistakes: an
 * unknown section, key or value, all of them listed, each on its own line as PATH:LINE: what. On failure but -ENOENT
 * `ini` is empty. Free with object_ini_free in every case.
 */
int object_ini_read(const char *path, struct object_ini *ini, struct error *err);

/* The same for text that is in memory; `path` only names it in errors. Pure. */
int object_ini_parse(const char *text, const char *path, struct object_ini *ini, struct error *err);
void object_ini_free(struct object_ini *ini);
#define cleanup_object_ini __attribute__((cleanup(object_ini_free)))

#endif
