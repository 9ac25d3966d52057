/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/verifier_advice.h"

#include <stddef.h>

#define PACKET \
	"the verifier does not know that this much of the packet is there: compare data + offset + size with data_end right before, with the same pointer that is used then"
#define BOUNDS \
	"the verifier knows no limit that keeps the access inside: mask or compare the offset as an unsigned number right before, in the register that is used"
#define STACK \
	"the bytes on the stack were not written on this path, or lie outside of the function's frame: initialise the whole variable, padding included, and bound what is added to its address"
#define POINTER \
	"pointers like this one take no such arithmetic: keep offsets in a number of their own, bounded, and add them last; a pointer that may be NULL is tested first"
#define LOCKED \
	"what is open here (a lock, an RCU read section, a section without preemption) is left open, is not open, or does not admit this call: take and leave it in the same function, on every path, with nothing between that may sleep"
#define DYNPTR \
	"a dynptr is made, used and released as its helpers say: zero it by its own initialiser only, do not touch its bytes, check what made it, release it on every path"
#define KPTR \
	"pointers that maps keep are read and replaced by bpf_kptr_xchg() or a plain load under RCU, whole, aligned and of the type that the map's value declares"
#define ITERATOR \
	"an iterator begins with its _new(), goes on with _next() until NULL, and ends with _destroy(), on every path, and is never copied: bpf_for_each() and bpf_for() do that"
#define TRUSTED \
	"this kernel's function takes a pointer that is known to be valid: one from an argument of the program, from an acquiring function (tested for NULL), or read under bpf_rcu_read_lock(), not one walked to or read by a probe"

