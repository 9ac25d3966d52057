/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/classify.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/loader_age.h"
#include "host/judge/log_text.h"
#include "host/judge/verifier_advice.h"
#include "host/lib/text.h"
#include "wire/load_log.h"

#define AT(phase) (1u << (phase))
#define ANYWHERE (AT(PHASE_OPEN) | AT(PHASE_LOAD) | AT(PHASE_ATTACH))
#define LOADING AT(PHASE_LOAD)

/*
 * One text that names a failure. The first row that fits a line of the reason or the log decides, so the more specific
 * come first. `*` in a pattern is any text within the line; `{}` in the advice is what the first `*` stood for.
 */
struct row {
	enum reject_class class;
	unsigned phases;
	int err; /* the line must name this errno, as -22 or -EINVAL; 0: any */
	const char *pattern;
	const char *advice;
};

/* It would indent all of them anew when one of them changes. */
/* clang-format off */
static const struct row rows[] =
        {
                /* Without types nothing else can work, and what follows in the log is a
                   consequence. */
                {CLASS_NO_KERNEL_BTF, ANYWHERE, 0, "failed to find valid kernel BTF",
                 "the kernel was built without CONFIG_DEBUG_INFO_BTF: CO-RE needs its BTF in /sys/kernel/btf/vmlinux"},
                {CLASS_NO_KERNEL_BTF, ANYWHERE, 0, "Error loading vmlinux BTF:",
                 "the kernel was built without CONFIG_DEBUG_INFO_BTF: CO-RE needs its BTF in /sys/kernel/btf/vmlinux"},
                {CLASS_NO_KERNEL_BTF, ANYWHERE, 0, "failed to parse target BTF:",
                 "the kernel's BTF cannot be read: it lacks one, or its BTF is newer than this libbpf"},
                {CLASS_NO_KERNEL_BTF, ANYWHERE, 0, "failed to get target BTF:",
                 "the kernel's BTF cannot be read: it lacks one, or its BTF is newer than this libbpf"},
                {CLASS_OBJECT_NO_BTF, ANYWHERE, 0, "BTF is required, but is missing or corrupted",
                 "the object carries no BTF: compile it with clang -g, and do not strip .BTF (llvm-strip -g keeps it)"},
                {CLASS_OBJECT_NO_BTF, ANYWHERE, 0, "externs without BTF info are not supported",
                 "the object carries no BTF: compile it with clang -g, and do not strip .BTF (llvm-strip -g keeps it)"},
                {CLASS_EXTERN, ANYWHERE, 0, "failed to find BTF for extern '*' [*] section:",
                 "the extern {} is in no section that libbpf fills: declare it with __ksym or __kconfig, or link the object with the one that defines it (bpftool gen object)"},
                {CLASS_OBJECT_NO_BTF, ANYWHERE, 0, "failed to find BTF for extern '*'",
                 "the object has no BTF for its extern {}: compile it with clang -g"},

                {CLASS_AMBIGUOUS, ANYWHERE, 0, "field offset ambiguity:",
                 "several kernel types of that name disagree about the field: narrow the local type until one matches"},
                {CLASS_AMBIGUOUS, ANYWHERE, 0, "relocation decision ambiguity:",
                 "several kernel types of that name disagree: narrow the local type until one matches"},
                {CLASS_RELOCATION, ANYWHERE, 0, "failed to resolve CO-RE relocation *",
                 "this kernel has no such type or field: guard the access with bpf_core_field_exists() or bpf_core_type_exists(), and read older layouts through a flavour (struct x___old)"},
                {CLASS_RELOCATION, ANYWHERE, 0, "<invalid CO-RE relocation>",
                 "this kernel lacks the type or field of that instruction: guard the access with bpf_core_field_exists()"},
                {CLASS_RELOCATION, ANYWHERE, 0, "unknown#195896080",
                 "the instruction is one whose CO-RE relocation could not be resolved on this kernel: guard the access with bpf_core_field_exists()"},
                /* as cilium/ebpf marks a 64-bit one */
                {CLASS_RELOCATION, ANYWHERE, 0, "(18) r10 = 0xbad2310",
                 "the instruction is one whose CO-RE relocation could not be resolved on this kernel: guard the access with bpf_core_field_exists()"},
                {CLASS_RELOCATION, ANYWHERE, 0, "accesses field incorrectly",
                 "the kernel's field has another size or form than the load: read it with BPF_CORE_READ_BITFIELD_PROBED() or declare its type as the kernel does"},
                {CLASS_RELOCATION, ANYWHERE, 0, "failed to perform CO-RE relocations:",
                 "the object's relocation records do not fit its instructions or types: compile it again with a current clang"},

                {CLASS_KFUNC, ANYWHERE, 0, "extern (func ksym) '*': not found in kernel or module BTFs",
                 "this kernel has no kfunc {}: declare it __weak and call it only if bpf_ksym_exists({})"},
                {CLASS_KFUNC, ANYWHERE, 0, "extern (func ksym) '*': func_proto",
                 "this kernel's kfunc {} takes other arguments: declare one prototype per version as {}___v2 and choose with bpf_ksym_exists()"},
                {CLASS_KFUNC, ANYWHERE, 0, "kfunc '*' is referenced but wasn't resolved",
                 "this kernel has no kfunc {} and the call is not guarded: call it only if bpf_ksym_exists({})"},
                {CLASS_KFUNC, ANYWHERE, 0, "calling kernel function * is not allowed",
                 "this kernel has kfunc {}, but not for programs of this type: use another program type or a helper"},
                {CLASS_KFUNC, ANYWHERE, 0, "calling kernel function is not supported",
                 "this kernel cannot call kfuncs at all: fall back to a helper"},
                {CLASS_KFUNC, LOADING, 0, "invalid kernel function btf_id",
                 "the program calls a weak kfunc that this kernel lacks: call it only if bpf_ksym_exists()"},
                {CLASS_KFUNC, LOADING, 0, "invalid func unknown#2002000*",
                 "the program calls a kfunc that this kernel lacks: call it only if bpf_ksym_exists()"},
                /* libbpf before 1.3 leaves an unresolved weak kfunc as a call of number 0 */
                {CLASS_KFUNC, LOADING, 0, "(85) call #0 ",
                 "the program calls a weak kfunc that this kernel lacks: call it only if bpf_ksym_exists()"},
                {CLASS_EXTERN, LOADING, 0, "pseudo btf_id 0 in ldimm64 isn't KIND_VAR",
                 "the kernel's BTF lacks a weak variable that the object declares with a type; libbpf found its address among the kernel's symbols all the same, for which it looks when the object has an extern without a type: declare all of them with a type, or all as `extern const void NAME __ksym`"},
                {CLASS_EXTERN, ANYWHERE, 0, "extern '*' (strong): not resolved",
                 "{} is not known on this kernel: declare it __weak and handle the case that it is 0"},
                {CLASS_EXTERN, ANYWHERE, 0, "extern (var ksym) '*': not found in kernel BTF",
                 "this kernel exports no variable {}: declare it __weak and test its address before use"},
                {CLASS_EXTERN, ANYWHERE, 0, "extern (var ksym) '*': incompatible types",
                 "this kernel's variable {} has another type: declare it as `extern const void {} __ksym`"},
                {CLASS_EXTERN, ANYWHERE, 0, "extern (ksym) '*': resolution is ambiguous",
                 "this kernel has several symbols named {}: use a typed ksym or another symbol"},
                {CLASS_EXTERN, ANYWHERE, 0, "failed to open system Kconfig",
                 "the kernel's configuration is not available, neither as /boot/config-RELEASE nor as /proc/config.gz (CONFIG_IKCONFIG_PROC): name its file with config= in the list of kernels; a loader can give its text in bpf_object_open_opts.kconfig"},
                {CLASS_EXTERN, ANYWHERE, 0, "extern (kcfg) '*': failed to get kernel version",
                 "libbpf cannot derive {} from this kernel's release, which is not of the form X.Y.Z: use bpf_core_field_exists() and the like instead of the version"},
                {CLASS_EXTERN, ANYWHERE, 0, "extern (kcfg) '*': unrecognized virtual extern",
                 "libbpf has no value for {}: __kconfig externs are CONFIG_ options, or LINUX_ names that this libbpf knows; one of the latter may be __weak"},
                {CLASS_EXTERN, ANYWHERE, 0, "extern (kcfg) '*'",
                 "the kernel's setting {} has another type than its extern, __weak or not: declare it as bool, enum libbpf_tristate, char, an integer or char[], whichever it is"},

                {CLASS_PERMISSION, ANYWHERE, 0, "permission error while running as root; try raising 'ulimit -l'",
                 "memory for maps is limited before 5.11: raise RLIMIT_MEMLOCK before loading, or use smaller maps"},
                {CLASS_PERMISSION, ANYWHERE, EPERM, "map '*': failed to create:",
                 "the kernel denied map {}: it is locked down, or bpf() is restricted to fewer capabilities than the loader has"},
                {CLASS_PERMISSION, ANYWHERE, 0, "Lockdown: *",
                 "the kernel is locked down: start it without lockdown, or use only what lockdown permits"},
                {CLASS_MAP_TYPE, ANYWHERE, ENOMEM, "map '*': failed to create:",
                 "the guest has too little memory for map {}: give its kernel memory= in the kernel list, or make the map smaller"},
                {CLASS_MAP_TYPE, ANYWHERE, 0, "map '*': failed to create:",
                 "this kernel refuses map {}: its type, a flag or its key and value are newer than the kernel; test with bpf_core_enum_value_exists(enum bpf_map_type, BPF_MAP_TYPE_X) and switch it off with bpf_map__set_autocreate()"},
                {CLASS_MAP_TYPE, ANYWHERE, 0, "map '*': failed to create inner map:",
                 "this kernel refuses the inner map of {}: its type or flags are newer than the kernel"},
                {CLASS_MAP_TYPE, ANYWHERE, 0, "BPF map '*' is referenced but wasn't created",
                 "the program uses map {}, which was not created on this kernel: guard its use as its creation is guarded"},

                {CLASS_ATTACH_TARGET, ANYWHERE, 0, "failed to find kernel BTF type ID of '*'",
                 "this kernel has no {} to attach to: it was renamed, inlined or left out; attach elsewhere, or use bpf_program__set_autoload() to try one name after another"},
                {CLASS_ATTACH_TARGET, ANYWHERE, 0, "prog '*': no BTF-based attach target is specified",
                 "the section of {} names nothing to attach to, so the object's loader has to: say it in the ini, [programs] {}.attach_to = FUNCTION"},
                {CLASS_ATTACH_TARGET, ANYWHERE, 0, "failed to find BPF program * BTF ID for '*'",
                 "the program to be replaced or traced has no such function"},
                {CLASS_ATTACH_TARGET, ANYWHERE, 0, "struct_ops init_kern*is not found in kernel BTF",
                 "this kernel lacks that struct_ops type: leave the map out on it with bpf_map__set_autocreate()"},
                {CLASS_ATTACH_TARGET, ANYWHERE, 0, "struct_ops init_kern*Cannot find member",
                 "this kernel's struct_ops type lacks that member: use a flavour of the struct without it; a member that the object leaves 0 is no matter to libbpf 1.4 and later"},
                {CLASS_ATTACH_TARGET, LOADING, 0, "attach_btf_id * is not a supported struct",
                 "this kernel has no such struct_ops type: leave program and map out on it with bpf_program__set_autoload() and bpf_map__set_autocreate()"},
                {CLASS_ATTACH_TARGET, LOADING, 0, "The function * type * is unsupported",
                 "this kernel cannot attach to a function with such an argument: attach to another one, or with a kprobe"},
                {CLASS_ATTACH_TARGET, LOADING, 0, "attach_btf_id * is not a function",
                 "the name to attach to is not a function on this kernel: attach elsewhere"},
                {CLASS_ATTACH_TARGET, LOADING, 0, "attach_btf_id * is invalid",
                 "the name to attach to does not exist in this kernel's BTF: attach elsewhere"},
                {CLASS_ATTACH_TARGET, LOADING, 0, "to __noreturn function",
                 "the function does not return, so that nothing runs at its end: attach to its beginning (fentry), or to another function"},
                {CLASS_ATTACH_TARGET, LOADING, 0, "is not modifiable",
                 "this kernel does not let programs change what that function returns: attach to one that it allows"},
                {CLASS_ATTACH_TARGET, LOADING, 0, "The address of function * cannot be found",
                 "function {} was inlined or left out of this kernel: attach elsewhere"},
                {CLASS_ATTACH_TARGET, ANYWHERE, 0, "failed to determine tracepoint '*' perf event ID",
                 "this kernel has no tracepoint {}: it was renamed, or its configuration leaves it out"},
                {CLASS_ATTACH_TARGET, ANYWHERE, 0, "failed to attach to raw tracepoint '*'",
                 "this kernel has no tracepoint {}, or the program reads more arguments than it has"},
                {CLASS_PERMISSION, AT(PHASE_ATTACH), EACCES, "failed to create * '*' perf event:",
                 "the kernel denies perf events to this loader, by which such programs are attached: give it CAP_PERFMON, or lower kernel.perf_event_paranoid"},
                {CLASS_PERMISSION, AT(PHASE_ATTACH), 0, "failed to create * '*' perf event: Permission denied",
                 "the kernel denies perf events to this loader, by which such programs are attached: give it CAP_PERFMON, or lower kernel.perf_event_paranoid"},
                {CLASS_PERMISSION, AT(PHASE_ATTACH), EPERM, "failed to create * '*' perf event:",
                 "the kernel denies perf events to this loader, by which such programs are attached: give it CAP_PERFMON, or lower kernel.perf_event_paranoid"},
                {CLASS_ATTACH_TARGET, ANYWHERE, 0, "failed to create tracepoint '*' perf event",
                 "this kernel has no tracepoint {}: it was renamed, or its configuration leaves it out"},
                {CLASS_ATTACH_TARGET, ANYWHERE, 0, "failed to create * '*' perf event",
                 "this kernel has no such symbol, or its configuration has no probes: attach to a tracepoint or another function"},

                /* perf_event_set_bpf_prog() compares the largest offset read with where the
                   tracepoint's last field ends */
                {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), EACCES, "failed to attach to tracepoint '*':",
                 "the program reads further into its context than tracepoint {} has fields on this kernel; on PREEMPT_RT kernels before 6.7 the types of system calls' tracepoints do not tell where the arguments are: read them through raw_tp/sys_enter or a kprobe"},
                {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), EEXIST, "struct_ops '*' cannot be registered",
                 "something with the name of {} is already registered on this kernel: choose another name"},
                {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), EBUSY, "struct_ops '*' cannot be registered",
                 "this kernel has room for one such struct_ops, and it is taken: {} can be registered when that one is gone"},
                {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), EINVAL, "struct_ops '*' cannot be registered",
                 "the kernel found {} incomplete: a name or a member that its kind must have is missing, or a flag that this kernel does not know is set"},
                {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), 0, "struct_ops '*' cannot be registered",
                 "the kernel knows the type of {} and does not register it: see its configuration, and what members and flags this version asks for"},
                /* 524 is the kernel's own ENOTSUPP, which no C library knows */
                {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), 524, "prog '*': failed to attach:",
                 "this kernel knows the target of {}, but cannot attach there in this way (ENOTSUPP), as before 6.6 to a function with more than six arguments: use a kprobe, or another function"},
                /* bpf_arch_text_poke() finds another instruction than the one that a tracer may
                   replace */
                {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), EBUSY, "prog '*': failed to attach:",
                 "the function that {} attaches to has no place for a tracer on this kernel (it is notrace), or another program replaces it: attach elsewhere"},
                {CLASS_PERMISSION, AT(PHASE_ATTACH), 0, "failed to attach: Operation not permitted",
                 "the kernel denies attaching: see lockdown and perf_event_paranoid"},
                {CLASS_PERMISSION, AT(PHASE_ATTACH), 0, "failed to attach: Permission denied",
                 "the kernel denies attaching: see lockdown and perf_event_paranoid"},
                {CLASS_PERMISSION, AT(PHASE_ATTACH), 0, "failed to attach: *: Operation not permitted",
                 "the loader may not do what attaching takes ({}): give it the capability for that, or run it as root"},
                {CLASS_PERMISSION, AT(PHASE_ATTACH), 0, "failed to attach: *: Permission denied",
                 "the loader may not do what attaching takes ({}): give it the capability for that, or run it as root"},
                /* sk_filter_charge() of net/core/filter.c */
                {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), ENOMEM, "failed to attach:",
                 "the kernel has no memory for it: a program on a socket counts against the socket's share (net.core.optmem_max: 20 KB on older kernels, 128 KB today), which [sysctl] of the ini can raise; else give the kernel memory= in the kernel list"},
                {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), 0, "failed to attach: *",
                 "this kernel knows the target, but does not attach this program to it ({}): use another function, or another type of program for the same one"},

                {CLASS_HELPER, LOADING, 0, "program of this type cannot use helper *",
                 "this kernel does not offer helper {} to programs of this type: test with bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_x) before the call"},
                {CLASS_HELPER, LOADING, 0, "invalid func unknown#*",
                 "this kernel has no helper number {}: test with bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_x) before the call"},
                {CLASS_HELPER, LOADING, 0, "unknown func *",
                 "this kernel does not offer helper {} to programs of this type: test with bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_x) before the call"},
                {CLASS_HELPER, LOADING, 0, "cannot call GPL-restricted function from non-GPL compatible program",
                 "the helper is reserved for programs under a GPL-compatible licence: see the object's \"license\" section"},
                {CLASS_TOO_COMPLEX, LOADING, 0, "BPF program is too large. Processed * insn",
                 "this kernel's verifier gave up after {} instructions: bound the loops tighter, use bpf_loop() or split the program"},
                {CLASS_TOO_COMPLEX, LOADING, 0, "The sequence of * jumps is too complex",
                 "too many branches in a row: put part of the code into a global (non-static) function"},
                {CLASS_TOO_COMPLEX, LOADING, 0, "too many subprograms",
                 "a program may have 256 functions: let clang inline some (static __always_inline), or split it"},
                {CLASS_TOO_COMPLEX, LOADING, 0, "the call stack of * frames is too deep",
                 "{} functions, each called by the one before, are more than this kernel's verifier follows: let clang inline some (static __always_inline)"},
                {CLASS_TOO_COMPLEX, LOADING, 0, "BPF program load failed: Argument list too long",
                 "the program has more instructions than this kernel takes: split it with tail calls"},

                {CLASS_OPEN, ANYWHERE, 0, "prog '*': SEC(\"struct_ops\") program isn't referenced anywhere",
                 "no struct_ops map names program {}, so that nothing can call it: make it a member of one in SEC(\".struct_ops.link\"), or leave it out (SEC(\"?struct_ops\"))"},
                {CLASS_OPEN, ANYWHERE, 0, "bad data relo against section '*'",
                 "the program refers to section {}, of which libbpf makes no map: put the variable into .data, .bss or .rodata"},
                {CLASS_OPEN, ANYWHERE, 0, "bad map relo against '*' in section",
                 "map {} is defined in the old way (SEC(\"maps\")), which libbpf 1.0 dropped: define it in SEC(\".maps\")"},

                {CLASS_PROG_TYPE, ANYWHERE, 0, "missing BPF prog type, check ELF section name '.text'",
                 "the object holds functions for other objects and no program: link it with the object that calls them (bpftool gen object)"},
                {CLASS_PROG_TYPE, ANYWHERE,
                 0, "missing BPF prog type, check ELF section name '*'", "libbpf knows no program type for section {}: correct the name in SEC(), or say the type in the object's ini, [programs] PROGRAM.type = socket_filter"},
                {CLASS_PROG_TYPE, ANYWHERE, 0, "unrecognized ELF section name '*'",
                 "libbpf knows no program type for section {}: correct the name in SEC()"},

                /* Which instruction it is tells what it is for (instruction-set.rst,
                   "conformance groups"; verifier.c). */
                {CLASS_KFUNC, LOADING, 0, "BPF_CALL uses reserved fields",
                 "this kernel cannot call that kind of function (kfuncs: 5.13, those of modules: 5.16): fall back to a helper where bpf_ksym_exists() says no"},
                {CLASS_VERIFIER, LOADING, 0, "BPF_STX uses reserved fields",
                 "the program has an atomic operation that this kernel does not know (before 5.12 all that return a value): compile with -mcpu=v2 and leave the results of __sync_*() unused"},
                {CLASS_VERIFIER, LOADING, 0, "BPF_ATOMIC uses *",
                 "the program has an atomic operation that this kernel does not know: use plain __sync_fetch_and_add() and the like, or compile with an older -mcpu"},
                {CLASS_VERIFIER, LOADING, 0, "BPF_XADD uses *",
                 "the program has an atomic operation that this kernel does not know (before 5.12 all that return a value): compile with -mcpu=v2 and leave the results of __sync_*() unused"},
                {CLASS_VERIFIER, LOADING, 0, "BPF_LDX uses reserved fields",
                 "the program has a load that extends the sign, which kernels know since 6.6: compile with -mcpu=v3"},
                {CLASS_VERIFIER, LOADING, 0, "BPF_MOV uses reserved fields",
                 "the program has a move that extends the sign (kernels know it since 6.6) or casts between address spaces (6.9): compile with -mcpu=v3, and leave arenas out on older kernels"},
                {CLASS_VERIFIER, LOADING, 0, "BPF_ALU uses reserved fields",
                 "the program divides signed numbers by an instruction that kernels know since 6.6: compile with -mcpu=v3"},
                {CLASS_VERIFIER, LOADING, 0, "BPF_END uses reserved fields",
                 "the program swaps bytes by an instruction that kernels know since 6.6: compile with -mcpu=v3"},
                {CLASS_VERIFIER, LOADING, 0, "BPF_JA uses reserved fields",
                 "the program has a jump over more than 32767 instructions, which kernels know since 6.6: compile with -mcpu=v3, or split the program"},
                {CLASS_VERIFIER, LOADING, 0, "BPF_* uses reserved fields",
                 "the program has an instruction (BPF_{}) in a form that is newer than this kernel: compile with an older -mcpu (v3 for kernels before 6.6, v2 before 5.12)"},
                {CLASS_VERIFIER, LOADING, 0, "unknown opcode *",
                 "the program has an instruction (opcode {}) that is newer than this kernel: compile with an older -mcpu (v3 for kernels before 6.6, v2 before 5.12)"},
                {CLASS_VERIFIER, LOADING, 0, "invalid BPF_JMP/JMP32 opcode *",
                 "the program has a jump (opcode {}) that is newer than this kernel, such as may_goto (6.9): compile with an older -mcpu, or bound the loop in another way"},
                {CLASS_VERIFIER, LOADING, 0, "number of funcs in func_info doesn't match number of subprogs",
                 "the program hands a function to a helper (bpf_for_each_map_elem(), bpf_loop(), bpf_timer), which kernels know since 5.13: write the loop out for older kernels"},
                {CLASS_VERIFIER, LOADING, 0, "infinite loop detected at insn",
                 "the verifier cannot see that the loop ends: count down from a constant, or use bpf_loop()"},
                {CLASS_VERIFIER, LOADING, 0, "back-edge from insn",
                 "this verifier accepts no loop here: unroll it (#pragma unroll) or use bpf_loop()"},
                {CLASS_VERIFIER, LOADING, 0, "unreachable insn",
                 "code that is never reached, often after a poisoned or constant branch: let clang remove it, or guard it at run time"},
                {CLASS_VERIFIER, LOADING, 0, "jump out of range",
                 "a branch leads outside the program: the object is damaged or was linked wrongly"},
                {CLASS_VERIFIER, LOADING, 0, "!read_ok",
                 "a register is used that this path never set: initialise it, and remember that calls clobber r1 to r5"},
                {CLASS_VERIFIER, LOADING, 0, "invalid mem access '*_or_null_'",
                 "the pointer may be NULL on this kernel, whose verifier knows which arguments of a tracepoint are: test it before use"},
                {CLASS_VERIFIER, LOADING, 0, "type=*_or_null_ expected=",
                 "the pointer may be NULL on this kernel, whose verifier knows which arguments of a tracepoint are: test it before passing it"},
                {CLASS_VERIFIER, LOADING, 0, "Possibly NULL pointer passed to *",
                 "the pointer may be NULL here: test it before passing it"},
                {CLASS_VERIFIER, LOADING, 0, "dereference of modified ctx ptr",
                 "the compiler added to the context's address before the load, which this verifier refuses: load the field at a constant offset from ctx itself, and keep the compiler from joining branches that read different fields (barrier_var(), volatile)"},
                {CLASS_VERIFIER, LOADING, 0, "should have been in *",
                 "the program may return a value that this kernel does not accept from its type; it must be in {}: return a constant, or bound the value right before the return"},
                {CLASS_VERIFIER, LOADING, 0, "is not supported yet",
                 "this kernel does not support what the quoted line names for this type of program: leave the program out on it (bpf_program__set_autoload()), or use another type"},
                {CLASS_VERIFIER, LOADING, 0, "invalid mem access '*_or_null'",
                 "the pointer may be NULL here: test it before use"},
                {CLASS_VERIFIER, LOADING, 0, "access beyond struct *",
                 "the pointer is to another struct here than the one it is taken for ({}), or to one that is only a part of that: see what the function's argument is on this kernel, and read what lies beyond through BPF_CORE_READ(), or a pointer of the right type (bpf_skc_to_tcp_sock() and the like, bpf_core_cast())"},
                {CLASS_VERIFIER, LOADING, 0, "access beyond the end of member * in *",
                 "the read does not fit the member that lies there: the pointer is to another struct here than the one it is taken for, or the field is narrower ({}): see what the function's argument is on this kernel, and read through BPF_CORE_READ()"},
                {CLASS_VERIFIER, LOADING, 0, "math between * pointer and register with unbounded",
                 "a value without bounds is added to a pointer: mask or compare it right before, and see whether the pointer is what it is taken for on this kernel"},
                {CLASS_VERIFIER, LOADING, 0, "cannot use * yet",
                 "programs of this type cannot use {} on this kernel: leave the program out on it (bpf_program__set_autoload()), or do that part in a program of another type"},
                {CLASS_VERIFIER, LOADING, 0, "* cannot be used for PREEMPT_RT",
                 "kernels with PREEMPT_RT have no {} for programs of this type: leave the program out on them, or do without"},
                {CLASS_VERIFIER, LOADING, 0, "invalid mem access",
                 "the verifier does not trust that pointer on this kernel: read through BPF_CORE_READ() or bpf_probe_read_kernel()"},
                {CLASS_VERIFIER, LOADING, 0, "invalid bpf_context access",
                 "the context has no such field on this kernel, or not with this width: load it as its type says"},
                {CLASS_VERIFIER, LOADING, 0, "invalid access to map value",
                 "the offset into the map's value is not bounded for this verifier: mask or compare it right before the access"},
                {CLASS_VERIFIER, LOADING, 0, "unbounded memory access",
                 "the size is not bounded for this verifier: mask or compare it right before the access"},
                {CLASS_VERIFIER, LOADING, 0, "min value is negative",
                 "the size may be negative for this verifier: use an unsigned type and compare it right before the access"},
                {CLASS_VERIFIER, LOADING, 0, "Unreleased reference",
                 "a path ends without releasing a reference: release or submit it on every path"},

                /* after all that the verifier says */
                {CLASS_PERMISSION, LOADING, EPERM, "Couldn't load trivial BPF program",
                 "the kernel denies bpf() altogether: the loader needs CAP_BPF (CAP_SYS_ADMIN before 5.8) in the first user namespace, or before 5.11 a higher RLIMIT_MEMLOCK"},
                {CLASS_PERMISSION, LOADING, EPERM, "BPF program load failed:",
                 "the kernel denies a program of this type: the loader lacks a capability for it (CAP_BPF, CAP_PERFMON for tracing, CAP_NET_ADMIN for the network)"},
};
/* clang-format on */

