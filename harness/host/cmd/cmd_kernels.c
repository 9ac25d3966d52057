/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_kernels.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "host/cmd/command.h"
#include "host/kernels/kernel_list.h"
#include "host/object/object.h"
#include "host/store/store.h"
#include "host/store/store_modules.h"
#include "host/vm/initramfs.h"
#include "host/vm/snapshot.h"

struct arguments {
	struct command_options common; /* its arguments are the verb and what belongs to it */
	struct store_options store;
};

enum { OPTION_UPDATE = 256, OPTION_FROZEN };

static const struct argp_option options[] = {
        COMMAND_ROW_LIST,
        COMMAND_ROW_IMAGES,
        {"update", OPTION_UPDATE, NULL, 0, "fetch: resolve again, by a fresh index", 0},
        {"frozen", OPTION_FROZEN, NULL, 0, "fetch: any difference from kernels.lock is an error", 0},
        {"quiet", 'q', NULL, 0, "no progress", 0},
        {0},
};

static error_t option_take(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'q':
		a->store.quiet = true;
		return 0;
	case OPTION_UPDATE:
		a->store.update = true;
		return 0;
	case OPTION_FROZEN:
		a->store.frozen = true;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no verb; expected list, fetch, verify, new, add or prune");
		return 0;
	default:
		return command_option(key, arg, state, &a->common);
	}
}

static size_t widest(size_t width, const char *text)
{
	return strlen(text) > width ? strlen(text) : width;
}

static const char *state_text(const struct store_row *row)
{
	if (row->present)
		return "present";
	return *row->release ? "to be fetched" : "not resolved yet";
}

static int verb_list(const struct arguments *a, struct kernel_list *list, struct error *err)
{
	struct store_row *rows;
	size_t count, id = 2, release = 7, version = 7;
	int rc = store_list(&a->store, list, &rows, &count, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < count; i++) {
		id = widest(id, list->rows[i].id);
		release = widest(release, rows[i].release);
		version = widest(version, rows[i].version);
	}
	printf("%4s  %-*s  %-*s  %-*s  %s\n", "line", (int)id, "id", (int)release, "release", (int)version, "version",
	       "state");
	for (size_t i = 0; i < count; i++)
		printf("%4u  %-*s  %-*s  %-*s  %s%s\n", list->rows[i].line, (int)id, list->rows[i].id, (int)release,
		       *rows[i].release ? rows[i].release : "-", (int)version, *rows[i].version ? rows[i].version : "-",
		       state_text(&rows[i]), list->rows[i].optional ? ", optional" : "");
	store_rows_free(rows, count);
	return 0;
}

static int verb_fetch(const struct arguments *a, struct kernel_list *list, struct error *err)
{
	cleanup_object_list struct object_list objects = {0};
	cleanup_strings struct strings modules = {0};
	struct store_options store = a->store;
	struct store_kernel *kernels = NULL;
	struct module_set *sets = NULL;
	size_t count = 0, skipped = 0;
	int rc = 0;

	store.modules = &modules;
	if (a->common.arg_count > 1)
		rc = object_list_read(a->common.args + 1, a->common.arg_count - 1, &objects, err);
	object_list_modules(&objects, &modules);
	rc = rc ? rc : store_prepare(&store, list, &kernels, &count, err);
	rc = rc ? rc : store_modules_prepare(&store, list, kernels, count, &modules, &sets, err);
	for (size_t i = 0; i < count; i++)
		skipped += kernels[i].skipped;
	if (!rc && !a->store.quiet)
		printf("kernels ready: %zu, skipped: %zu\n", count - skipped, skipped);
	store_modules_free(sets, count);
	store_kernels_free(kernels, count);
	return rc;
}

static int verb_verify(const struct arguments *a, struct kernel_list *list, struct error *err)
{
	size_t good, bad;
	int rc = store_verify(&a->store, list, &good, &bad, err);

	if (rc)
		return rc;
	printf("kernels intact: %zu, damaged or missing: %zu\n", good, bad);
	return bad ? error_set(err, EIO, "%s does not hold every kernel of %s intact; run `corematrix kernels fetch`",
	                       a->store.dir, a->common.list_path)
	           : 0;
}

static int verb_prune(const struct arguments *a, struct kernel_list *list, struct error *err)
{
	size_t removed;
	uint64_t bytes;
	uint64_t before, left;
	int rc = store_prune(&a->store, list, &removed, &bytes, err);

	rc = rc ? rc : initramfs_prune(a->store.dir, &bytes, err);
	rc = rc ? rc : snapshot_trim(a->store.dir, SNAPSHOT_MAX_BYTES, &before, err);
	rc = rc ? rc : snapshot_trim(a->store.dir, 0, &left, err);
	if (!rc)
		printf("kernels removed: %zu, %.1f MB; saved guests: %.1f MB\n", removed, (double)bytes / 1e6,
		       (double)(before - left) / 1e6);
	return rc;
}

/* A word of the command line as the list has to write it: quoted where it holds a blank or begins a comment. */
static void word_add(struct buf *line, const char *word)
{
	const char *equals = strchr(word, '=');

	if (line->len)
		buf_putc(line, ' ');
	if (!strpbrk(word, " \t#"))
		buf_puts(line, word);
	else if (equals)
		buf_printf(line, "%.*s=\"%s\"", (int)(equals - word), word, equals + 1);
	else
		buf_printf(line, "\"%s\"", word);
}

