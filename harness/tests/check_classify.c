/* SPDX-License-Identifier: BSD-2-Clause */
/* classify: texts that libbpf and the verifier really print, and what they must come to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/classify.h"
#include "host/judge/log_text.h"
#include "tests/suite.h"

/* A verifier log as libbpf 1.1.2 prints it. */
#define REFUSED(why, lines) \
	"libbpf: prog 'p': BPF program load failed: " why "\n" \
	"libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n" \
	"arg#0 reference type('UNKNOWN ') size cannot be determined: -22\n" \
	"0: R1=ctx() R10=fp0\n" \
	"; int p(void *ctx) { /* unknown func x#1, infinite loop detected */ } @ p.bpf.c:8\n" lines \
	"processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n" \
	"-- END PROG LOAD LOG --\n" \
	"libbpf: prog 'p': failed to load: -22\n" \
	"libbpf: failed to load object 'p.bpf.o'\n"

static const struct {
	enum cell_phase phase;
	int err;
	const char *reason, *log;
	enum reject_class class;
	const char *line;   /* part of the proving line */
	const char *advice; /* part of the advice */
} cases[] = {
        /* kernel BTF */
        {PHASE_LOAD, ESRCH, "", "libbpf: failed to find valid kernel BTF\nlibbpf: Error loading vmlinux BTF: -3\n",
         CLASS_NO_KERNEL_BTF, "failed to find valid kernel BTF", "CONFIG_DEBUG_INFO_BTF"},
        {PHASE_LOAD, ESRCH, "",
         "libbpf: Error loading vmlinux BTF: -ESRCH\nlibbpf: prog 'p': failed to find kernel BTF type ID of 'x': -3\n",
         CLASS_NO_KERNEL_BTF, "Error loading vmlinux BTF: -ESRCH", "BTF"},
        /* what 7.3 explains after its refusal is no proof, whatever it quotes */
        {PHASE_LOAD, EACCES, "",
         REFUSED("-EACCES",
                 "5: (0f) r6 += r1\n"
                 "math between ptr_ pointer and register with unbounded min value is not allowed\n\n"
                 "Verification failed: Register Type Safety: Pointer offset is not safe\n\nReason:\n"
                 "  The scalar offset used with R6 is unbounded.\n\nAt:\n  >>> 2 | /* back-edge from insn */\n\n"
                 "Suggestion:\n  Clamp or bounds-check the scalar offset before applying it.\n\n"),
         CLASS_VERIFIER, "math between ptr_ pointer", "without bounds"},
        {PHASE_LOAD, EACCES, "",
         REFUSED("-EACCES", "1: R1=ptr_sock()\n1: (69) r6 = *(u16 *)(r1 +830)\n"
                            "access beyond struct sock at off 830 size 2\n"),
         CLASS_VERIFIER, "access beyond struct sock", "sock at off 830"},
        {PHASE_LOAD, EACCES, "",
         REFUSED("-EACCES",
                 "access beyond the end of member gfp_mask (mend:68) in struct address_space with off 64 size 8\n"),
         CLASS_VERIFIER, "member gfp_mask", "another struct here"},
        {PHASE_LOAD, EINVAL, "",
         REFUSED("-EINVAL", "Attaching fexit/fsession/fmod_ret to __noreturn function 'do_exit' is rejected.\n"),
         CLASS_ATTACH_TARGET, "__noreturn function 'do_exit'", "fentry"},
        {PHASE_LOAD, EINVAL, "", REFUSED("-EINVAL", "Attaching fexit/fmod_ret to __noreturn functions is rejected.\n"),
         CLASS_ATTACH_TARGET, "__noreturn functions", "fentry"},
        {PHASE_LOAD, EINVAL, "", REFUSED("-EINVAL", "bpf_lsm_bprm_check_security is not sleepable\n"),
         CLASS_ATTACH_TARGET, "is not sleepable", "sleep at bpf_lsm_bprm_check_security"},
        {PHASE_LOAD, EINVAL, "", REFUSED("-EINVAL", "Only fentry/fexit/fmod_ret and lsm programs can be sleepable\n"),
         CLASS_PROG_TYPE, "programs can be sleepable", "only fentry/fexit/fmod_ret and lsm"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "tracing progs cannot use bpf_timer yet\n"),
         CLASS_VERIFIER, "tracing progs cannot use bpf_timer yet", "cannot use bpf_timer on this kernel"},
        {PHASE_LOAD, EOPNOTSUPP, "", REFUSED("-EOPNOTSUPP", "bpf_timer cannot be used for PREEMPT_RT.\n"),
         CLASS_VERIFIER, "bpf_timer cannot be used for PREEMPT_RT", "have no bpf_timer"},
        {PHASE_LOAD, EINVAL, "", REFUSED("-EINVAL", "pseudo btf_id 0 in ldimm64 isn't KIND_VAR.\n"), CLASS_EXTERN,
         "pseudo btf_id 0", "declare all of them with a type"},
        /* object BTF */
        {PHASE_OPEN, ENOENT, "", "libbpf: BTF is required, but is missing or corrupted.\n", CLASS_OBJECT_NO_BTF,
         "BTF is required, but is missing or corrupted.", "clang -g"},
        {PHASE_OPEN, ESRCH, "", "libbpf: failed to find BTF for extern 'CONFIG_HZ': -3\n", CLASS_OBJECT_NO_BTF,
         "extern 'CONFIG_HZ'", "CONFIG_HZ"},
        {PHASE_OPEN, ENOENT, "", "libbpf: failed to find BTF for extern 'bpf_dynptr_slice' [22] section: -2\n",
         CLASS_EXTERN, "extern 'bpf_dynptr_slice'", "declare it with __ksym"},
        {PHASE_OPEN, EINVAL, "BTF is required, but is missing or corrupted.", "", CLASS_OBJECT_NO_BTF,
         "BTF is required", "clang -g"},
        /* relocations */
        {PHASE_LOAD, EINVAL, "",
         "libbpf: prog 'p': relo #0: no matching targets found\n"
         "libbpf: prog 'p': relo #0: substituting insn #1 w/ invalid insn\n" REFUSED(
                 "Invalid argument", "0: (85) call bpf_get_current_task#35          ; R0=scalar()\n"
                                     "1: <invalid CO-RE relocation>\n"
                                     "failed to resolve CO-RE relocation <byte_off> [5] struct task_struct.nope (0:1 @ "
                                     "offset 4)\n"),
         CLASS_RELOCATION, "struct task_struct.nope", "bpf_core_field_exists"},
        {PHASE_LOAD, EINVAL, "", REFUSED("-EINVAL", "1: (85) call unknown#195896080\ninvalid func unknown#195896080\n"),
         CLASS_RELOCATION, "invalid func unknown#195896080", "guard"},
        {PHASE_LOAD, EACCES, "", REFUSED("EACCES", "1: (18) r10 = 0xbad2310\nframe pointer is read only\n"),
         CLASS_RELOCATION, "r10 = 0xbad2310", "guard"},
        {PHASE_LOAD, EINVAL, "", "libbpf: failed to perform CO-RE relocations: -22\n", CLASS_RELOCATION,
         "failed to perform CO-RE relocations", "compile"},
        {PHASE_LOAD, EINVAL, "",
         "libbpf: prog 'p': relo #0: field offset ambiguity: 16 != 24\nlibbpf: failed to perform CO-RE relocations: "
         "-22\n",
         CLASS_AMBIGUOUS, "field offset ambiguity: 16 != 24", "narrow"},
        {PHASE_LOAD, EINVAL, "", "libbpf: prog 'p': relo #0: relocation decision ambiguity: success 1 != failure 0\n",
         CLASS_AMBIGUOUS, "decision ambiguity", "narrow"},
        /* helpers */
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "0: (85) call unknown#9999\ninvalid func unknown#9999\n"),
         CLASS_HELPER, "invalid func unknown#9999", "number 9999"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "unknown func bpf_get_current_task_btf#158\n"),
         CLASS_HELPER, "unknown func bpf_get_current_task_btf#158", "bpf_get_current_task_btf#158"},
        {PHASE_LOAD, EINVAL, "", REFUSED("-EINVAL", "program of this type cannot use helper bpf_probe_read_user#112\n"),
         CLASS_HELPER, "cannot use helper", "helper bpf_probe_read_user#112"},
        {PHASE_LOAD, EINVAL, "",
         REFUSED("Invalid argument", "cannot call GPL-restricted function from non-GPL compatible program\n"),
         CLASS_HELPER, "GPL-restricted", "licence"},
        /* kfuncs and externs */
        {PHASE_LOAD, EINVAL, "",
         "libbpf: extern (func ksym) 'bpf_nosuch': not found in kernel or module BTFs\nlibbpf: failed to load object "
         "'p'\n",
         CLASS_KFUNC, "'bpf_nosuch'", "bpf_ksym_exists(bpf_nosuch)"},
        {PHASE_LOAD, EINVAL, "", REFUSED("-EINVAL", "kfunc 'bpf_nosuch' is referenced but wasn't resolved\n"),
         CLASS_KFUNC, "referenced but wasn't resolved", "no kfunc bpf_nosuch"},
        {PHASE_LOAD, EACCES, "",
         REFUSED("Permission denied", "1: (85) call bpf_task_acquire#65886\n"
                                      "calling kernel function bpf_task_acquire is not allowed\n"),
         CLASS_KFUNC, "bpf_task_acquire is not allowed", "kfunc bpf_task_acquire"},
        {PHASE_LOAD, EACCES, "",
         REFUSED("Permission denied", "1: (85) call #0                       ;\n2: (95) exit\nR0 !read_ok\n"),
         CLASS_KFUNC, "call #0", "weak kfunc"},
        {PHASE_LOAD, EINVAL, "", "libbpf: extern (var ksym) 'nosuch': not found in kernel BTF\n", CLASS_EXTERN,
         "'nosuch'", "variable nosuch"},
        {PHASE_LOAD, ESRCH, "", "libbpf: extern 'CONFIG_NOSUCH' (strong): not resolved\n", CLASS_EXTERN,
         "CONFIG_NOSUCH", "CONFIG_NOSUCH"},
        /* maps */
        {PHASE_LOAD, EINVAL, "",
         "libbpf: Error in bpf_create_map_xattr(m):Invalid argument(-22). Retrying without BTF.\n"
         "libbpf: map 'm': failed to create: Invalid argument(-22)\nlibbpf: failed to load object 'p'\n",
         CLASS_MAP_TYPE, "map 'm': failed to create", "map m"},
        {PHASE_LOAD, EINVAL, "", "libbpf: map 'm': failed to create: -EINVAL\n", CLASS_MAP_TYPE, "-EINVAL", "map m"},
        {PHASE_LOAD, EPERM, "", "libbpf: map 'm': failed to create: Operation not permitted(-1)\n", CLASS_PERMISSION,
         "Operation not permitted", "denied map m"},
        {PHASE_LOAD, EPERM, "", "libbpf: map 'm': failed to create: -EPERM\n", CLASS_PERMISSION, "-EPERM",
         "denied map m"},
        {PHASE_LOAD, ENOTSUP, "", "libbpf: map 'm': failed to create: Unknown error(-12345)\n", CLASS_MAP_TYPE,
         "-12345", "map m"},
        {PHASE_OPEN, EINVAL, "", "libbpf: prog 'p': bad map relo against 'old' in section 'lirc_mode2/maps'\n",
         CLASS_OPEN, "bad map relo against 'old'", "SEC(\".maps\")"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "BPF_STX uses reserved fields\n"), CLASS_VERIFIER,
         "BPF_STX uses reserved fields", "atomic"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "BPF_MOV uses reserved fields\n"), CLASS_VERIFIER,
         "BPF_MOV uses reserved fields", "extends the sign"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "BPF_ALU uses reserved fields\n"), CLASS_VERIFIER,
         "BPF_ALU uses reserved fields", "divides signed"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "BPF_NEG uses reserved fields\n"), CLASS_VERIFIER,
         "BPF_NEG uses reserved fields", "(BPF_NEG)"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "BPF_CALL uses reserved fields\n"), CLASS_KFUNC,
         "BPF_CALL uses reserved fields", "kfuncs: 5.13"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "unknown opcode 91\n"), CLASS_VERIFIER,
         "unknown opcode 91", "(opcode 91)"},
        {PHASE_LOAD, EACCES, "", REFUSED("Permission denied", "R1 invalid mem access 'trusted_ptr_or_null_'\n"),
         CLASS_VERIFIER, "trusted_ptr_or_null_", "may be NULL on this kernel"},
        {PHASE_LOAD, EACCES, "",
         REFUSED("Permission denied", "R1 type=trusted_ptr_or_null_ expected=ptr_, trusted_ptr_, rcu_ptr_\n"),
         CLASS_VERIFIER, "trusted_ptr_or_null_", "before passing it"},
        {PHASE_LOAD, EACCES, "", REFUSED("Permission denied", "dereference of modified ctx ptr R1 off=8 disallowed\n"),
         CLASS_VERIFIER, "modified ctx ptr", "constant offset from ctx"},
        {PHASE_LOAD, EINVAL, "",
         REFUSED("Invalid argument",
                 "At program exit the register R0 has smin=0 smax=255 should have been in [-4095, 0]\n"),
         CLASS_VERIFIER, "should have been in", "must be in [-4095, 0]"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "FOO is not supported yet\n"), CLASS_VERIFIER,
         "is not supported yet", "leave the program out"},
        {PHASE_ATTACH, EEXIST, "struct_ops 'mine' cannot be registered: File exists (-17)", "", CLASS_ATTACH_TARGET,
         "cannot be registered", "another name"},
        {PHASE_ATTACH, EOPNOTSUPP, "struct_ops 'mine' cannot be registered: Operation not supported (-95)", "",
         CLASS_ATTACH_TARGET, "cannot be registered", "does not register it"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "attach_btf_id 0 is not a supported struct\n"),
         CLASS_ATTACH_TARGET, "attach_btf_id 0", "struct_ops"},
        /* the same words for a section that libbpf passed over: not this kernel's fault */
        {PHASE_LOAD, EINVAL, "",
         "libbpf: elf: skipping unrecognized data section(6) .struct_ops.link\n" REFUSED(
                 "Invalid argument", "attach_btf_id 0 is not a supported struct\n"),
         CLASS_PROG_TYPE, "data section(6) .struct_ops.link", "libbpf 1.2"},
        {PHASE_LOAD, 524, "",
         "libbpf: elf: skipping unrecognized data section(6) .struct_ops.link\n"
         "libbpf: prog 'p': BPF program load failed: ERROR: strerror_r(524)=22\n"
         "libbpf: prog 'p': failed to load: -524\n",
         CLASS_PROG_TYPE, "data section(6) .struct_ops.link", "libbpf 1.2"},
        {PHASE_LOAD, EACCES, "",
         "libbpf: elf: skipping unrecognized data section(6) .struct_ops.link\n" REFUSED(
                 "Permission denied", "R1 invalid mem access 'scalar'\n"),
         CLASS_VERIFIER, "invalid mem access", "BPF_CORE_READ"},
        {PHASE_LOAD, EINVAL, "",
         REFUSED("Invalid argument", "The function bpf_lsm_x arg2 type STRUCT is unsupported.\n"), CLASS_ATTACH_TARGET,
         "arg2 type STRUCT", "kprobe"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "invalid kernel function btf_id 0\n"), CLASS_KFUNC,
         "invalid kernel function btf_id 0", "bpf_ksym_exists"},
        {PHASE_LOAD, EINVAL, "", "libbpf: extern (kcfg) 'LINUX_KERNEL_VERSION': failed to get kernel version\n",
         CLASS_EXTERN, "failed to get kernel version", "X.Y.Z"},
        {PHASE_LOAD, EINVAL, "", "libbpf: failed to open system Kconfig\n", CLASS_EXTERN,
         "failed to open system Kconfig", "config="},
        {PHASE_LOAD, EINVAL, "", "libbpf: extern (kcfg) 'LINUX_NEW': unrecognized virtual extern\n", CLASS_EXTERN,
         "unrecognized virtual extern", "LINUX_ names that this libbpf knows"},
        {PHASE_LOAD, EINVAL, "", "libbpf: extern (kcfg) 'CONFIG_X': value 'm' implies tristate or char type\n",
         CLASS_EXTERN, "implies tristate", "declare it as bool"},
        {PHASE_ATTACH, EACCES, "", "libbpf: prog 'p': failed to attach: Permission denied\n", CLASS_PERMISSION,
         "failed to attach: Permission denied", "lockdown"},
        {PHASE_ATTACH, EACCES, "",
         "libbpf: prog 'p': failed to attach to tracepoint 'syscalls/sys_enter_mount': Permission denied\n",
         CLASS_ATTACH_TARGET, "tracepoint 'syscalls/sys_enter_mount'", "tracepoint syscalls/sys_enter_mount has"},
        {PHASE_ATTACH, EACCES, "", "libbpf: prog 'p': failed to attach to tracepoint 'a/b': -EACCES\n",
         CLASS_ATTACH_TARGET, "tracepoint 'a/b'", "has fields"},
        {PHASE_ATTACH, EPERM, "", "libbpf: prog 'p': failed to attach to tracepoint 'a/b': Operation not permitted\n",
         CLASS_PERMISSION, "tracepoint 'a/b'", "lockdown"},
        {PHASE_ATTACH, 524, "", "libbpf: prog 'p': failed to attach: ERROR: strerror_r(-524)=22\n", CLASS_ATTACH_TARGET,
         "strerror_r(-524)", "more than six arguments"},
        {PHASE_ATTACH, EBUSY, "", "libbpf: prog 'p': failed to attach: Device or resource busy\n", CLASS_ATTACH_TARGET,
         "failed to attach: Device or resource busy", "notrace"},
        {PHASE_ATTACH, EOPNOTSUPP, "", "libbpf: prog 'p': failed to attach: Operation not supported\n",
         CLASS_ATTACH_TARGET, "failed to attach: Operation not supported", "(Operation not supported)"},
        {PHASE_LOAD, ENOMEM, "", "libbpf: map 'm': failed to create: Cannot allocate memory(-12)\n", CLASS_MAP_TYPE,
         "Cannot allocate memory", "memory="},
        {PHASE_LOAD, EPERM, "",
         "libbpf: permission error while running as root; try raising 'ulimit -l'? current value: 64.0 KiB\n"
         "libbpf: map 'm': failed to create: Operation not permitted(-1)\n",
         CLASS_PERMISSION, "ulimit -l", "RLIMIT_MEMLOCK"},
        {PHASE_LOAD, EINVAL, "", REFUSED("-EINVAL", "BPF map 'arena' is referenced but wasn't created\n"),
         CLASS_MAP_TYPE, "BPF map 'arena'", "map arena"},
        /* program types */
        {PHASE_LOAD, EINVAL, "",
         "libbpf: prog 'p': BPF program load failed: Invalid argument\nlibbpf: prog 'p': failed to load: -22\n",
         CLASS_PROG_TYPE, "BPF program load failed", "type or attach type"},
        {PHASE_LOAD, EINVAL, "",
         "libbpf: prog 'p': unrecognized ELF section name 'x/y'\n"
         "libbpf: prog 'p': missing BPF prog type, check ELF section name 'x/y'\n",
         CLASS_PROG_TYPE, "check ELF section name 'x/y'", "section x/y"},
        /* the log of an earlier program that loaded is not the failed one's */
        {PHASE_LOAD, EINVAL, "",
         "libbpf: prog 'a': -- BEGIN PROG LOAD LOG --\nR0 is fine\nprocessed 1 insns\n-- END PROG LOAD LOG --\n"
         "libbpf: prog 'b': BPF program load failed: -EINVAL\nlibbpf: prog 'b': failed to load: -22\n",
         CLASS_PROG_TYPE, "prog 'b': BPF program load failed", "newer than this kernel"},
        {PHASE_LOAD, EINVAL, "",
         "libbpf: prog 'a': -- BEGIN PROG LOAD LOG --\nR0 is fine\n"
         "libbpf: prog 'b': BPF program load failed: -EINVAL\nlibbpf: prog 'b': failed to load: -22\n",
         CLASS_PROG_TYPE, "prog 'b': BPF program load failed", "newer than this kernel"},
        {PHASE_LOAD, EINVAL, "",
         "libbpf: prog 'p': SEC(\"struct_ops\") program isn't referenced anywhere, did you forget to use it?\n",
         CLASS_OPEN, "isn't referenced anywhere", "no struct_ops map names program p"},
        /* attach targets */
        {PHASE_LOAD, EINVAL, "",
         "libbpf: prog 'p': no BTF-based attach target is specified, use bpf_program__set_attach_target()\n"
         "libbpf: prog 'p': failed to prepare load attributes: -EINVAL\nlibbpf: prog 'p': failed to load: -EINVAL\n",
         CLASS_ATTACH_TARGET, "no BTF-based attach target", "p.attach_to"},
        {PHASE_LOAD, ESRCH, "",
         "libbpf: prog 'p': failed to find kernel BTF type ID of 'blk_account_io_done': -3\n"
         "libbpf: prog 'p': failed to prepare load attributes: -3\nlibbpf: prog 'p': failed to load: -3\n",
         CLASS_ATTACH_TARGET, "'blk_account_io_done'", "no blk_account_io_done"},
        {PHASE_ATTACH, ENOENT, "",
         "libbpf: failed to open '/sys/kernel/tracing/events/a/b/id': No such file or directory\n"
         "libbpf: failed to determine tracepoint 'a/b' perf event ID: No such file or directory\n"
         "libbpf: prog 'p': failed to create tracepoint 'a/b' perf event: No such file or directory\n",
         CLASS_ATTACH_TARGET, "failed to determine tracepoint 'a/b'", "no tracepoint a/b"},
        {PHASE_ATTACH, ENOENT, "",
         "libbpf: prog 'p': failed to attach to raw tracepoint 'nosuch': No such file or directory\n",
         CLASS_ATTACH_TARGET, "raw tracepoint 'nosuch'", "no tracepoint nosuch"},
        {PHASE_ATTACH, ENOENT, "", "libbpf: prog 'p': failed to create kprobe 'nosuch+0x0' perf event: -ENOENT\n",
         CLASS_ATTACH_TARGET, "kprobe 'nosuch+0x0'", "no such symbol"},
        {PHASE_ATTACH, EACCES, "", "libbpf: prog 'p': failed to create kprobe 'f+0x0' perf event: -EACCES\n",
         CLASS_PERMISSION, "kprobe 'f+0x0'", "CAP_PERFMON"},
        {PHASE_ATTACH, EACCES, "",
         "libbpf: prog 'p': failed to create tracepoint 'a/b' perf event: Permission denied\n", CLASS_PERMISSION,
         "tracepoint 'a/b'", "CAP_PERFMON"},
        {PHASE_ATTACH, EPERM,
         "program 'p': failed to attach: a packet socket cannot be opened: Operation not permitted", "",
         CLASS_PERMISSION, "a packet socket cannot be opened", "(a packet socket cannot be opened)"},
        {PHASE_ATTACH, EACCES, "program 'p': failed to attach: a CPU's clock cannot be opened: Permission denied", "",
         CLASS_PERMISSION, "a CPU's clock cannot be opened", "(a CPU's clock cannot be opened)"},
        {PHASE_ATTACH, EOPNOTSUPP, "", "libbpf: map 'm': created successfully, fd=4\n", CLASS_ATTACH_TARGET,
         "phase attach failed without a message: Operation not supported", "SEC()"},
        {PHASE_ATTACH, EBUSY, "", "", CLASS_ATTACH_TARGET, "Device or resource busy", "attach elsewhere"},
        {PHASE_ATTACH, EACCES, "perf_event_open: Permission denied", "", CLASS_PERMISSION, "perf_event_open", "denies"},
        /* complexity */
        {PHASE_LOAD, E2BIG, "", REFUSED("Argument list too long", "BPF program is too large. Processed 1000001 insn\n"),
         CLASS_TOO_COMPLEX, "Processed 1000001 insn", "after 1000001 instructions"},
        {PHASE_LOAD, E2BIG, "", REFUSED("Argument list too long", "too many subprograms\n"), CLASS_TOO_COMPLEX,
         "too many subprograms", "256 functions"},
        {PHASE_LOAD, E2BIG, "", REFUSED("Argument list too long", "the call stack of 9 frames is too deep\n"),
         CLASS_TOO_COMPLEX, "call stack of 9 frames", "9 functions"},
        {PHASE_LOAD, E2BIG, "", REFUSED("-E2BIG", "The sequence of 8193 jumps is too complex.\n"), CLASS_TOO_COMPLEX,
         "8193 jumps", "branches"},
        {PHASE_LOAD, E2BIG, "", "libbpf: prog 'p': BPF program load failed: Argument list too long\n",
         CLASS_TOO_COMPLEX, "Argument list too long", "tail calls"},
        {PHASE_LOAD, E2BIG, "", "libbpf: prog 'p': BPF program load failed: -E2BIG\n", CLASS_TOO_COMPLEX, "-E2BIG",
         "split"},
        /* the verifier's other refusals */
        {PHASE_LOAD, EACCES, "",
         REFUSED("Permission denied", "1: (61) r0 = *(u32 *)(r1 +0)\nR1 invalid mem access 'scalar'\n"), CLASS_VERIFIER,
         "R1 invalid mem access 'scalar'", "BPF_CORE_READ"},
        {PHASE_LOAD, EACCES, "", REFUSED("-EACCES", "R1 invalid mem access 'inv'\n"), CLASS_VERIFIER, "'inv'",
         "BPF_CORE_READ"},
        {PHASE_LOAD, EACCES, "", REFUSED("-EACCES", "R0 invalid mem access 'map_value_or_null'\n"), CLASS_VERIFIER,
         "map_value_or_null", "NULL"},
        {PHASE_LOAD, EACCES, "", REFUSED("Permission denied", "invalid bpf_context access off=4000 size=4\n"),
         CLASS_VERIFIER, "off=4000", "context"},
        {PHASE_LOAD, EINVAL, "",
         REFUSED("Invalid argument",
                 "8: (5d) if r2 != r1 goto pc-5 infinite loop detected at insn 4\n"
                 "cur state: R1=0xfffffffb R2=scalar() R10=fp0 fp-8=mmmm????\nold state: R1=0xfffffffb R10=fp0\n"),
         CLASS_VERIFIER, "infinite loop detected at insn 4", "bpf_loop"},
        {PHASE_LOAD, EINVAL, "",
         REFUSED("Invalid argument", "number of funcs in func_info doesn't match number of subprogs\n"), CLASS_VERIFIER,
         "number of funcs", "5.13"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "back-edge from insn 9 to 3\n"), CLASS_VERIFIER,
         "back-edge from insn 9 to 3", "unroll"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "unreachable insn 12\n"), CLASS_VERIFIER,
         "unreachable insn 12", "guard"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "jump out of range from insn 2 to 900\n"), CLASS_VERIFIER,
         "jump out of range", "damaged"},
        {PHASE_LOAD, EACCES, "", REFUSED("Permission denied", "0: (95) exit\nR0 !read_ok\n"), CLASS_VERIFIER,
         "R0 !read_ok", "never set"},
        /* one that no row knows: the last line that is not the verifier's trace */
        {PHASE_LOAD, EINVAL, "",
         REFUSED("Invalid argument", "3: (85) call bpf_get_current_comm#16\ninvalid write to stack R1 off=-8 size=800\n"
                                     "verification time 88 usec\nstack depth 8\n"),
         CLASS_VERIFIER, "invalid write to stack R1 off=-8 size=800", "function's frame"},
        {PHASE_LOAD, EINVAL, "", REFUSED("Invalid argument", "R10=fp0\n R0_w=inv0 R10=fp0\nfrom 4 to 6: R0=1\n"),
         CLASS_VERIFIER, "arg#0 reference type", "full log"},
        /* opening */
        {PHASE_OPEN, 4001, "", "libbpf: elf: 'text.bpf.o' is not a proper ELF object\n", CLASS_OPEN,
         "elf: 'text.bpf.o' is not a proper ELF object", "clang -target bpf"},
        {PHASE_OPEN, 4001, "", "libbpf: elf: x86.bpf.o is not a valid eBPF object file\n", CLASS_OPEN,
         "not a valid eBPF object file", "clang -target bpf"},
        {PHASE_OPEN, EINVAL, "the agent's own words", "libbpf: loading object 'p' from buffer\n", CLASS_OPEN,
         "the agent's own words", "clang -target bpf"},
        /* nothing said */
        {PHASE_LOAD, EPERM, NULL, NULL, CLASS_PERMISSION,
         "phase load failed without a message: Operation not permitted", "lockdown"},
        {PHASE_ATTACH, ENOMEM, "program 'p': failed to attach: to a socket: Cannot allocate memory", "",
         CLASS_ATTACH_TARGET, "Cannot allocate memory", "optmem_max"},
        {PHASE_LOAD, EINVAL, "", "", CLASS_OTHER, "Invalid argument", "full log"},
        {PHASE_LOAD, 0, NULL, NULL, CLASS_OTHER, "no error number", "full log"},
        /* untrusted bytes */
        {PHASE_LOAD, EINVAL, "", "libbpf: map '\x1b[2J\xff': failed to create: -EINVAL\n", CLASS_MAP_TYPE,
         "map '\\x1b[2J\\xff'", "map \\x1b[2J\\xff"},
};