/* What the kernel lacks that a program is of or attached by: the agent's own words (agent/attach), and others'. */
static const struct row lacks[] = {
        {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), 0, "failed to attach: the kernel does not know *, which came with *",
         "the kernel is too old for {}: attach in an older way there, or leave the program out"},
        {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), 0, "failed to attach: the clsact queueing discipline *",
         "the kernel needs its modules sch_ingress and cls_bpf for this, and they are not available for it: see the notes; tcx needs none (6.6 and later)"},
        {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), 0, "failed to attach: a pair of * interfaces cannot be made",
         "the kernel has no {} interfaces; where they are a module, name it in the ini (module = {}) and see the notes"},
        {CLASS_ATTACH_TARGET, LOADING, 0, "* is not sleepable",
         "this kernel lets no program sleep at {}: attach one that does not (a section without \".s\"), or elsewhere"},
        {CLASS_PROG_TYPE, LOADING, 0, "Only * programs can be sleepable",
         "this kernel lets no program of this type sleep, only {}: attach one that does not (a section without \".s\") there"},
};

/* Of probes in user space, libbpf's words and the agent's: a file that is not the kernel's. The first that fits. */
#define NOT_SHIPPED(what) \
	what " is not in this guest, which has nothing but what is shipped into it: ship it with --ship PATH, or give the path that it has there with --ship FILE=/PATH"