static int verb_add(const struct arguments *a, struct kernel_list *list, struct error *err)
{
	cleanup_kernel_list struct kernel_list with = {0}, added = {0};
	cleanup_buf struct buf text = {0}, line = {0};
	cleanup_free char *path = realpath(a->common.list_path, NULL);
	int rc;

	if (a->common.arg_count < 2)
		return error_usage(
		        err, "kernels add: no kernel; expected a line of the list, such as: kernels add 6.1 cloud");
	for (size_t i = 1; i < a->common.arg_count; i++)
		word_add(&line, a->common.args[i]);
	if (strpbrk(buf_str(&line), "\r\n"))
		return error_usage(err, "kernels add: the words hold a line break; expected one line of the list");
	rc = places_check_own(a->common.list_path, err);
	rc = rc ? rc : io_read_file(path ? path : a->common.list_path, (size_t)1 << 20, &text, err);
	if (rc)
		return rc;
	if (text.len && text.data[text.len - 1] != '\n')
		buf_putc(&text, '\n');
	buf_printf(&text, "%s\n", buf_str(&line));
	rc = kernel_list_parse(buf_str(&text), text.len, a->common.list_path, &with, err);
	if (rc)
		return rc;
	if (with.count != list->count + 1)
		return error_usage(err, "kernels add: '%s' names no kernel", buf_str(&line));
	/* Only the new row has to be looked for. */
	rc = kernel_list_parse(buf_str(&text), text.len, a->common.list_path, &added, err);
	if (!rc)
		rc = kernel_list_select(&added, (char *const[]){with.rows[with.count - 1].id}, 1, err);
	if (!rc) {
		cleanup_kernel_list struct kernel_list types = {0};

		kernel_list_split(&added, &types);
		rc = types.count ? kernel_list_check_types(&types, err) : store_resolve(&a->store, &added, err);
	}
	if (!rc)
		rc = io_replace_file(path ? path : a->common.list_path, text.data, text.len, err);
	if (!rc)
		printf("%s:%u: %s\n", a->common.list_path, with.rows[with.count - 1].line, buf_str(&line));
	return rc;
}

static int verb_new(const struct arguments *a, struct kernel_list *list, struct error *err)
{
	struct store_news news __attribute__((cleanup(store_news_free))) = {0};
	int rc = store_news(&a->store, list, &news, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < news.count; i++)
		printf("%s: %s%s%s\n", news.at[i].row->id, news.at[i].before, *news.at[i].before ? " -> " : "",
		       news.at[i].release);
	for (size_t i = 0; i < news.rowless.count; i++)
		printf("without a row: %s\n", news.rowless.at[i]);
	if (!news.count && !news.rowless.count)
		puts("nothing new");
	return 0;
}

static const struct verb {
	const char *name;
	bool takes_words;
	bool takes_list; /* as it was read: with rows that are types alone or stand for several kernels */
	int (*run)(const struct arguments *a, struct kernel_list *list, struct error *err);
} verbs[] = {
        {"list", false, false, verb_list},   {"fetch", true, false, verb_fetch}, {"verify", false, false, verb_verify},
        {"prune", false, false, verb_prune}, {"add", true, true, verb_add},      {"new", false, true, verb_new},
};

static int verb_run(const struct arguments *a, struct error *err)
{
	cleanup_kernel_list struct kernel_list list = {0}, types = {0};
	struct store_options store = a->store;
	int rc;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(a->common.args[0], verbs[i].name))
			continue;
		if (!verbs[i].takes_words && a->common.arg_count > 1)
			return error_usage(err, "kernels %s: unexpected word '%s'", verbs[i].name, a->common.args[1]);
		/* `add` looks at the whole list, whatever is wrong with a row that it does not touch */
		store.offline = verbs[i].run != verb_fetch;
		if (verbs[i].takes_list) {
			rc = kernel_list_read(a->common.list_path, &list, err);
			return rc ? rc : verbs[i].run(a, &list, err);
		}
		rc = store_list_open(&store, a->common.list_path, NULL, 0, &list, &types, err);
		rc = rc ? rc : verbs[i].run(a, &list, err);
		for (size_t k = 0; !rc && verbs[i].run == verb_list && k < types.count; k++)
			printf("%4u  %s  types alone, predicted and never booted: %s\n", types.rows[k].line,
			       types.rows[k].id, types.rows[k].spec);
		return rc;
	}
	return error_usage(err, "kernels: unknown verb '%s'; expected list, fetch, verify, new, add or prune",
	                   a->common.args[0]);
}

int cmd_kernels(int argc, char **argv)
{
	static const char doc[] =
	        "Look after the kernels that the matrix boots.\vlist      each row of the list, what it resolved to, and whether the store has it\n"
	        "fetch     bring every kernel of the list into the store, with the\n"
	        "          modules that OBJECTs name\n"
	        "verify    hash every file of every kernel of the list\n"
	        "new       what there is by now that the rows do not mean yet (kernels.lock),\n"
	        "          and versions beyond those of the list\n"
	        "add WORDS append a line to the list, after checking that its kernel exists\n"
	        "prune     remove kernels that no row of the list refers to, and all saved guests";
	static const struct argp argp = {
	        options, option_take, "list|fetch [OBJECT...]|verify|new|prune|add WORDS...", doc, NULL, NULL, NULL};
	struct arguments a = {.common = {COMMAND_DEFAULTS}};
	cleanup_error struct error err = {0};

	if (command_parse(&argp, 0, argc, argv, &a))
		return EXIT_USAGE;
	a.store.dir = a.common.images;
	return verb_run(&a, &err) ? command_fail(&err) : EXIT_AS_EXPECTED;
}
