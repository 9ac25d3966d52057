/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/learn_write.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/judge/learn_ini.h"
#include "host/lib/text.h"

#define INI_MAX ((size_t)1 << 20)

static bool says_what_events_are(const struct object_ini *ini)
{
	for (size_t i = 0; i < ini->setting_count; i++)
		switch (ini->settings[i].key) {
		case SETTING_EVENT_LAYOUT:
		case SETTING_EVENT_LINE:
		case SETTING_MAP_KEY_NAME:
		case SETTING_MAP_VALUE_NAME:
			return true;
		default:
			break;
		}
	return ini->types != NULL;
}

/* The whole new text; 0 or a negative errno. */
static int text_make(const struct object *o, const struct learnt *learnt, const struct buf *sections, struct buf *out,
                     struct error *err)
{
	cleanup_free char *places = learnt_text(learnt);
	int rc = access(o->ini_path, F_OK) ? 0 : io_read_file(o->ini_path, INI_MAX, out, err);

	if (rc)
		return rc;
	if (out->len)
		buf_puts(out, "\n");
	buf_puts(out, "# Learnt by `corematrix run --write-ini`:");
	buf_putc(out, ' ');
	/* formats of printed lines are part of it */
	text_add_line(out, places);
	buf_printf(out, "\n%s", buf_str(sections) + 1);
	return 0;
}

static int ini_put(const struct object *o, const struct buf *text, struct error *err)
{
	cleanup_object_ini struct object_ini ini = {0};
	int rc = object_ini_parse(buf_str(text), o->ini_path, &ini, err);

	return rc ? rc : io_replace_file(o->ini_path, text->data, text->len, err);
}

void learn_write(const struct object *object, const struct learnt *learnt, const struct watch *watch)
{
	cleanup_buf struct buf sections = {0}, rest = {0}, text = {0};
	cleanup_error struct error err = {0};
	bool new = access(object->ini_path, F_OK) != 0;

	if (says_what_events_are(&object->ini)) {
		if (learnt->count)
			watch_say(watch, WATCH_WARNING,
			          "%s says already what its events are: what was learnt is not written",
			          object->ini_path);
		return;
	}
	learnt_ini(learnt, &sections, &rest);
	for (char *at = rest.len ? strtok(rest.data, "\n") : NULL; at; at = strtok(NULL, "\n"))
		watch_say(watch, WATCH_WARNING, "%s: its ini cannot say this: %s", object->name, at);
	if (!sections.len) {
		watch_say(watch, WATCH_NOTE, "%s: nothing was learnt that an ini could say: none is written",
		          object->name);
		return;
	}
	if (text_make(object, learnt, &sections, &text, &err) || ini_put(object, &text, &err))
		watch_say(watch, WATCH_WARNING, "%s: what was learnt is not written: %s", object->name, err.text);
	else
		watch_say(watch, WATCH_NOTE,
		          new ? "%s: what was learnt is written to it" : "%s: what was learnt is added to it",
		          object->ini_path);
}
