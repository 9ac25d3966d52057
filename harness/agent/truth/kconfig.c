/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/kconfig.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/auxv.h>

#include "base/buf.h"
#include "base/cleanup.h"

static const char version_name[] = "LINUX_KERNEL_VERSION";

/* enum libbpf_tristate of bpf_helpers.h */
enum { TRISTATE_NO, TRISTATE_YES, TRISTATE_MODULE };

/* ---- the kernel's version ---- */

/* LINUX_VERSION_CODE in a note segment of the vDSO (linux/elfnote.h: name "Linux", type 0); 0 when it is not there. */
static uint32_t version_in(const char *at, const char *end)
{
	while ((size_t)(end - at) >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note;
		const char *name = at + sizeof(note), *content;
		uint32_t version;

		memcpy(&note, at, sizeof(note));
		content = name + ((note.n_namesz + 3u) & ~3u);
		if (note.n_type == 0 && note.n_namesz == 6 && !strcmp(name, "Linux") &&
		    note.n_descsz == sizeof(version)) {
			memcpy(&version, content, sizeof(version));
			return version;
		}
		at = content + ((note.n_descsz + 3u) & ~3u);
	}
	return 0;
}

static uint32_t kernel_version(void)
{
	const char *vdso = (const char *)getauxval(AT_SYSINFO_EHDR);
	const Elf64_Ehdr *elf = (const void *)vdso;
	uint32_t version = 0;

	for (unsigned i = 0; vdso && i < elf->e_phnum && !version; i++) {
		const Elf64_Phdr *p = (const void *)(vdso + elf->e_phoff + i * elf->e_phentsize);

		if (p->p_type == PT_NOTE)
			version = version_in(vdso + p->p_offset, vdso + p->p_offset + p->p_filesz);
	}
	return version;
}

/* ---- the configuration ---- */

/* What the text says of an option, without the end of the line; NULL when it does not set it. */
static char *setting(const char *text, const char *option)
{
	cleanup_free char *line = xasprintf("\n%s=", option);
	const char *found;

	if (!strncmp(text, line + 1, strlen(line + 1)))
		found = text + strlen(line + 1);
	else if ((found = strstr(text, line)))
		found += strlen(line);
	return found ? xstrndup(found, strcspn(found, "\n")) : NULL;
}

static bool is_char(const struct btf_type *t)
{
	return btf_is_int(t) && t->size == 1 && !(btf_int_encoding(t) & BTF_INT_BOOL);
}

/* How y, m and n are told depends on the type of the extern. */
static uint64_t tristate(const struct btf_type *t, char value)
{
	if (is_char(t))
		return (unsigned char)value;
	if (value == 'm')
		return TRISTATE_MODULE;
	return value == 'y' ? TRISTATE_YES : TRISTATE_NO;
}

static void option_read(struct kconfig_value *v, const struct btf_type *t, const char *text)
{
	cleanup_free char *value = setting(text, v->name);
	size_t len = value ? strlen(value) : 0;

	v->known = *text;
	v->is_text = btf_is_array(t);
	v->bits = v->is_text ? 0 : t->size * 8;
	if (v->is_text) {
		size_t room = btf_array(t)->nelems ? btf_array(t)->nelems - 1 : 0, inside = len > 2 ? len - 2 : 0;

		v->text = xstrndup(inside ? value + 1 : "", inside < room ? inside : room);
	} else if (value) {
		v->number = strchr("ymn", *value) ? tristate(t, *value) : strtoull(value, NULL, 0);
	}
}

static void value_read(struct kconfig_value *v, const struct btf_type *t, const char *text)
{
	cleanup_free char *wrapper = NULL;

	if (!strncmp(v->name, "CONFIG_", 7)) {
		option_read(v, t, text);
		return;
	}
	v->bits = t->size * 8;
	if (!strcmp(v->name, version_name)) {
		v->number = kernel_version();
		v->known = v->number;
	} else if (!strcmp(v->name, "LINUX_HAS_SYSCALL_WRAPPER")) {
		wrapper = setting(text, "CONFIG_ARCH_HAS_SYSCALL_WRAPPER");
		v->number = wrapper != NULL;
		v->known = *text;
	}
}

