/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/kernels/kernel_row.h"

#include <ctype.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/text_end.h"
#include "wire/terms.h"

static const unsigned memory_min_mb = 64, memory_max_mb = 65536, processors_max = 64;

#define fail(place, column, ...) list_line_error(place, column, xasprintf(__VA_ARGS__), err)

/* As public collections of BTF name their files. */
static bool is_types(const char *path)
{
	const char *name = io_basename(path);

	return text_ends_with(name, ".btf") || strstr(name, ".btf.tar");
}

/* Without the slash at its end that a directory may have. */
static char *path_spec(const char *text)
{
	char *path = xstrdup(text);

	for (size_t len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
		path[len - 1] = '\0';
	return path;
}

/* Options that decide what the words before them may be: whose processor's kernel is meant, and from where. */
static const char arch_option[] = "arch=", source_option[] = "source=";

static const struct list_word *find_option(const struct list_words *words, const char *option)
{
	for (size_t i = 1; i < words->count; i++)
		if (!strncmp(words->at[i].text, option, strlen(option)))
			return &words->at[i];
	return NULL;
}

static int read_arch(const struct list_words *words, struct kernel_row *row, const struct list_place *p,
                     struct error *err)
{
	const struct list_word *word = find_option(words, arch_option);
	cleanup_free char *names = NULL;

	row->arch = word ? arch_find(word->text + strlen(arch_option)) : NULL;
	if (!word || row->arch)
		return 0;
	names = arch_deb_names();
	return fail(p, word->column, "%.80s; expected one of %s", word->text, names);
}

/* Where the row's kernel is from: what `source=` names, defined beside the list or at a path, or else the usual one. */
static int read_source(const struct list_words *words, struct kernel_row *row, const struct list_place *p,
                       struct error *err)
{
	const struct list_word *word = find_option(words, source_option);
	const char *name = word ? word->text + strlen(source_option) : NULL;
	cleanup_free char *path = xstrdup(name && strchr(name, '/') ? name : p->path);
	cleanup_error struct error why = {0};

	row->source = source_default();
	if (!name)
		return 0;
	if (!io_is_plain_name(io_basename(name)))
		return fail(p, word->column,
		            "source='%.80s'; expected a name of letters, digits and . _ + ~ -, or a path to one", name);
	if (source_named(dirname(path), io_basename(name), &row->source, &why))
		return fail(p, word->column, "%s", why.text);
	return 0;
}

static const struct option *option_find(const char *text, const char **value);

/*
 * Which kernel of its source the row means, of the architecture it names, or else of the first whose words it has.
 * Returns how many words say so, or -EINVAL.
 */
static int read_wish(const struct list_words *words, struct kernel_row *row, const struct list_place *p,
                     struct error *err)
{
	const char *ignored_value;
	size_t count = 1;
	while (count < words->count && count < 3 && !option_find(words->at[count].text, &ignored_value))
		count++;
	const char *const texts[] = {words->at[0].text, count > 1 ? words->at[1].text : "",
	                             count > 2 ? words->at[2].text : ""};
	cleanup_error struct error why = {0};
	const struct arch *arch;
	size_t fault, ignored;
	int taken = row->source->read_words(row->arch ? row->arch : arch_default(), texts, count, &fault, &why);

	if (taken > 0 || row->arch) {
		row->arch = row->arch ? row->arch : arch_default();
	} else {
		for (size_t i = 0; taken <= 0 && (arch = arch_at(i)); i++) {
			cleanup_error struct error other = {0};

			taken = row->source->read_words(arch, texts, count, &ignored, &other);
			row->arch = arch;
		}
	}
	if (taken > 0)
		return taken;
	return fail(p,
	            fault < words->count ? words->at[fault].column
	                                 : words->at[fault - 1].column + strlen(words->at[fault - 1].text),
	            "%s", why.text);
}

static int set_memory(struct kernel_row *row, const struct list_word *word, const char *value,
                      const struct list_place *p, struct error *err)
{
	char *end = NULL;
	unsigned long mb = isdigit((unsigned char)*value) ? strtoul(value, &end, 10) : 0;

	if (!end || *end || mb < memory_min_mb || mb > memory_max_mb)
		return fail(p, word->column, "memory='%.80s'; expected a number of MB from %u to %u", value,
		            memory_min_mb, memory_max_mb);
	row->memory_mb = (unsigned)mb;
	return 0;
}

static int set_processors(struct kernel_row *row, const struct list_word *word, const char *value,
                          const struct list_place *p, struct error *err)
{
	char *end = NULL;
	unsigned long count = isdigit((unsigned char)*value) ? strtoul(value, &end, 10) : 0;

	if (!end || *end || !count || count > processors_max)
		return fail(p, word->column, "processors='%.80s'; expected a number from 1 to %u", value,
		            processors_max);
	row->processors = (unsigned)count;
	return 0;
}

static int set_append(struct kernel_row *row, const struct list_word *word, const char *value,
                      const struct list_place *p, struct error *err)
{
	(void)word;
	(void)p;
	(void)err;
	row->append = xstrdup(value);
	return 0;
}

static int set_env(struct kernel_row *row, const struct list_word *word, const char *value, const struct list_place *p,
                   struct error *err)
{
	cleanup_buf struct buf why = {0};

	if (!circumstances_parse(value, &row->env, &why))
		return fail(p, word->column, "env=%.80s: %s", value, buf_str(&why));
	return 0;
}

static int set_btf(struct kernel_row *row, const struct list_word *word, const char *value, const struct list_place *p,
                   struct error *err)
{
	if (!*value)
		return fail(p, word->column, "btf= names no file; expected a .btf file, a vmlinux or a .btf.tar.xz");
	row->btf = xstrdup(value);
	return 0;
}

static int set_config(struct kernel_row *row, const struct list_word *word, const char *value,
                      const struct list_place *p, struct error *err)
{
	if (!*value)
		return fail(p, word->column,
		            "config= names no file; expected a kernel's configuration, as /boot has it");
	row->config = xstrdup(value);
	return 0;
}

/* A verdict, with its class when it is `rejected`; infra is never expected. */
static bool is_expectation(const char *text)
{
	size_t len = strcspn(text, ":");
	cleanup_free char *name = xstrndup(text, len);
	int verdict = verdict_parse(name);

	if (verdict < 0 || verdict == VERDICT_INFRA)
		return false;
	return !text[len] || (verdict == VERDICT_REJECTED && reject_class_parse(text + len + 1) > CLASS_NONE);
}

static int set_expect(struct kernel_row *row, const struct list_word *word, const char *value,
                      const struct list_place *p, struct error *err)
{
	if (!is_expectation(value))
		return fail(
		        p, word->column,
		        "expect='%.80s'; expected a verdict that can be expected, such as pass, degraded, wrong or rejected:no-kernel-btf",
		        value);
	row->expect = xstrdup(value);
	return 0;
}

static int set_allow(struct kernel_row *row, const struct list_word *word, const char *value,
                     const struct list_place *p, struct error *err)
{
	cleanup_buf struct buf why = {0};

	if (!said_rule_parse(value, &row->allow, &why))
		return fail(p, word->column, "allow=%.300s", buf_str(&why));
	return 0;
}

static int set_id(struct kernel_row *row, const struct list_word *word, const char *value, const struct list_place *p,
                  struct error *err)
{
	if (!io_is_plain_name(value))
		return fail(p, word->column, "id='%.80s'; expected a name of letters, digits and . _ + ~ -", value);
	row->id = xstrdup(value);
	return 0;
}

static int set_optional(struct kernel_row *row, const struct list_word *word, const char *value,
                        const struct list_place *p, struct error *err)
{
	(void)word;
	(void)value;
	(void)p;
	(void)err;
	row->optional = true;
	return 0;
}

/* read_arch has read it already. */
static int set_arch(struct kernel_row *row, const struct list_word *word, const char *value, const struct list_place *p,
                    struct error *err)
{
	(void)value;
	if (row->kind != ROW_PACKAGE)
		return fail(p, word->column, "arch= is for kernels of a distribution; '%.80s' says itself whose it is",
		            row->spec);
	return 0;
}

/* read_source has read it already. */
static int set_source(struct kernel_row *row, const struct list_word *word, const char *value,
                      const struct list_place *p, struct error *err)
{
	(void)value;
	if (row->kind != ROW_PACKAGE)
		return fail(p, word->column, "source= is for kernels that a source has; '%.80s' is a path", row->spec);
	return 0;
}

static int set_types(struct kernel_row *row, const struct list_word *word, const char *value,
                     const struct list_place *p, struct error *err)
{
	(void)value;
	if (row->kind != ROW_FILE && row->kind != ROW_TYPES)
		return fail(p, word->column, "option types says that a file is only predicted; '%.80s' is not a path",
		            row->spec);
	row->kind = ROW_TYPES;
	return 0;
}

static const struct option {
	const char *name;
	bool has_value;
	int (*set)(struct kernel_row *row, const struct list_word *word, const char *value, const struct list_place *p,
	           struct error *err);
} options[] = {
        {"optional", false, set_optional}, {"memory", true, set_memory}, {"processors", true, set_processors},
        {"append", true, set_append},      {"env", true, set_env},       {"expect", true, set_expect},
        {"allow", true, set_allow},        {"id", true, set_id},         {"arch", true, set_arch},
        {"source", true, set_source},      {"types", false, set_types},  {"btf", true, set_btf},
        {"config", true, set_config},
};
enum { OPTION_COUNT = sizeof(options) / sizeof(options[0]) };

static const struct option *option_find(const char *text, const char **value)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		size_t len = strlen(options[i].name);

		if (strncmp(text, options[i].name, len))
			continue;
		if (text[len] != (options[i].has_value ? '=' : '\0'))
			continue;
		*value = text + len + (options[i].has_value ? 1 : 0);
		return &options[i];
	}
	return NULL;
}