START_TEST(text_names_class_line_and_advice)
{
	struct rejection r;

	classify_rejection(cases[_i].phase, cases[_i].err, cases[_i].reason, cases[_i].log, "1.7.0", &r);
	ck_assert_msg(r.class == cases[_i].class, "class %s, not %s: %s", reject_class_name(r.class),
	              reject_class_name(cases[_i].class), r.line);
	ck_assert_msg(strstr(r.line, cases[_i].line) != NULL, "line \"%s\" lacks \"%s\"", r.line, cases[_i].line);
	ck_assert_msg(strstr(r.advice, cases[_i].advice) != NULL, "advice \"%s\" lacks \"%s\"", r.advice,
	              cases[_i].advice);
	ck_assert_msg(strstr(r.advice, "{}") == NULL, "advice \"%s\" has a hole", r.advice);
	ck_assert_msg(strncmp(r.line, "libbpf: ", 8) != 0, "line \"%s\" keeps libbpf's prefix", r.line);
	ck_assert(strchr(r.line, '\n') == NULL);
	rejection_free(&r);
}
END_TEST

/* What an ini asks for in vain is the object's, whatever the kernel. */
static const struct {
	enum cell_phase phase;
	const char *reason;
	enum reject_class class;
	const char *advice;
} mistakes[] = {
        {PHASE_OPEN, "the ini names a program \"p\"; the object has q", CLASS_OPEN, "correct the name"},
        {PHASE_OPEN, "the ini names a map \"m\"; the object has none", CLASS_OPEN, "correct the name"},
        {PHASE_ATTACH, "failed to attach: hook \"up\" is neither ingress nor egress", CLASS_ATTACH_TARGET, "`hook`"},
        {PHASE_ATTACH, "failed to attach: \"a/b\" is not a cgroup here; give \"/\"", CLASS_ATTACH_TARGET,
         "`attach_to`"},
        {PHASE_ATTACH, "failed to attach: there is no interface \"eth0\" in this guest; give \"lo\"",
         CLASS_ATTACH_TARGET, "`attach_to`"},
};

