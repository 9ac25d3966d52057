/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/loader_age.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/version.h"

/* From libbpf's release notes and its table of sections; what follows a slash, if `open`, is the object's. */
static const struct {
	const char *section;
	bool open;
	const char *since;
} sections[] = {
        {"struct_ops.s", true, "1.2"},
        {".struct_ops.link", false, "1.2"},
        {"netfilter", false, "1.3"},
        {"tc/ingress", false, "1.3"},
        {"tc/egress", false, "1.3"},
        {"tcx/ingress", false, "1.3"},
        {"tcx/egress", false, "1.3"},
        {"netkit/primary", false, "1.3"},
        {"netkit/peer", false, "1.3"},
        {"uprobe.multi", true, "1.3"},
        {"uprobe.multi.s", true, "1.3"},
        {"uretprobe.multi", true, "1.3"},
        {"uretprobe.multi.s", true, "1.3"},
        {"usdt.s", true, "1.3"},
        {"cgroup/connect_unix", false, "1.3"},
        {"cgroup/sendmsg_unix", false, "1.3"},
        {"cgroup/recvmsg_unix", false, "1.3"},
        {"cgroup/getpeername_unix", false, "1.3"},
        {"cgroup/getsockname_unix", false, "1.3"},
        {"sk_skb/verdict", false, "1.4"},
        /* globals in an arena */
        {".addr_space.1", false, "1.4"},
        {"?.struct_ops", false, "1.4"},
        {"?.struct_ops.link", false, "1.4"},
        {"kprobe.session", true, "1.5"},
        {"uprobe.session", true, "1.6"},
        {"uprobe.session.s", true, "1.6"},
        {"fsession", true, "1.7"},
        {"fsession.s", true, "1.7"},
        {".jumptables", false, "1.7"},
};

static bool is_section(size_t i, const char *section)
{
	size_t len = strlen(sections[i].section);

	return !strncmp(section, sections[i].section, len) &&
	       (!section[len] || (sections[i].open && section[len] == '/'));
}

const char *loader_age_since(const char *section)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		/* a question mark says that a program is left out until somebody asks for it */
		if (is_section(i, section) || (*section == '?' && is_section(i, section + 1)))
			return sections[i].since;
	return NULL;
}

#define AT(phase) (1u << (phase))
#define ANYWHERE (AT(PHASE_OPEN) | AT(PHASE_LOAD) | AT(PHASE_ATTACH))

/*
 * One text that tells of an older libbpf. `*` in a pattern is any text within the line; `{}` in `lack` is what the
 * first `*` stood for.
 */