/* The first row that fits decides. `*` is any text. */
static const struct {
	const char *pattern, *advice;
} rows[] = {
        {"outside of the packet", PACKET},
        {"invalid access to packet", PACKET},
        {"helper access to the packet is not allowed",
         "this helper takes no pointer into the packet here: copy the bytes first (bpf_skb_load_bytes(), bpf_xdp_load_bytes())"},
        {"cannot write into *",
         "programs of this type may only read there ({}): use the helper that writes, or another type of program"},
        {"write into map forbidden",
         "the map is made read-only for programs (BPF_F_RDONLY_PROG, or .rodata): leave the flag out, or write from user space"},
        {"read from map forbidden", "the map is made write-only for programs (BPF_F_WRONLY_PROG): leave the flag out"},
        {"frame pointer is read only", "the program writes to r10, which no compiler does: see its assembly"},

        {"Expected an initialized dynptr", DYNPTR},
        {"dynptr", DYNPTR},
        {"expected an initialized iter_*", ITERATOR},
        {"expected uninitialized iter_*", ITERATOR},
        {"kptr", KPTR},

        {"invalid indirect * stack", STACK},
        {"invalid read from stack", STACK},
        {"invalid write to stack", STACK},
        {"invalid variable-offset * stack", STACK},
        {"variable-offset stack", STACK},
        {"invalid stack", STACK},
        {"misaligned stack access", STACK},
        {"misaligned * access",
         "the address is not a multiple of the access's size, which this access needs ({}): align the field, or read it byte by byte"},

        {"combined stack size",
         "functions that call each other share 512 bytes of stack: move large variables to a per-CPU array or task storage"},
        {"stack limit", "a program has 512 bytes of stack: move large variables to a per-CPU array or task storage"},
        {"recursive call", "functions may not call themselves: write a loop, or bpf_loop()"},
        {"loop detected", "the verifier cannot see that the loop ends: count down from a constant, or use bpf_loop()"},
        {"unreachable",
         "code that is never reached, often after a poisoned or constant branch: let clang remove it, or guard it at run time"},
        {"program is too large", "bound the loops tighter, use bpf_loop() or split the program"},

        {"unbounded min value",
         "the value may be below 0 for this verifier, as after a comparison of the other signedness: compare it as an unsigned number, or mask it"},
        {"outside of the allowed memory range", BOUNDS},
        {"be out of bounds", BOUNDS},
        {"invalid variable buffer offset", BOUNDS},
        {"invalid access to memory", BOUNDS},
        {"invalid zero-sized read", "the size may be 0, which this helper does not take: test for it first"},
        {"div by zero",
         "the program divides by a constant 0: an option or a relocation that is 0 here; test it before"},
        {"invalid shift",
         "the program shifts by more bits than there are, as after a relocation that is 0 here: test it before"},

        {"pointer arithmetic", POINTER},
        {"tried to subtract pointer from scalar", POINTER},
        {"pointer += pointer", POINTER},
        {"operator * on pointer", POINTER},
        {"math between", POINTER},
        {"pointer offset", POINTER},
        {"subtraction from stack pointer", POINTER},
        {"dereference of modified",
         "this pointer is used as it came only, without anything added to it: keep the original in a variable of its own"},
        {"negative offset * ptr", POINTER},
        {"variable ctx access",
         "the offset into the context is not a constant: read its fields by name, outside of loops over their number"},
        {"same insn cannot be used with different pointers",
         "one instruction reads from two kinds of pointers, for the compiler joined branches: keep the two reads apart (barrier_var())"},

        {"must be held", LOCKED},
        {"is missing", LOCKED},
        {"are missing", LOCKED},
        {"in rbtree cb", LOCKED},
        {"while holding a lock", LOCKED},
        {"without taking a lock", LOCKED},
        {"of different lock", LOCKED},
        {"inside bpf_spin_lock", LOCKED},
        {"with preemption disabled", LOCKED},
        {"bpf_rcu_read_lock-ed region", LOCKED},
        {"expected an RCU CS", LOCKED},
        {"sleepable helper *", LOCKED},
        {"in non-preemptible region", LOCKED},
        {"cannot be called from callback",
         "this function may not be called from a callback, nor from where exceptions are handled: call it in the program itself"},
        {"exception c",
         "an exception's handler takes one u64 and returns a number, there is one of it, and nobody calls it"},
        {"exception callback",
         "an exception's handler takes one u64 and returns a number, there is one of it, and nobody calls it"},

        {"must be referenced or trusted", TRUSTED},
        {"must be a rcu pointer", TRUSTED},
        {"NULL pointer passed to trusted *", TRUSTED},
        {"is an unacquired reference", TRUSTED},
        {"must be referenced", TRUSTED},
        {"must be non-owning ref", TRUSTED},
        {"must be ", TRUSTED},
        {"cannot release unowned *",
         "only what the program has acquired is its to release ({}): leave the release out, or acquire it before"},
        {"release kernel function",
         "the function releases what another has acquired: pass that very pointer, with no offset"},
        {"must have zero offset",
         "the pointer to be released has to point to the beginning of its object, not into it"},
        {"would lead to reference leak",
         "what was acquired (a socket, a ring buffer's record, a lock) has to be released before a tail call or the end"},
        {"cannot be mixed with socket references",
         "what was acquired (a socket) has to be released before this load of packet bytes: read them first"},
        {"type=* expected=*",
         "the function takes another kind of pointer there than this one ({}): see the quoted line for what it takes; a value read by BPF_CORE_READ() is a number to the verifier, and what a helper may return as NULL is tested first"},
        {"pointer type * must point*",
         "this kernel's function takes a pointer to another type there than {}: see its prototype on this kernel"},
        {"expected pointer to *",
         "this kernel's function takes a pointer to {} there: see its prototype on this kernel"},
        {"passes invalid args into func*",
         "a global function is verified by its prototype alone: pass what that says, and test pointers for NULL before"},
        {"doesn't return scalar",
         "a global function returns a number and nothing else: make it static, or hand the result over in memory"},

        {"is not pointing to valid bpf_map",
         "an instruction names a map by a descriptor that is none: the object's maps were not made, or its loader put another number in"},
        {"cannot pass map_type * into func *",
         "that helper works on other types of maps than this one (number {} of enum bpf_map_type)"},
        {"only read from * is supported", "fields of a map's own structure may only be read ({}), by name"},
        {"cannot access ptr member *", "fields of a map's own structure may only be read, and not all of them ({})"},
        {"cannot be accessed directly",
         "what the kernel keeps in a map's value (a lock, a timer, a pointer) is used by its helpers only"},
        {"cannot update sockmap in this context",
         "this kernel lets programs of this type not change maps of sockets: do it in a sock_ops program, or from user space"},
        {"doesn't support non-zero flags", "the helper takes no flags on this kernel: pass 0"},
        {"BPF_ATOMIC * into * is not allowed",
         "atomic operations work on maps, the stack and arenas only: read, change and write in steps"},
        {"only read is supported",
         "programs of this type may only read what this pointer is to: write by a helper, if there is one"},
        {"does not allow writes to packet data",
         "programs of this type may only read the packet here: use another type of program to change it"},
        {"leads to invalid memory access",
         "the size that is passed does not fit the memory beside it: pass the size of the variable, or bound it"},
        {"expects pointer to ctx",
         "a global function that takes the context takes it as the program got it: pass ctx itself, and declare the parameter as the program's own"},
        {"is not allowed in probe",
         "this helper is for a list of functions on each kernel only (bpf_d_path(): btf_allowlist_d_path): attach to one of them, or read the path's parts"},
        {"is not a known value",
         "the program has to return a number, and on some path returns none, or one that nothing is known of: return a constant, or bound the value right before the return"},
        {"invalid tcp_sock access",
         "a socket's field may not be read there, or not with this width, on this kernel: read by its name in struct bpf_tcp_sock"},
        {"invalid sock_common access",
         "only what all sockets have may be read of this one: get the full socket by bpf_sk_fullsock() first"},
        {"invalid sock access",
         "a socket's field may not be read there, or not with this width, on this kernel: read by its name in struct bpf_sock"},
        {"calls are not allowed",
         "functions are not called where a lock is held, nor by programs that replace others' functions: let clang inline it (static __always_inline)"},
        {"doesn't match map pointer",
         "the timer, lock or work is of another map than the one that is passed: pass the map whose value it is in"},
        {"doesn't match *",
         "the function that replaces another has to have its arguments, which differ here ({}): declare it as the target has it, and say which one that is in the ini, [programs] NAME.attach_to"},
        {"args while *",
         "the function that replaces another has to have as many arguments ({}): declare it as the target has it, and say which one that is in the ini, [programs] NAME.attach_to"},
        {"is INT while *",
         "the function that replaces another has to have its arguments, which differ here: declare it as the target has it"},
        {"metadata kfuncs require device-bound program",
         "hints of a network card are for programs that are loaded for its driver (BPF_F_XDP_DEV_BOUND_ONLY with an interface): no guest has such a card"},
        {"has no valid bpf_spin_lock",
         "the value of that map has no lock: put a struct bpf_spin_lock beside what it guards, whole and aligned"},
        {"is not sleepable",
         "this kernel may not sleep where the program is attached: leave out the .s of its section, or attach elsewhere"},
        {"might sleep in a non-sleepable prog",
         "the function may sleep, and the program may not: declare it sleepable (SEC(\"lsm.s/…\"), SEC(\"fentry.s/…\")) where its hook allows that"},
        {"must have a GPL compatible license",
         "programs of this type are reserved for a GPL-compatible licence: see the object's \"license\" section"},
        {"points to disabled hook", "this kernel keeps that LSM hook to itself: attach to another one"},
        {"attach to unsupported member *",
         "this kernel's struct_ops has the member {}, and lets no program take its place"},
        {"LD_ABS is only allowed",
         "loads of packet bytes by BPF_LD_ABS are for functions that return int: use bpf_skb_load_bytes()"},
        {"At program exit",
         "the program may return a value that this kernel does not accept from its type: return a constant, or bound the value right before the return"},
};

const char *verifier_advice_find(struct span line, struct span *captured)
{
	struct span whole;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (span_last_line(line, rows[i].pattern, 0, &whole, captured))
			return rows[i].advice;
	return NULL;
}