START_TEST(a_mistake_of_the_ini_is_no_lack_of_the_kernel)
{
	cleanup_rejection struct rejection r = {0};

	classify_rejection(mistakes[_i].phase, EINVAL, mistakes[_i].reason, "", NULL, &r);
	ck_assert_str_eq(reject_class_name(r.class), reject_class_name(mistakes[_i].class));
	ck_assert_int_eq(r.side, SIDE_OBJECT);
	ck_assert_msg(strstr(r.advice, mistakes[_i].advice) != NULL, "%s", r.advice);
}
END_TEST

/* The same words, of a section that some libbpf knows and of one that none does. */
static const struct {
	enum cell_phase phase;
	int err;
	const char *log;
	enum reject_class class;
	enum reject_side side;
	const char *advice;
	const char *libbpf;
} sides[] = {
        {PHASE_LOAD, EINVAL, REFUSED("-EINVAL", "bpf_lsm_bprm_check_security is not sleepable\n"), CLASS_ATTACH_TARGET,
         SIDE_KERNEL, "sleep at bpf_lsm_bprm_check_security", NULL},
        {PHASE_LOAD, EINVAL, REFUSED("-EINVAL", "Only fentry/fexit/fmod_ret and lsm programs can be sleepable\n"),
         CLASS_PROG_TYPE, SIDE_KERNEL, "only fentry/fexit/fmod_ret and lsm", NULL},
        {PHASE_LOAD, EPERM, "libbpf: prog 'p': BPF program load failed: -EPERM\n", CLASS_PERMISSION, SIDE_UNKNOWN,
         "lacks a capability", NULL},
        {PHASE_ATTACH, ENOENT, "libbpf: prog 'p': failed to resolve full path for 'libssl.so.3': -2\n",
         CLASS_USER_TARGET, SIDE_GUEST, "libssl.so.3 is not in this guest", NULL},
        {PHASE_ATTACH, ENOENT, "libbpf: prog 'p': failed to resolve full path for 'bash': -ENOENT\n", CLASS_USER_TARGET,
         SIDE_GUEST, "ship it with --ship PATH", NULL},
        {PHASE_ATTACH, ENOENT, "libbpf: elf: failed to open /opt/d: No such file or directory\n", CLASS_USER_TARGET,
         SIDE_GUEST, "/opt/d is not in this guest", NULL},
        {PHASE_ATTACH, ENOENT, "libbpf: failed to open /opt/d: No such file or directory\n", CLASS_USER_TARGET,
         SIDE_GUEST, "/opt/d is not in this guest", NULL},
        {PHASE_ATTACH, ENOENT, "libbpf: elf: failed to open /opt/d: -ENOENT\n", CLASS_USER_TARGET, SIDE_GUEST,
         "--ship FILE=/PATH", NULL},
        {PHASE_ATTACH, ENOENT, "libbpf: usdt: failed to open ELF binary '/opt/d': -2\n", CLASS_USER_TARGET, SIDE_GUEST,
         "/opt/d is not in this guest", NULL},
        {PHASE_ATTACH, ENOENT, "libbpf: elf: failed to find symbol 'f' in '/usr/bin/bash'\n", CLASS_USER_TARGET,
         SIDE_GUEST, "has no such function", NULL},
        {PHASE_ATTACH, ENOENT, "libbpf: usdt: no USDT notes section (.note.stapsdt) found in '/lib/libc.so.6'\n",
         CLASS_USER_TARGET, SIDE_GUEST, "built without USDTs", NULL},
        {PHASE_LOAD, EINVAL,
         "libbpf: prog 'p': missing BPF prog type, check ELF section name 'kprobe.session/vfs_read'\n", CLASS_PROG_TYPE,
         SIDE_LOADER, "libbpf 1.5 and later"},
        {PHASE_LOAD, EINVAL, "libbpf: prog 'p': missing BPF prog type, check ELF section name '?tcx/ingress'\n",
         CLASS_PROG_TYPE, SIDE_LOADER, "libbpf 1.3 and later"},
        {PHASE_LOAD, EINVAL, "libbpf: prog 'p': missing BPF prog type, check ELF section name 'kprobe.sessions/x'\n",
         CLASS_PROG_TYPE, SIDE_OBJECT, "correct the name in SEC()"},
        {PHASE_LOAD, EINVAL, "libbpf: prog 'p': missing BPF prog type, check ELF section name 'tcx/ingress/x'\n",
         CLASS_PROG_TYPE, SIDE_OBJECT, "correct the name in SEC()"},
        {PHASE_OPEN, EINVAL, "libbpf: prog 'p': bad data relo against section '.addr_space.1'\n", CLASS_OPEN,
         SIDE_LOADER, "libbpf 1.4 and later"},
        {PHASE_OPEN, EINVAL, "libbpf: prog 'p': bad data relo against section '.mine'\n", CLASS_OPEN, SIDE_OBJECT,
         "put the variable into .data"},
        {PHASE_LOAD, 0,
         "program on_exec: apply CO-RE relocations: can't read types: type id 11993: unknown kind: Unknown (19)\n",
         CLASS_NO_KERNEL_BTF, SIDE_LOADER, "cilium/ebpf"},
        {PHASE_LOAD, EINVAL,
         "libbpf: prog 'p': BPF program load failed: Invalid argument\nlibbpf: prog 'p': failed to load: -22\n",
         CLASS_PROG_TYPE, SIDE_KERNEL, "newer than this kernel"},
        {PHASE_LOAD, EINVAL, "libbpf: map 'm': failed to create: Invalid argument(-22)\n", CLASS_MAP_TYPE, SIDE_KERNEL,
         "map"},
        {PHASE_LOAD, EACCES, REFUSED("Permission denied", "R1 invalid mem access 'scalar'\n"), CLASS_VERIFIER,
         SIDE_UNKNOWN, "BPF_CORE_READ"},
        /* sections of data that it passes over, and then there is no map for the programs */
        {PHASE_LOAD, EINVAL,
         "libbpf: elf: skipping unrecognized data section(9) .struct_ops.link\n" REFUSED(
                 "Invalid argument", "attach_btf_id 0 is not a supported struct\n"),
         CLASS_PROG_TYPE, SIDE_LOADER, "libbpf 1.2 and later"},
        {PHASE_LOAD, EINVAL,
         "libbpf: elf: skipping unrecognized data section(9) ?.struct_ops.link\n" REFUSED(
                 "Invalid argument", "attach_btf_id 0 is not a supported struct\n"),
         CLASS_PROG_TYPE, SIDE_LOADER, "libbpf 1.4 and later"},
        {PHASE_LOAD, EINVAL,
         "libbpf: elf: skipping unrecognized data section(9) .mine\n" REFUSED(
                 "Invalid argument", "attach_btf_id 0 is not a supported struct\n"),
         CLASS_ATTACH_TARGET, SIDE_UNKNOWN, "struct_ops type"},
        /* kinds of maps, and what they are told by */
        {PHASE_OPEN, EINVAL, "libbpf: map 'arena': attr 'map_extra': expected PTR, got enum64.\n", CLASS_OPEN,
         SIDE_LOADER, "libbpf 1.4 and later", "v1.1"},
        {PHASE_OPEN, EINVAL, "libbpf: map 'm': attr 'max_entries': expected PTR, got int.\n", CLASS_OPEN, SIDE_OBJECT,
         "", "v1.1"},
        {PHASE_LOAD, EINVAL, REFUSED("Invalid argument", "arena's user address must be set via map_extra or mmap()\n"),
         CLASS_MAP_TYPE, SIDE_LOADER, "arenas", "v1.3"},
        {PHASE_LOAD, EINVAL, REFUSED("Invalid argument", "arena's user address must be set via map_extra or mmap()\n"),
         CLASS_VERIFIER, SIDE_UNKNOWN, "", "v1.7"},
        /* flavours, which a newer one leaves out before it looks */
        {PHASE_LOAD, ESRCH, "libbpf: extern (func ksym) 'bpf_x___v2': not found in kernel or module BTFs\n",
         CLASS_KFUNC, SIDE_LOADER, "flavour of kfunc bpf_x for", "v1.2"},
        {PHASE_LOAD, ESRCH, "libbpf: extern (func ksym) 'bpf_x___v2': not found in kernel or module BTFs\n",
         CLASS_KFUNC, SIDE_KERNEL, "no kfunc", "v1.3"},
        {PHASE_LOAD, ESRCH, "libbpf: extern (func ksym) 'bpf_x___v2': not found in kernel or module BTFs\n",
         CLASS_KFUNC, SIDE_KERNEL, "no kfunc", NULL},
        {PHASE_LOAD, ESRCH, "libbpf: extern (func ksym) 'bpf_x': not found in kernel or module BTFs\n", CLASS_KFUNC,
         SIDE_KERNEL, "no kfunc", "v1.2"},
        {PHASE_LOAD, EINVAL, "libbpf: struct_ops init_kern: struct tcp_ops___new is not found in kernel BTF\n",
         CLASS_ATTACH_TARGET, SIDE_LOADER, "flavour of struct_ops type tcp_ops for", "v1.3"},
        {PHASE_LOAD, EINVAL, "libbpf: struct_ops init_kern: struct tcp_ops___new is not found in kernel BTF\n",
         CLASS_ATTACH_TARGET, SIDE_UNKNOWN, "lacks that struct_ops type", "v1.4"},
        /* types of a kind that is to come: of the object when it is opened, else of the kernel */
        {PHASE_OPEN, EINVAL,
         "libbpf: unsupported BTF_KIND:20\nlibbpf: Error loading ELF section .BTF: -22.\n"
         "libbpf: BTF is required, but is missing or corrupted.\n",
         CLASS_OPEN, SIDE_LOADER, "a newer one", "v1.7"},
};