static const struct row files[] = {
        {CLASS_USER_TARGET, AT(PHASE_ATTACH), 0, "failed to resolve full path for '*'", NOT_SHIPPED("{}")},
        {CLASS_USER_TARGET, AT(PHASE_ATTACH), 0, "elf: failed to open *: ", NOT_SHIPPED("{}")},
        /* libbpf 1.1 */
        {CLASS_USER_TARGET, AT(PHASE_ATTACH), 0, "failed to open /*: No such file or directory", NOT_SHIPPED("/{}")},
        {CLASS_USER_TARGET, AT(PHASE_ATTACH), 0, "usdt: failed to open ELF binary '*'", NOT_SHIPPED("{}")},
        {CLASS_USER_TARGET, AT(PHASE_ATTACH), 0, "elf: failed to find symbol *",
         "the file in this guest has no such function ({}), or no symbols: name another, give its offset in attach_to, or ship the file that has it with --ship"},
        {CLASS_USER_TARGET, AT(PHASE_ATTACH), 0, "elf: ambiguous match for *",
         "the file in this guest has several such functions ({}): name the version, or give an offset in attach_to"},
        {CLASS_USER_TARGET, AT(PHASE_ATTACH), 0, "usdt: no USDT notes section *",
         "the file in this guest was built without USDTs: ship one that has them with --ship"},
        {CLASS_USER_TARGET, AT(PHASE_ATTACH), 0, "failed to attach: to the USDT * of *: No such file or directory",
         "the file in this guest has no such USDT ({}): name another, or ship the file that has it with --ship"},
};

