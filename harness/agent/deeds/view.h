/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view: one moment of what a subject did beside being itself, as facts by key, and which event fields claim to carry
 * which of them. Filled by action in the subject's process, compared by scene in the agent's: no pointers. Pure.
 *
 * A deed consists of several moments, and events speak of any of them: a file has size 0 when it is created, a
 * connection has a client's and a server's side. Each is a view; all views of a deed are its scene.
 */
#ifndef COREMATRIX_AGENT_DEEDS_VIEW_H
#define COREMATRIX_AGENT_DEEDS_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers first, then texts, then addresses. */
enum view_key {
	VIEW_INO,
	VIEW_DEV, /* as stat has it; events may have the kernel's encoding */
	VIEW_SIZE,
	VIEW_MODE, /* with the type of the file; events may have the permissions alone */
	VIEW_NLINK,
	VIEW_CTIME_SEC, /* events may have nanoseconds since 1970 */
	VIEW_CTIME_NSEC,
	VIEW_FD,
	VIEW_RET, /* what the system call returned */
	VIEW_FAMILY,
	VIEW_PROTOCOL,
	VIEW_SPORT, /* in host order, here and below; events may have either */
	VIEW_DPORT,
	VIEW_LEN,
	VIEW_CHILD_PID,
	VIEW_FORKER,    /* process that made the child */
	VIEW_EXIT_CODE, /* as wait() has it; events may have the status alone */
	VIEW_SIG,
	VIEW_TARGET_PID,
	VIEW_SENDER_PID,
	VIEW_SI_CODE,
	VIEW_ADDR,
	VIEW_END,
	VIEW_PROT,
	VIEW_FLAGS,
	VIEW_OLD_UID,
	VIEW_NEW_UID,
	VIEW_OLD_GID,
	VIEW_NEW_GID,
	VIEW_CAP,
	VIEW_CLOCKID,
	VIEW_SEC,
	VIEW_NSEC,
	VIEW_EXPIRES, /* ns of the clock; events may have the latest time, the timer's slack added */
	VIEW_SLACK,   /* no field's; for the one above */
	VIEW_CGROUP_ID,
	VIEW_LEVEL,
	VIEW_MAJOR,
	VIEW_MINOR,
	VIEW_SECTOR, /* of 512 bytes */
	VIEW_OPTNAME,
	VIEW_OPTVAL,
	VIEW_ARG1,
	VIEW_ARG2,
	VIEW_INDEX,  /* which of several it was, from 0 */
	VIEW_PORTID, /* of a netlink socket */
	VIEW_MAP_ID, /* of BPF, and the next two */
	VIEW_PROG_ID,
	VIEW_LINK_ID,
	VIEW_NUMBER_COUNT,

	VIEW_PATH = VIEW_NUMBER_COUNT, /* events may have the last component alone, here and with other paths */
	VIEW_FORKER_COMM,
	VIEW_CHILD_COMM,
	VIEW_SOURCE,
	VIEW_TARGET,
	VIEW_FSTYPE,
	VIEW_CGROUP_PATH,
	VIEW_CGROUP_NAME,
	VIEW_DISK,
	VIEW_HOST, /* that is looked up */
	VIEW_LINE, /* of text, that is read */
	VIEW_TEXT_END,

	VIEW_SADDR = VIEW_TEXT_END,
	VIEW_DADDR,
	VIEW_KEY_COUNT,
};

#define VIEW_TEXT_SIZE 128

struct view {
	uint64_t known;                      /* bits 1 << enum view_key; nothing is said of the others */
	uint64_t numbers[VIEW_NUMBER_COUNT]; /* negative ones sign-extended */
	char texts[VIEW_TEXT_END - VIEW_PATH][VIEW_TEXT_SIZE];
	uint8_t addresses[2][16]; /* source and destination, as they travel; the first 4 bytes for IPv4 */
};

#define SCENE_VIEWS_MAX 10

struct scene {
	struct view views[SCENE_VIEWS_MAX];
	size_t count;
};

/* A new empty view at the end; more than SCENE_VIEWS_MAX end the process. */
struct view *scene_add(struct scene *scene);

static inline bool view_knows(const struct view *v, int key)
{
	return v->known >> key & 1;
}

void view_number(struct view *v, enum view_key key, uint64_t number);
/* A text that does not fit is not known. */
void view_text(struct view *v, enum view_key key, const char *text);
/* `bytes` is NULL for the address that is all zero. */
void view_address(struct view *v, enum view_key key, const uint8_t *bytes, size_t len);

static inline const char *view_text_of(const struct view *v, int key)
{
	return v->texts[key - VIEW_PATH];
}

static inline bool view_key_is_number(int key)
{
	return key < VIEW_NUMBER_COUNT;
}

static inline bool view_key_is_text(int key)
{
	return key >= VIEW_PATH && key < VIEW_TEXT_END;
}

static inline bool view_key_is_address(int key)
{
	return key >= VIEW_SADDR;
}

/* What a key is about. */
struct view_key_info {
	const char *words;         /* "inode number" */
	const char *type, *member; /* kernel field it is usually read from, or NULL */
	bool hex;                  /* people read it in hexadecimal */
	bool path;                 /* a text whose last component is as good */
};

const struct view_key_info *view_key_info(int key);

/* How a name limits the address family it is for: "saddr_v4" says nothing of an IPv6 connection. */
enum view_only { ANY_FAMILY, ONLY_V4, ONLY_V6 };

struct view_claim {
	const char *name;
	enum view_key key;
	enum view_only only;
	bool beside_child; /* only in an event that has a `child_pid`: its parent is the subject then */
};

/* All names; and the one of an event field, or NULL. `_helper` after a name changes nothing. */
const struct view_claim *view_claims(size_t *count);
const struct view_claim *view_claim_find(const char *field, bool beside_child);

/* Whether a field of this name makes its event speak of a child that the subject forks. */
bool view_names_child(const char *field);

#endif