/* What the agent says of a program that it could not attach. */
static const struct {
	const char *reason, *advice;
} lacks[] = {
        {"failed to attach: the kernel does not know tcx, which came with 6.6", "too old for tcx"},
        {"failed to attach: the clsact queueing discipline (module sch_ingress) cannot be added: No such file",
         "sch_ingress and cls_bpf"},
        {"failed to attach: a pair of veth interfaces cannot be made: Operation not supported", "module = veth"},
};

START_TEST(what_the_kernel_lacks_to_attach_by_is_its_own)
{
	cleanup_rejection struct rejection r = {0};

	classify_rejection(PHASE_ATTACH, EOPNOTSUPP, lacks[_i].reason, "", NULL, &r);
	ck_assert_int_eq(r.class, CLASS_ATTACH_TARGET);
	ck_assert_int_eq(r.side, SIDE_KERNEL);
	ck_assert_msg(strstr(r.advice, lacks[_i].advice) != NULL, "%s", r.advice);
}
END_TEST

START_TEST(the_side_that_lacks_something_is_named)
{
	struct rejection r;

	classify_rejection(sides[_i].phase, sides[_i].err, "", sides[_i].log, sides[_i].libbpf, &r);
	ck_assert_str_eq(reject_class_name(r.class), reject_class_name(sides[_i].class));
	ck_assert_str_eq(reject_side_name(r.side), reject_side_name(sides[_i].side));
	ck_assert_msg(strstr(r.advice, sides[_i].advice) != NULL, "%s", r.advice);
	rejection_free(&r);
}
END_TEST