/* What an ini asks for and the object or the guest has not; the agent's words say what there is. */
static const struct row inis[] = {
        {CLASS_OPEN, AT(PHASE_OPEN), 0, "the ini names a *", "correct the name in the object's ini"},
        {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), 0, "failed to attach: hook \"*", "correct `hook` in the object's ini"},
        {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), 0, "failed to attach: \"*\" is not a cgroup here",
         "correct `attach_to` in the object's ini"},
        {CLASS_ATTACH_TARGET, AT(PHASE_ATTACH), 0, "failed to attach: there is no interface \"*",
         "correct `attach_to` in the object's ini"},
};

/* Where the class alone tells. */
static const enum reject_side sides[CLASS_COUNT] = {
        [CLASS_NO_KERNEL_BTF] = SIDE_KERNEL, [CLASS_OBJECT_NO_BTF] = SIDE_OBJECT, [CLASS_HELPER] = SIDE_KERNEL,
        [CLASS_KFUNC] = SIDE_KERNEL,         [CLASS_MAP_TYPE] = SIDE_KERNEL,      [CLASS_PROG_TYPE] = SIDE_KERNEL,
        [CLASS_OPEN] = SIDE_OBJECT,
};

static const char generic_verifier_advice[] =
        "this kernel's verifier refuses the program at the quoted line: see the full log, and compare with a kernel that accepts it";

