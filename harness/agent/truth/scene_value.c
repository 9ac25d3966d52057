/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/scene_value.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
/* dev_t inside the kernel (include/linux/kdev_t.h); stat's is another. */
#define KERNEL_MINOR_BITS 20
/* I_CTIME_QUERIED, include/linux/fs.h of 6.13 and later */
#define CTIME_QUERIED (1u << 31)

/*
 * `text` is the path, or its end after a slash: events carry what was passed, a dentry's name, or a path in a mount.
 */
static bool is_end_of_path(const char *path, const char *text, size_t len)
{
	size_t whole = strlen(path);
	const char *at = len && len <= whole ? path + whole - len : NULL;

	return at && !memcmp(at, text, len) && (at == path || *at == '/' || at[-1] == '/');
}

static bool text_is(const char *want, bool path, const struct event_value *v)
{
	size_t whole = strlen(want);

	if (!v->has_text)
		return false;
	if (v->text_len == whole && !memcmp(want, v->text, whole))
		return true;
	if (path && is_end_of_path(want, v->text, v->text_len))
		return true;
	/* cut by the size of the array, with or without a NUL */
	return v->text_size && v->text_len && v->text_len + 1 >= v->text_size && v->text_len < whole &&
	       !memcmp(want, v->text, v->text_len);
}

static const uint8_t *address_of(const struct view *view, int key)
{
	return view->addresses[key - VIEW_SADDR];
}

static void address_print(struct buf *out, const struct view *view, const uint8_t *bytes)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop((int)view->numbers[VIEW_FAMILY], bytes, text, sizeof(text));
	buf_puts(out, text);
}

/* An address has several spellings: "::1", "0000:0000:…:0001". */
static bool address_reads(const char *text, size_t text_len, int family, const uint8_t *want, size_t len)
{
	cleanup_free char *whole = xstrndup(text, text_len);
	uint8_t bytes[16];

	return inet_pton(family, whole, bytes) == 1 && !memcmp(bytes, want, len);
}

/* Addresses are kept as they travel; a program may as well have turned an IPv4 address into a number. */
static bool address_is(const struct view *view, int key, const struct event_value *v)
{
	size_t len = view->numbers[VIEW_FAMILY] == AF_INET6 ? 16 : 4;
	const uint8_t *want = address_of(view, key);
	uint32_t number;

	if (v->printed)
		return v->has_text && address_reads(v->text, v->text_len, len == 16 ? AF_INET6 : AF_INET, want, len);
	if (v->kind == EVENT_TEXT) {
		static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

		if (len == 4 && v->text_size == 16 && !memcmp(v->text, mapped, sizeof(mapped)))
			return !memcmp(v->text + 12, want, 4);
		return v->text_size >= len && !memcmp(v->text, want, len);
	}
	memcpy(&number, want, sizeof(number));
	return v->has_integer && (v->integer == number || v->integer == __builtin_bswap32(number));
}

bool scene_value_known(const struct view *view, const struct view_claim *claim, const struct event_value *v)
{
	bool v6 = view->numbers[VIEW_FAMILY] == AF_INET6;

	if (!view_knows(view, (int)claim->key))
		return false;
	if (!view_key_is_address((int)claim->key))
		return true;
	if (claim->only != ANY_FAMILY && v6 != (claim->only == ONLY_V6))
		return false;
	if (v->printed || v->missing)
		return true;
	return v->kind == EVENT_TEXT ? v->text_size >= (v6 ? 16 : 4) : !v6;
}

/* The other number that says the same, as the kernel or its tools have it; the same number when there is none. */
static uint64_t other_form(const struct view *view, int key)
{
	uint64_t want = view->numbers[key];

	switch (key) {
	case VIEW_DEV:
		return (uint64_t)major(want) << KERNEL_MINOR_BITS | minor(want);
	case VIEW_MODE:
		return want & ~(uint64_t)S_IFMT;
	case VIEW_CTIME_SEC:
		return want * 1000000000u + view->numbers[VIEW_CTIME_NSEC];
	case VIEW_EXIT_CODE:
		return want >> 8 ? want >> 8 & 0xff : want;
	case VIEW_EXPIRES:
		return want + view->numbers[VIEW_SLACK];
	case VIEW_SPORT:
	case VIEW_DPORT:
		return __builtin_bswap16((uint16_t)want);
	default:
		return want;
	}
}

/* A negative number may be in a field that is narrower and has no sign. */
static bool number_says(uint64_t want, const struct event_value *v)
{
	if (v->integer == want)
		return true;
	return (int64_t)want < 0 && !v->is_signed && v->bits && v->bits < 64 &&
	       v->integer == (want & (UINT64_MAX >> (64 - v->bits)));
}

/* A protocol of IP; or what else goes by that name: the packet's, or a socket's family and type in one number. */
static bool protocol_is(const struct view *view, uint64_t number)
{
	const uint64_t family = view->numbers[VIEW_FAMILY], protocol = view->numbers[VIEW_PROTOCOL];
	const uint16_t packet = family == AF_INET6 ? ETH_P_IPV6 : ETH_P_IP;
	const uint64_t type = protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM;

	return number == protocol || number == packet || number == htons(packet) || number == (family << 16 | type);
}