static const struct {
	const char *pattern, *line;
	bool fits;
	const char *captured;
} patterns[] = {
        {"abc", "xabcx", true, ""},    {"abc", "ab", false, ""},
        {"a*c", "xabbcx", true, "bb"}, {"a*c", "xabbx", false, ""},
        {"a*", "xabb", true, "bb"},    {"a* and *z", "a1 and 2z", true, "1"},
        {"a*b*c", "ab", false, ""},    {"'*': x", "map 'it's': x", true, "it's"},
        {"aa", "a", false, ""},        {"*b", "ab", true, "a"},
};

START_TEST(patterns_fit_in_order)
{
	struct span line = {patterns[_i].line, strlen(patterns[_i].line)}, captured;

	ck_assert_int_eq(span_fits(patterns[_i].pattern, line, &captured), patterns[_i].fits);
	if (patterns[_i].fits) {
		ck_assert_uint_eq(captured.len, strlen(patterns[_i].captured));
		ck_assert(!captured.len || memcmp(captured.at, patterns[_i].captured, captured.len) == 0);
	}
}
END_TEST

START_TEST(a_long_log_is_searched_to_its_end)
{
	cleanup_buf struct buf log = {0};
	struct rejection r;

	buf_puts(&log,
	         "libbpf: prog 'p': BPF program load failed: -EACCES\nlibbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n");
	for (int i = 0; i < 20000; i++)
		buf_printf(&log, "%d: (b7) r1 = 0                        ; R1=0 R10=fp0\n", i);
	buf_puts(&log, "R7 type=scalar expected=fp\nprocessed 20000 insns\n");
	classify_rejection(PHASE_LOAD, EACCES, "", buf_str(&log), NULL, &r);
	ck_assert_int_eq(r.class, CLASS_VERIFIER);
	ck_assert_str_eq(r.line, "R7 type=scalar expected=fp");
	rejection_free(&r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(text_names_class_line_and_advice, cases),
	        EACH(a_mistake_of_the_ini_is_no_lack_of_the_kernel, mistakes),
	        EACH(the_side_that_lacks_something_is_named, sides),
	        EACH(what_the_kernel_lacks_to_attach_by_is_its_own, lacks),
	        EACH(patterns_fit_in_order, patterns),
	        TEST(a_long_log_is_searched_to_its_end),
	};

	return suite_run("classify", tests, COUNT(tests));
}