static char *fill_advice(const char *advice, struct span captured)
{
	struct buf out = {0};
	cleanup_free char *what = span_words(captured);

	for (const char *brace; (brace = strstr(advice, "{}")); advice = brace + 2) {
		buf_add(&out, advice, (size_t)(brace - advice));
		buf_puts(&out, what);
	}
	buf_puts(&out, advice);
	return buf_steal(&out);
}

/* What is left when no text is known: the phase, the errno and whether the verifier spoke tell the class. */
static void classify_by_errno(enum cell_phase phase, int err, struct span reason, struct span log,
                              struct rejection *out)
{
	static const struct {
		unsigned phases;
		int err;
		enum reject_class class;
		const char *advice;
	} fallbacks[] = {
	        {AT(PHASE_OPEN), 0, CLASS_OPEN,
	         "give an object that clang -target bpf -g -O2 -c made for this byte order"},
	        {AT(PHASE_ATTACH), EPERM, CLASS_PERMISSION,
	         "the kernel denies attaching: see lockdown and perf_event_paranoid"},
	        {AT(PHASE_ATTACH), EACCES, CLASS_PERMISSION,
	         "the kernel denies attaching: see lockdown and perf_event_paranoid"},
	        {AT(PHASE_ATTACH), EOPNOTSUPP, CLASS_ATTACH_TARGET,
	         "libbpf cannot attach a program of this section on its own, so nothing can trigger it here: name the target in SEC(), or leave the program out of this object"},
	        {AT(PHASE_ATTACH), 0, CLASS_ATTACH_TARGET,
	         "the kernel does not have what the program attaches to: attach elsewhere"},
	        {LOADING, EPERM, CLASS_PERMISSION, "the kernel denies bpf() here: see lockdown and RLIMIT_MEMLOCK"},
	        {LOADING, E2BIG, CLASS_TOO_COMPLEX,
	         "the program has more instructions than this kernel takes: split it"},
	        {LOADING, EINVAL, CLASS_PROG_TYPE,
	         "the kernel refused the program without verifying it: its type or attach type is newer than this kernel"},
	        {LOADING, 0, CLASS_OTHER, "see the cell's full log"},
	};
	enum load_log_line worth = LOAD_LOG_CAUSE;
	struct span ignored;
	bool refused_unseen = span_fits(LOAD_LOG_FAILED, log, &ignored);

