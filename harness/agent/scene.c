/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/scene.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define BIT(key) (1u << (key))
/* dev_t inside the kernel (include/linux/kdev_t.h); stat's is another. */
#define KERNEL_MINOR_BITS 20

#define FILE_KEYS (BIT(SCENE_PATH) | BIT(SCENE_INO) | BIT(SCENE_DEV) | BIT(SCENE_SIZE))
#define TCP_KEYS (BIT(SCENE_FAMILY) | BIT(SCENE_SADDR) | BIT(SCENE_DADDR) | BIT(SCENE_SPORT) | BIT(SCENE_DPORT))

/* How a name limits the address family it is for: "saddr_v4" says nothing of an IPv6 connection. */
enum only { ANY_FAMILY, ONLY_V4, ONLY_V6 };

static const struct claim {
	const char *name;
	enum scene_key key;
	enum only only;
} claims[] = {
        {"filename", SCENE_PATH, ANY_FAMILY},  {"fname", SCENE_PATH, ANY_FAMILY},
        {"file_name", SCENE_PATH, ANY_FAMILY}, {"path", SCENE_PATH, ANY_FAMILY},
        {"pathname", SCENE_PATH, ANY_FAMILY},  {"ino", SCENE_INO, ANY_FAMILY},
        {"inode", SCENE_INO, ANY_FAMILY},      {"i_ino", SCENE_INO, ANY_FAMILY},
        {"dev", SCENE_DEV, ANY_FAMILY},        {"s_dev", SCENE_DEV, ANY_FAMILY},
        {"i_size", SCENE_SIZE, ANY_FAMILY},    {"file_size", SCENE_SIZE, ANY_FAMILY},
        {"size", SCENE_SIZE, ANY_FAMILY},      {"family", SCENE_FAMILY, ANY_FAMILY},
        {"af", SCENE_FAMILY, ANY_FAMILY},      {"saddr", SCENE_SADDR, ANY_FAMILY},
        {"saddr_v4", SCENE_SADDR, ONLY_V4},    {"saddr4", SCENE_SADDR, ONLY_V4},
        {"saddr_v6", SCENE_SADDR, ONLY_V6},    {"saddr6", SCENE_SADDR, ONLY_V6},
        {"daddr", SCENE_DADDR, ANY_FAMILY},    {"daddr_v4", SCENE_DADDR, ONLY_V4},
        {"daddr4", SCENE_DADDR, ONLY_V4},      {"daddr_v6", SCENE_DADDR, ONLY_V6},
        {"daddr6", SCENE_DADDR, ONLY_V6},      {"sport", SCENE_SPORT, ANY_FAMILY},
        {"lport", SCENE_SPORT, ANY_FAMILY},    {"dport", SCENE_DPORT, ANY_FAMILY},
};

/* How `struct in6_addr` is spelled behind the name of a member of that type. */
static const char in6_tail[] = ".in6_u.u6_addr8";

static bool is_address(int key)
{
	return key == SCENE_SADDR || key == SCENE_DADDR;
}

static const struct claim *claim_find(const char *field)
{
	size_t len = strlen(field), tail = sizeof(in6_tail) - 1;

	if (len > tail && !strcmp(field + len - tail, in6_tail))
		len -= tail;
	for (size_t i = 0; i < COUNT(claims); i++)
		if (strlen(claims[i].name) == len && !memcmp(claims[i].name, field, len))
			return &claims[i];
	return NULL;
}

/* A field of another kind under such a name means something else. */
static bool kind_fits(enum event_kind kind, int key)
{
	if (key == SCENE_PATH)
		return kind == EVENT_TEXT;
	return kind == EVENT_INTEGER || (is_address(key) && kind == EVENT_TEXT);
}

int scene_field_key(const struct event_layout *layout, size_t i)
{
	const struct claim *name = claim_find(layout->fields[i].path);

	return name && kind_fits(layout->fields[i].kind, (int)name->key) ? (int)name->key : -1;
}

static struct scene_view *view_add(struct scene *scene, uint32_t known)
{
	struct scene_view *v = &scene->views[scene->count++];

	v->known = known;
	return v;
}

void scene_of_exec(struct scene *scene, const char *path)
{
	*scene = (struct scene){.paths[0] = xstrdup(path)};
	view_add(scene, BIT(SCENE_PATH))->path = scene->paths[0];
}

static void file_view(struct scene *scene, const char *path, const struct action_result *r, uint64_t size)
{
	struct scene_view *v = view_add(scene, FILE_KEYS);

	v->path = path;
	v->numbers[SCENE_INO] = r->ino;
	v->numbers[SCENE_DEV] = r->dev;
	v->numbers[SCENE_SIZE] = size;
}