static const struct lack {
	enum reject_class class;
	unsigned phases;
	const char *pattern;
	const char *effect; /* that a line of the log must tell too: libbpf passed the first over; NULL: none */
	const char
	        *since;   /* that has no such text; NULL: what the first `*` stood for is a section, whose age counts */
	bool proof;       /* a libbpf of that version never says so; else the text counts for older ones alone */
	const char *lack; /* "the libbpf that loads it here …" */
	const char *advice; /* in place of that, of another library; NULL: none */
} lacks[] = {
        {CLASS_PROG_TYPE, AT(PHASE_LOAD), "skipping unrecognized data section(*) .struct_ops.link",
         "attach_btf_id 0 is not a supported struct", "1.2", true, "does not know SEC(\".struct_ops.link\")", NULL},
        {CLASS_PROG_TYPE, AT(PHASE_LOAD), "skipping unrecognized data section(*) .struct_ops.link",
         "failed to load: -524", "1.2", true, "does not know SEC(\".struct_ops.link\")", NULL},
        {CLASS_PROG_TYPE, AT(PHASE_LOAD), "skipping unrecognized data section(*) ?.struct_ops",
         "attach_btf_id 0 is not a supported struct", "1.4", true, "does not know SEC(\"?.struct_ops\")", NULL},
        {CLASS_PROG_TYPE, AT(PHASE_LOAD), "skipping unrecognized data section(*) ?.struct_ops", "failed to load: -524",
         "1.4", true, "does not know SEC(\"?.struct_ops\")", NULL},
        {CLASS_PROG_TYPE, ANYWHERE, "missing BPF prog type, check ELF section name '*'", NULL, NULL, true,
         "does not know SEC(\"{}\")", NULL},
        {CLASS_PROG_TYPE, ANYWHERE, "unrecognized ELF section name '*'", NULL, NULL, true, "does not know SEC(\"{}\")",
         NULL},
        {CLASS_OPEN, ANYWHERE, "bad data relo against section '*'", NULL, NULL, true, "does not know SEC(\"{}\")",
         NULL},

        /* attributes of 64 bits, which __ulong() gives */
        {CLASS_OPEN, AT(PHASE_OPEN), "map '*': attr '*': expected PTR, got enum", NULL, "1.4", true,
         "does not know the form in which map {} has one of its attributes (__ulong)", NULL},
        /* it maps them, by which they get their address */
        {CLASS_MAP_TYPE, AT(PHASE_LOAD), "arena's user address must be set via map_extra or mmap()", NULL, "1.4", false,
         "knows nothing of arenas, and gives them no address", NULL},
        {CLASS_ATTACH_TARGET, AT(PHASE_LOAD), "struct_ops init_kern: struct *___* is not found in kernel BTF", NULL,
         "1.4", false, "takes the flavour of struct_ops type {} for a part of its name", NULL},
        {CLASS_KFUNC, AT(PHASE_LOAD), "extern (func ksym) '*___*': not found in kernel or module BTFs", NULL, "1.3",
         false, "takes the flavour of kfunc {} for a part of its name", NULL},
        {CLASS_OPEN, AT(PHASE_OPEN), "unsupported BTF_KIND:*", NULL, "", true,
         "does not know a kind of types that the object has ({})", NULL},

        /* of cilium/ebpf before 0.10, and of kernels since 6.0 */
        {CLASS_NO_KERNEL_BTF, ANYWHERE, "can't read types: type id *: unknown kind:", NULL, "", true, NULL,
         "the cilium/ebpf that the program was built with is older than the kernel's types, of which it does not know a kind (64-bit enumerators, since 6.0): build it with 0.10 or later"},
};

static bool is_older(const char *libbpf, const char *since)
{
	return version_compare(libbpf + (*libbpf == 'v'), since) < 0;
}

static char *fill_lack(const char *lack, const char *what, const char *since)
{
	const char *hole = strstr(lack, "{}");
	size_t before = hole ? (size_t)(hole - lack) : strlen(lack);
	cleanup_free char *newer = *since ? xasprintf("libbpf %s and later", since) : xstrdup("a newer one");

	return xasprintf(
	        "the libbpf that loads it here %.*s%s%s: it takes %s, and nothing is known of the kernel; load it with such a one (make LIBBPF=newest, run --libbpf), or with its own loader (run --loader)",
	        (int)before, lack, hole ? what : "", hole ? hole + 2 : "", newer);
}

/* What is so because of this row; "" for a lack that no version is known to have overcome, NULL when it is not so. */
static const char *lack_since(const struct lack *l, const char *what, const char *libbpf)
{
	const char *since = l->since ? l->since : loader_age_since(what);

	if (l->proof)
		return since;
	return libbpf && is_older(libbpf, since) ? since : NULL;
}

bool loader_age_explains(enum cell_phase phase, struct span reason, struct span log, const char *libbpf,
                         struct rejection *out)
{
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		const struct lack *l = &lacks[i];
		cleanup_free char *what = NULL;
		struct span line, captured, ignored;
		const char *since;

		if (!(l->phases & AT(phase)) || (l->effect && !span_last_line(log, l->effect, 0, &line, &ignored)) ||
		    (!span_last_line(reason, l->pattern, 0, &line, &captured) &&
		     !span_last_line(log, l->pattern, 0, &line, &captured)))
			continue;
		what = span_words(captured);
		since = lack_since(l, what, libbpf);
		if (!since)
			continue;
		out->class = l->class;
		out->side = SIDE_LOADER;
		out->line = span_words(line);
		out->advice = l->advice ? xstrdup(l->advice) : fill_lack(l->lack, what, since);
		return true;
	}
	return false;
}