	for (size_t i = 0; i < sizeof(fallbacks) / sizeof(*fallbacks); i++) {
		if (!(fallbacks[i].phases & AT(phase)) || (fallbacks[i].err && fallbacks[i].err != err))
			continue;
		/* EINVAL comes from many places; only from the load of a program does it mean the type */
		if (fallbacks[i].class == CLASS_PROG_TYPE && !refused_unseen)
			continue;
		out->class = fallbacks[i].class;
		out->advice = xstrdup(fallbacks[i].advice);
		break;
	}
	if (!reason.len)
		reason.at = load_log_telling(log.at, log.len, "", &worth, &reason.len);
	if (reason.at && worth >= LOAD_LOG_OUTCOME)
		out->line = span_words(reason);
}

static bool find_row(const struct row *row, struct span text, struct span *line, struct span *captured)
{
	return span_last_line(text, row->pattern, row->err, line, captured);
}

static bool classify_by_rows(enum cell_phase phase, struct span reason, struct span log, struct rejection *out)
{
	struct span line, captured;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!(rows[i].phases & AT(phase)))
			continue;
		if (!find_row(&rows[i], reason, &line, &captured) && !find_row(&rows[i], log, &line, &captured))
			continue;
		out->class = rows[i].class;
		/* a row of this class names a section; the kernel says nothing at all */
		out->side = rows[i].class == CLASS_PROG_TYPE ? SIDE_OBJECT : SIDE_UNKNOWN;
		out->line = span_words(line);
		out->advice = fill_advice(rows[i].advice, captured);
		return true;
	}
	return false;
}