static int options_read(const struct list_words *words, size_t first, struct kernel_row *row,
                        const struct list_place *p, struct error *err)
{
	bool seen[OPTION_COUNT] = {false};

	for (size_t i = first; i < words->count; i++) {
		const struct list_word *word = &words->at[i];
		const char *value;
		const struct option *option = option_find(word->text, &value);
		int rc;

		if (!option)
			return fail(
			        p, word->column,
			        "unknown option '%.80s'; expected optional, memory=MB, processors=N, append=\"TEXT\", env=CIRCUMSTANCE, expect=VERDICT, allow=\"PATTERN because REASON\", arch=ARCHITECTURE, source=NAME, id=NAME, btf=FILE, config=FILE or types",
			        word->text);
		if (seen[option - options])
			return fail(p, word->column, "option %s is given twice", option->name);
		seen[option - options] = true;
		rc = option->set(row, word, value, p, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* Base name with everything that an id may not hold replaced: ids become directory names of a run's results. */
static char *file_id(const char *path)
{
	char *id = xstrdup(io_basename(path));

	for (char *c = id; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._+~-", *c))
			*c = '_';
	if (!isalnum((unsigned char)*id))
		*id = '_';
	return id;
}

/* The release that a collection's file is named for: "5.4.0-42-generic.btf.tar.xz". */
static char *types_id(const char *path)
{
	char *id = file_id(path), *ending = strstr(id + 1, ".btf");

	if (ending)
		*ending = '\0';
	return id;
}

/* Where the words do not say whose kernel it is, and it is not the usual one. */
static bool needs_arch(const struct kernel_row *row)
{
	return row->arch != arch_default() && *row->flavour && strcmp(row->flavour, row->arch->deb) != 0;
}

static char *plain_id(const struct kernel_row *row)
{
	bool named = needs_arch(row);

	switch (row->kind) {
	case ROW_PACKAGE:
		return xasprintf("%s%s%s%s%s", row->spec, *row->flavour ? "-" : "", row->flavour, named ? "-" : "",
		                 named ? row->arch->deb : "");
	case ROW_FILE:
		return file_id(row->spec);
	case ROW_TYPES:
		return types_id(row->spec);
	}
	return xstrdup(row->spec);
}

/* With what its kernel runs in: "6.1-cloud+lockdown-integrity". */
static char *default_id(const struct kernel_row *row)
{
	char *id = plain_id(row);

	for (int k = 0; k < CIRCUMSTANCE_COUNT; k++) {
		enum circumstance_key key = (enum circumstance_key)k;
		char *longer;

		if (!row->env.value[k])
			continue;
		longer = xasprintf("%s+%s-%s", id, circumstance_key_name(key),
		                   circumstance_value_name(key, row->env.value[k]));
		free(id);
		id = longer;
	}
	return id;
}

void kernel_row_free(struct kernel_row *row)
{
	free(row->spec);
	free(row->flavour);
	free(row->id);
	free(row->group);
	free(row->append);
	free(row->btf);
	free(row->config);
	free(row->expect);
	said_rule_free(&row->allow);
}

int kernel_row_read(const struct list_words *words, struct kernel_row *row, const struct list_place *p,
                    struct error *err)
{
	const struct list_word *first = &words->at[0];
	int rc, taken = 1;

	rc = read_arch(words, row, p, err);
	if (rc)
		return rc;
	if (strchr(first->text, '/')) {
		row->arch = arch_default();
		row->kind = is_types(first->text) ? ROW_TYPES : ROW_FILE;
	} else {
		rc = read_source(words, row, p, err);
		taken = rc ? rc : read_wish(words, row, p, err);
		rc = taken < 0 ? taken : 0;
	}
	if (rc)
		return rc;
	row->spec = taken > 2 ? xasprintf("%s.%s", first->text, words->at[1].text) : path_spec(first->text);
	row->flavour = xstrdup(taken > 1 ? words->at[taken - 1].text : "");
	row->several = row->source && source_means_several(row->source, row->spec);
	rc = options_read(words, (size_t)taken, row, p, err);
	if (rc)
		return rc;
	if (row->kind == ROW_TYPES && (row->memory_mb || row->processors || row->append ||
	                               circumstances_any(&row->env) || row->btf || row->config))
		return fail(
		        p, first->column,
		        "'%.80s' holds types alone and is not booted; memory=, processors=, append=, env=, btf= and config= are for kernels",
		        first->text);
	if (!row->append)
		row->append = xstrdup("");
	if (!row->btf)
		row->btf = xstrdup("");
	if (!row->config)
		row->config = xstrdup("");
	if (!row->expect)
		row->expect = xstrdup("");
	if (!row->id)
		row->id = default_id(row);
	return 0;
}

struct kernel_row kernel_row_of_release(const struct kernel_row *several, const char *release)
{
	struct kernel_row row = *several;

	row.spec = xstrdup(release);
	row.flavour = xstrdup("");
	row.several = false;
	row.id = default_id(&row);
	row.group = xstrdup(several->id);
	row.append = xstrdup(several->append);
	row.btf = xstrdup(several->btf);
	row.config = xstrdup(several->config);
	row.expect = xstrdup(several->expect);
	row.allow = said_rule_copy(&several->allow);
	return row;
}

void kernel_row_write_release(const struct kernel_row *row, const char *release, struct buf *list)
{
	buf_puts(list, release);
	if (row->source && row->source->definition)
		buf_printf(list, " source=\"%s\"", row->source->place);
	if (!row->several && !row->group)
		buf_printf(list, " id=%s", row->id);
	if (row->memory_mb)
		buf_printf(list, " memory=%u", row->memory_mb);
	if (row->processors)
		buf_printf(list, " processors=%u", row->processors);
	if (circumstances_any(&row->env)) {
		cleanup_free char *env = circumstances_text(&row->env);

		buf_printf(list, " env=%s", env);
	}
	if (*row->append)
		buf_printf(list, " append=\"%s\"", row->append);
	buf_puts(list, " optional\n");
}

struct kernel_wish kernel_row_wish(const struct kernel_row *row)
{
	return (struct kernel_wish){.arch = row->arch, .spec = row->spec, .flavour = row->flavour};
}

const char *kernel_row_flavour(const struct kernel_row *row, const char *release)
{
	if (row->kind != ROW_PACKAGE || !*release || (row->source->definition && *row->flavour))
		return row->flavour;
	return row->source->flavour(release);
}

char *kernel_row_spec(const struct kernel_row *row)
{
	bool is_other = row->source && row->source != source_default();

	return xasprintf("%s%s%s%s%s%s%s", is_other ? row->source->name : "", is_other ? ":" : "", row->spec,
	                 *row->flavour ? "/" : "", row->flavour, needs_arch(row) ? "/" : "",
	                 needs_arch(row) ? row->arch->deb : "");
}