/* An address that is not known at that moment is all zero. */
static void tcp_view(struct scene *scene, const struct action_result *r, bool source, bool destination, uint16_t sport,
                     uint16_t dport)
{
	struct scene_view *v = view_add(scene, TCP_KEYS);

	v->numbers[SCENE_FAMILY] = r->family;
	v->numbers[SCENE_SPORT] = sport;
	v->numbers[SCENE_DPORT] = dport;
	if (source)
		memcpy(v->addresses[0], r->address, sizeof(r->address));
	if (destination)
		memcpy(v->addresses[1], r->address, sizeof(r->address));
}

void scene_of_action(struct scene *scene, enum action action, const char *directory, const struct action_result *r)
{
	*scene = (struct scene){0};
	if (r->skipped)
		return;
	if (action == ACTION_FILE) {
		scene->paths[0] = xasprintf("%s/%s", directory, ACTION_FILE_NAME);
		scene->paths[1] = xasprintf("%s/%s", directory, ACTION_FILE_RENAMED);
		file_view(scene, scene->paths[0], r, r->size);
		file_view(scene, scene->paths[0], r, 0);
		file_view(scene, scene->paths[1], r, r->size);
	} else if (action == ACTION_TCP4 || action == ACTION_TCP6) {
		tcp_view(scene, r, true, true, r->client_port, r->server_port);
		tcp_view(scene, r, true, true, r->server_port, r->client_port);
		/* the client before the kernel chose its port, and before it chose its address */
		tcp_view(scene, r, true, true, 0, r->server_port);
		tcp_view(scene, r, false, true, 0, r->server_port);
		/* the listening socket */
		tcp_view(scene, r, true, false, r->server_port, 0);
		tcp_view(scene, r, true, false, 0, 0);
	}
}

void scene_free(struct scene *scene)
{
	for (size_t i = 0; i < COUNT(scene->paths); i++)
		free(scene->paths[i]);
	*scene = (struct scene){0};
}

/* `text` is the path, or its end behind a slash: events carry what was passed, a dentry's name, or a path in a mount.
 */
static bool is_end_of_path(const char *path, const char *text, size_t len)
{
	size_t whole = strlen(path);
	const char *at = path + whole - len;

	return len && len <= whole && !memcmp(at, text, len) && (at == path || *at == '/' || at[-1] == '/');
}

static bool path_is(const char *path, const struct event_value *v)
{
	size_t whole = strlen(path);

	if (!v->has_text)
		return false;
	if (is_end_of_path(path, v->text, v->text_len))
		return true;
	/* cut by the size of the array, with or without a NUL */
	return v->text_size && v->text_len + 1 >= v->text_size && v->text_len < whole &&
	       !memcmp(path, v->text, v->text_len);
}

static const uint8_t *address_of(const struct scene_view *view, int key)
{
	return view->addresses[key == SCENE_DADDR];
}

static void address_print(struct buf *out, const struct scene_view *view, const uint8_t *bytes)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop((int)view->numbers[SCENE_FAMILY], bytes, text, sizeof(text));
	buf_puts(out, text);
}

/* Addresses are kept as they travel; a program may as well have turned an IPv4 address into a number. */
static bool address_is(const struct scene_view *view, int key, const struct event_value *v)
{
	size_t len = view->numbers[SCENE_FAMILY] == AF_INET6 ? 16 : 4;
	const uint8_t *want = address_of(view, key);
	uint32_t number;

	if (v->printed) {
		cleanup_buf struct buf text = {0};

		address_print(&text, view, want);
		return v->has_text && v->text_len == text.len && !memcmp(v->text, buf_str(&text), text.len);
	}
	if (v->kind == EVENT_TEXT) {
		static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

		if (len == 4 && v->text_size == 16 && !memcmp(v->text, mapped, sizeof(mapped)))
			return !memcmp(v->text + 12, want, 4);
		return v->text_size >= len && !memcmp(v->text, want, len);
	}
	memcpy(&number, want, sizeof(number));
	return v->has_integer && (v->integer == number || v->integer == __builtin_bswap32(number));
}

/* Whether the view speaks of this field at all. */
static bool view_knows(const struct scene_view *view, const struct claim *name, const struct event_value *v)
{
	bool v6 = view->numbers[SCENE_FAMILY] == AF_INET6;

	if (!(view->known & BIT(name->key)) || !(v->printed || kind_fits(v->kind, (int)name->key)))
		return false;
	if (!is_address((int)name->key))
		return true;
	if (name->only != ANY_FAMILY && v6 != (name->only == ONLY_V6))
		return false;
	if (v->printed || v->missing)
		return true;
	return v->kind == EVENT_TEXT ? v->text_size >= (v6 ? 16 : 4) : !v6;
}