static bool classify_by_lack(enum cell_phase phase, struct span reason, struct span log, struct rejection *out)
{
	struct span line, captured;

	for (size_t i = 0; i < sizeof(lacks) / sizeof(*lacks); i++) {
		if (!(lacks[i].phases & AT(phase)))
			continue;
		if (!find_row(&lacks[i], reason, &line, &captured) && !find_row(&lacks[i], log, &line, &captured))
			continue;
		out->class = lacks[i].class;
		out->side = SIDE_KERNEL;
		out->line = span_words(line);
		out->advice = fill_advice(lacks[i].advice, captured);
		return true;
	}
	return false;
}

static bool classify_by_ini(enum cell_phase phase, struct span reason, struct rejection *out)
{
	struct span line, captured;

	for (size_t i = 0; i < sizeof(inis) / sizeof(*inis); i++) {
		if (!(inis[i].phases & AT(phase)) || !find_row(&inis[i], reason, &line, &captured))
			continue;
		out->class = inis[i].class;
		out->side = SIDE_OBJECT;
		out->line = span_words(line);
		out->advice = fill_advice(inis[i].advice, captured);
		return true;
	}
	return false;
}

static bool classify_by_file(enum cell_phase phase, struct span reason, struct span log, struct rejection *out)
{
	struct span line, captured;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (!(files[i].phases & AT(phase)) ||
		    (!find_row(&files[i], reason, &line, &captured) && !find_row(&files[i], log, &line, &captured)))
			continue;
		out->class = files[i].class;
		out->side = SIDE_GUEST;
		out->line = span_words(line);
		out->advice = fill_advice(files[i].advice, captured);
		return true;
	}
	return false;
}