bool scene_value_fits(const struct view *view, int key, const struct event_value *v)
{
	if (v->missing)
		return false;
	if (view_key_is_text(key))
		return text_is(view_text_of(view, key), view_key_info(key)->path, v);
	if (view_key_is_address(key))
		return address_is(view, key, v);
	if (key == VIEW_PROTOCOL)
		return v->has_integer && protocol_is(view, v->integer);
	return v->has_integer && (number_says(view->numbers[key], v) || v->integer == other_form(view, key));
}

static void number_print(struct buf *out, int key, uint64_t number, bool is_signed)
{
	if (view_key_info(key)->hex)
		buf_printf(out, "0x%" PRIx64, number);
	else
		buf_printf(out, is_signed ? "%" PRId64 : "%" PRIu64, number);
}

static bool is_port(int key)
{
	return key == VIEW_SPORT || key == VIEW_DPORT;
}

char *scene_value_expected(const struct view *view, int key, const struct event_value *v)
{
	bool fits = scene_value_fits(view, key, v);
	struct buf out = {0};

	if (view_key_is_text(key)) {
		const char *want = view_text_of(view, key);

		/* of a path, as much as the event has */
		if (fits && v->text_len < strlen(want))
			event_escape(&out, v->text, v->text_len);
		else
			event_escape(&out, want, strlen(want));
	} else if (view_key_is_address(key)) {
		address_print(&out, view, address_of(view, key));
	} else if (fits && !is_port(key)) {
		number_print(&out, key, v->integer, v->is_signed);
	} else {
		number_print(&out, key, view->numbers[key], (int64_t)view->numbers[key] < 0);
	}
	return buf_steal(&out);
}

char *scene_value_observed(const struct view *view, int key, const struct event_value *v)
{
	struct buf out = {0};
	uint32_t number = (uint32_t)v->integer;

	if (v->missing)
		return buf_steal(&out);
	/* Right, though the number alone would look wrong. */
	if (is_port(key) && v->has_integer && v->integer != view->numbers[key] && scene_value_fits(view, key, v))
		buf_printf(&out, "%" PRIu64 " in network byte order", view->numbers[key]);
	else if (view_key_is_address(key) && !v->printed)
		address_print(&out, view, v->kind == EVENT_TEXT ? (const uint8_t *)v->text : (const uint8_t *)&number);
	else if (v->has_text && !(v->has_integer && view_key_is_number(key)))
		event_escape(&out, v->text, v->text_len);
	else if (v->has_integer)
		number_print(&out, key, v->integer, v->is_signed);
	return buf_steal(&out);
}

/* The other fact of the same moment that the value is. Small numbers are too common to mean anything. */
static void other_fact_add(struct buf *out, const struct view *view, int key, const struct event_value *v)
{
	for (int other = 0; other < VIEW_KEY_COUNT; other++) {
		cleanup_buf struct buf text = {0};
		bool same = view_key_is_number(key)    ? view_key_is_number(other) && v->integer > 2
		            : view_key_is_address(key) ? view_key_is_address(other)
		                                       : view_key_is_text(other) && v->text_len;

		if (other == key || !same || !view_knows(view, other) || !scene_value_fits(view, other, v))
			continue;
		buf_printf(&text, "this is the %s", view_key_info(other)->words);
		hint_add(out, buf_str(&text));
		return;
	}
}

static bool bytes_are_zero(const struct event_value *v)
{
	for (size_t i = 0; i < v->text_size; i++)
		if (v->text[i])
			return false;
	return true;
}

static bool is_nothing(int key, const struct event_value *v)
{
	if (view_key_is_address(key) && v->kind == EVENT_TEXT && !v->printed)
		return bytes_are_zero(v);
	if (view_key_is_text(key))
		return v->has_text && !v->text_len;
	return v->has_integer && !v->integer;
}

char *scene_value_hint(const struct view *view, int key, const struct event_value *v,
                       const struct hint_context *context)
{
	const struct view_key_info *info = view_key_info(key);
	cleanup_free char *stale = info->type ? hint_stale_offset(context, info->type, info->member) : NULL;
	struct buf out = {0};

	if (stale)
		hint_add(&out, stale);
	else if (is_nothing(key, v))
		hint_add(&out, view_key_is_text(key) ? "it is empty: the read failed or was never made"
		                                     : "it is 0: the read failed or was never made");
	else if (key == VIEW_CTIME_NSEC && v->has_integer &&
	         (v->integer & ~(uint64_t)CTIME_QUERIED) == view->numbers[key])
		hint_add(&out, "bit 31 is the kernel's mark for a time that was asked for, since 6.13: mask it");
	else
		other_fact_add(&out, view, key, v);
	if (!out.len && view_key_is_number(key) && v->has_integer)
		hint_number_shape(&out, v, view->numbers[key]);
	return buf_steal(&out);
}