static bool value_fits(const struct scene_view *view, int key, const struct event_value *v)
{
	uint64_t want = view->numbers[key];

	if (v->missing)
		return false;
	if (key == SCENE_PATH)
		return path_is(view->path, v);
	if (is_address(key))
		return address_is(view, key, v);
	if (!v->has_integer)
		return false;
	if (key == SCENE_DEV)
		return v->integer == want || v->integer == ((uint64_t)major(want) << KERNEL_MINOR_BITS | minor(want));
	if (key == SCENE_SPORT || key == SCENE_DPORT)
		return v->integer == want || v->integer == __builtin_bswap16((uint16_t)want);
	return v->integer == want;
}

static size_t view_mismatches(const struct event *e, const struct scene_view *view, size_t *checked)
{
	size_t wrong = 0;

	*checked = 0;
	for (size_t i = 0; i < e->count; i++) {
		const struct claim *name = claim_find(e->values[i].name);

		if (!name || !view_knows(view, name, &e->values[i]))
			continue;
		(*checked)++;
		wrong += !value_fits(view, (int)name->key, &e->values[i]);
	}
	return wrong;
}

static const struct scene_view *best_view(const struct event *e, const struct scene *scene, size_t *wrong,
                                          size_t *checked)
{
	const struct scene_view *best = NULL;

	*wrong = *checked = 0;
	for (size_t i = 0; i < scene->count; i++) {
		size_t known, bad = view_mismatches(e, &scene->views[i], &known);

		if (best && bad >= *wrong)
			continue;
		best = &scene->views[i];
		*wrong = bad;
		*checked = known;
	}
	return best;
}

size_t scene_mismatches(const struct event *e, const struct scene *scene, size_t *checked)
{
	size_t wrong;

	best_view(e, scene, &wrong, checked);
	return wrong;
}

static char *expected_print(const struct scene_view *view, int key, const struct event_value *v)
{
	struct buf out = {0};
	size_t len = view->path ? strlen(view->path) : 0;

	if (key == SCENE_PATH && value_fits(view, key, v) && v->text_len < len)
		event_escape(&out, v->text, v->text_len);
	else if (key == SCENE_PATH)
		event_escape(&out, view->path, len);
	else if (is_address(key))
		address_print(&out, view, address_of(view, key));
	else
		buf_printf(&out, "%" PRIu64, view->numbers[key]);
	return buf_steal(&out);
}

/* Ports that a program left as they travel are right; the text says so, for the number alone would look wrong. */
static bool is_swapped_port(const struct scene_view *view, int key, const struct event_value *v)
{
	return (key == SCENE_SPORT || key == SCENE_DPORT) && v->has_integer && v->integer != view->numbers[key] &&
	       value_fits(view, key, v);
}

static char *observed_print(const struct scene_view *view, int key, const struct event_value *v)
{
	struct buf out = {0};
	uint32_t number = (uint32_t)v->integer;

	if (v->missing)
		return buf_steal(&out);
	if (is_swapped_port(view, key, v))
		buf_printf(&out, "%" PRIu64 " in network byte order", view->numbers[key]);
	else if (is_address(key) && !v->printed)
		address_print(&out, view, v->kind == EVENT_TEXT ? (const uint8_t *)v->text : (const uint8_t *)&number);
	else if (v->has_text && !v->has_integer)
		event_escape(&out, v->text, v->text_len);
	else if (v->has_integer)
		buf_printf(&out, v->is_signed ? "%" PRId64 : "%" PRIu64, v->integer);
	return buf_steal(&out);
}

size_t scene_compare(const struct event *e, const struct scene *scene, const char *workload, struct fact_list *out)
{
	size_t wrong, checked;
	const struct scene_view *view = best_view(e, scene, &wrong, &checked);

	for (size_t i = 0; view && i < e->count; i++) {
		const struct event_value *v = &e->values[i];
		const struct claim *name = claim_find(v->name);
		struct truth_fact *f;

		if (!name || !view_knows(view, name, v))
			continue;
		f = fact_list_add(out, workload, v->name);
		f->ok = value_fits(view, (int)name->key, v);
		f->expected = expected_print(view, (int)name->key, v);
		f->observed = observed_print(view, (int)name->key, v);
		f->hint = v->missing ? xasprintf("the event has %zu bytes and ends before this field", e->len)
		                     : xstrdup("");
	}
	return wrong;
}