void classify_rejection(enum cell_phase phase, int err, const char *reason, const char *log, const char *libbpf,
                        struct rejection *out)
{
	struct span why = {reason ? reason : "", reason ? strlen(reason) : 0};
	struct span whole = {log ? log : "", log ? strlen(log) : 0};
	struct span verifier = verifier_log_span(whole), verdict = {0}, captured = {0};
	const char *advice;

	verdict.at = load_log_verdict(verifier.at, verifier.len, &verdict.len);
	*out = (struct rejection){.class = CLASS_OTHER};
	if (!classify_by_lack(phase, why, whole, out) && !classify_by_ini(phase, why, out) &&
	    !classify_by_file(phase, why, whole, out) && !loader_age_explains(phase, why, whole, libbpf, out) &&
	    !classify_by_rows(phase, why, whole, out)) {
		if (phase == PHASE_LOAD && verdict.len) {
			out->class = CLASS_VERIFIER;
			out->line = span_words(verdict);
			advice = verifier_advice_find(verdict, &captured);
			out->advice = advice ? fill_advice(advice, captured) : xstrdup(generic_verifier_advice);
		} else {
			classify_by_errno(phase, err, why, whole, out);
		}
	}
	if (out->side == SIDE_UNKNOWN)
		out->side = sides[out->class];
	if (!out->advice)
		out->advice = xstrdup("see the cell's full log");
	if (!out->line || !*out->line) {
		free(out->line);
		out->line = xasprintf("phase %s failed without a message: %s", cell_phase_name(phase),
		                      err ? strerror(err) : "no error number");
	}
}

void rejection_free(struct rejection *r)
{
	free(r->line);
	free(r->advice);
	*r = (struct rejection){0};
}