static const struct btf_type *section_find(const struct btf *btf)
{
	int id = btf ? btf__find_by_name_kind(btf, ".kconfig", BTF_KIND_DATASEC) : 0;

	return id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
}

bool kconfig_is_used(const struct btf *btf)
{
	return section_find(btf) != NULL;
}

void kconfig_read(struct kconfig *k, const struct btf *btf, const char *text)
{
	const struct btf_type *section = section_find(btf);

	*k = (struct kconfig){0};
	if (!section)
		return;
	k->at = xcalloc(btf_vlen(section), sizeof(*k->at));
	for (uint16_t i = 0; i < btf_vlen(section); i++) {
		const struct btf_type *var = btf__type_by_id(btf, btf_var_secinfos(section)[i].type);
		const struct btf_type *t = var ? btf__type_by_id(btf, var->type) : NULL;

		while (t && (btf_is_mod(t) || btf_is_typedef(t)))
			t = btf__type_by_id(btf, t->type);
		if (!t)
			continue;
		k->at[k->count].name = btf__str_by_offset(btf, var->name_off);
		value_read(&k->at[k->count++], t, text);
	}
}

void kconfig_free(struct kconfig *k)
{
	for (size_t i = 0; i < k->count; i++)
		free(k->at[i].text);
	free(k->at);
	*k = (struct kconfig){0};
}

/* ---- fields ---- */

static char *hint_of(const struct kconfig_value *v)
{
	return xasprintf("this kernel's %s has another value%s", v->name,
	                 strcmp(v->name, version_name) ? "" : "; libbpf before 1.2 takes it from the release alone");
}

static const struct kconfig_value *value_find(const struct kconfig *k, const char *path)
{
	const char *dot = strrchr(path, '.'), *name = dot ? dot + 1 : path;

	for (size_t i = 0; i < k->count; i++)
		if (k->at[i].known && !strcasecmp(k->at[i].name, name))
			return &k->at[i];
	return NULL;
}

bool kconfig_field(const struct kconfig *k, const char *path)
{
	return value_find(k, path) != NULL;
}

/* A field that has less room than the extern may have its beginning alone. */
static bool text_fits(const struct kconfig_value *v, const struct event_value *e)
{
	size_t len = strlen(v->text);

	if (!e->has_text || e->text_len > len || memcmp(e->text, v->text, e->text_len))
		return false;
	return e->text_len == len || (e->text_size && e->text_len + 1 >= e->text_size);
}

/* As wide as the extern at least, or it would not hold every value. */
static bool number_fits(const struct kconfig_value *v, const struct event_value *e)
{
	uint64_t mask = e->bits && e->bits < 64 ? (1ull << e->bits) - 1 : UINT64_MAX;

	if (!e->has_integer)
		return false;
	if (e->bits >= v->bits)
		return (e->integer & mask) == (v->number & mask);
	return e->integer == v->number;
}

static char *observed(const struct event_value *e, bool is_text)
{
	struct buf out = {0};

	if (e->has_integer && !is_text)
		buf_printf(&out, e->is_signed ? "%" PRId64 : "%" PRIu64, e->integer);
	else if (e->has_text)
		event_escape(&out, e->text, e->text_len);
	return buf_steal(&out);
}

static char *expected(const struct kconfig_value *v)
{
	struct buf out = {0};

	if (v->is_text)
		event_escape(&out, v->text, strlen(v->text));
	else
		buf_printf(&out, "%" PRIu64, v->number);
	return buf_steal(&out);
}

size_t kconfig_event(const struct kconfig *k, const struct event *e, const char *workload, struct fact_list *out)
{
	size_t wrong = 0;

	for (size_t i = 0; i < e->count; i++) {
		const struct event_value *value = &e->values[i];
		const struct kconfig_value *v = value_find(k, value->name);
		struct truth_fact *f;

		if (!v)
			continue;
		f = fact_list_add(out, workload, value->name);
		f->ok = !value->missing && (v->is_text ? text_fits(v, value) : number_fits(v, value));
		f->expected = expected(v);
		f->observed = observed(value, v->is_text);
		f->hint = f->ok ? xstrdup("") : hint_of(v);
		wrong += !f->ok;
	}
	return wrong;
}
