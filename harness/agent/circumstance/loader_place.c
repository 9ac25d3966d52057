/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/circumstance/loader_place.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

#define ORDINARY_USER 1000
#define STACK_SIZE (8u << 20)
#define TEXT_MAX (64u << 10)

/* include/uapi/linux/capability.h, since 5.8: headers may be older */
enum { PERFMON = 38, BPF = 39, CAPABILITIES = 64 };
#define BIT(capability) (1ull << (capability))
static const uint64_t bpf_capabilities = BIT(PERFMON) | BIT(BPF);

static const rlim_t memlock_bytes[] = {[MEMLOCK_64K] = 64u << 10, [MEMLOCK_8M] = 8u << 20};

static struct circumstances place;
static const char *const namespace_files[] = {"/proc/self/ns/user", "/proc/self/ns/pid"};
enum { NAMESPACES = sizeof(namespace_files) / sizeof(*namespace_files) };
static char own_namespaces[NAMESPACES][64];

static bool wants_namespace(unsigned value)
{
	const unsigned asked = place.value[CIRCUMSTANCE_NAMESPACE];

	return asked == value || asked == NAMESPACE_CONTAINER;
}

static bool wants_mounts(void)
{
	return place.value[CIRCUMSTANCE_TRACEFS] || place.value[CIRCUMSTANCE_SYS] || wants_namespace(NAMESPACE_MOUNT);
}

bool loader_place_is_asked(void)
{
	return wants_mounts() || place.value[CIRCUMSTANCE_CAPS] || place.value[CIRCUMSTANCE_NAMESPACE] ||
	       place.value[CIRCUMSTANCE_MEMLOCK];
}

static void read_namespace(size_t i, char text[64])
{
	ssize_t len = readlink(namespace_files[i], text, 63);

	text[len < 0 ? 0 : len] = '\0';
}

void loader_place_set(const struct circumstances *asked)
{
	place = *asked;
	for (size_t i = 0; i < NAMESPACES; i++)
		read_namespace(i, own_namespaces[i]);
}

/* ---- going there; what fails is found missing ---- */

static char *read_text(const char *path)
{
	cleanup_buf struct buf text = {0};

	io_read_file(path, TEXT_MAX, &text, NULL);
	return buf_steal(&text);
}

/* The places of /proc/self/mounts below /sys, or it itself, one after the other; NULL: no more. The caller frees it. */
static char *mount_next(const char **at)
{
	while (**at) {
		const char *line = *at, *target = strchr(line, ' ');
		size_t len;

		*at += strcspn(*at, "\n");
		*at += **at == '\n';
		if (!target || strncmp(target + 1, "/sys", 4) != 0)
			continue;
		len = strcspn(target + 1, " ");
		if (len == 4 || target[5] == '/')
			return xstrndup(target + 1, len);
	}
	return NULL;
}

static void make_read_only(void)
{
	cleanup_free char *mounts = read_text("/proc/self/mounts");
	const char *at = mounts;
	char *target;

	while ((target = mount_next(&at))) {
		mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
		free(target);
	}
}

static void change_mounts(void)
{
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (wants_namespace(NAMESPACE_MOUNT)) {
		umount2("/sys", MNT_DETACH);
		mount("sysfs", "/sys", "sysfs", 0, NULL);
	}
	if (place.value[CIRCUMSTANCE_TRACEFS])
		umount2("/sys/kernel/tracing", MNT_DETACH);
	if (place.value[CIRCUMSTANCE_SYS])
		make_read_only();
}

static bool get_capabilities(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	return !syscall(SYS_capget, &header, data);
}

/* Also of what it executes. */
static void keep_capabilities(uint64_t kept)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	for (unsigned i = 0; i < CAPABILITIES; i++)
		if (!(kept & BIT(i)))
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	if (!get_capabilities(data))
		return;
	for (unsigned i = 0; i < 2; i++) {
		data[i].permitted &= (uint32_t)(kept >> 32 * i);
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	syscall(SYS_capset, &header, data);
}

/* libbpf raises the limit where it may. */
static void change_limit(void)
{
	const unsigned asked = place.value[CIRCUMSTANCE_MEMLOCK];
	const rlim_t most = asked ? memlock_bytes[asked] : RLIM_INFINITY;

	setrlimit(RLIMIT_MEMLOCK, &(const struct rlimit){most, most});
	if (asked)
		keep_capabilities(~BIT(CAP_SYS_RESOURCE));
}

static void become_ordinary(void)
{
	setgroups(0, NULL);
	if (!setresgid(ORDINARY_USER, ORDINARY_USER, ORDINARY_USER) &&
	    !setresuid(ORDINARY_USER, ORDINARY_USER, ORDINARY_USER))
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* or the files of /proc/self stay root's */
}

struct call {
	int (*run)(void *ctx);
	void *ctx;
	int result;
};

static int call_run(void *arg)
{
	struct call *c = arg;

	c->result = c->run(c->ctx);
	_exit(EXIT_SUCCESS);
}

static void write_text(const char *path, const char *text)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		io_write_all(fd, text, strlen(text));
}

/* Root of a user namespace, as where an ordinary user runs containers. */
static int call_as_user_root(void *arg)
{
	cleanup_free char *map = xasprintf("0 %d 1", ORDINARY_USER);

	write_text("/proc/self/setgroups", "deny");
	write_text("/proc/self/uid_map", map);
	write_text("/proc/self/gid_map", map);
	return call_run(arg);
}

/* A process that has memory and descriptors in common with this one, which waits for its end. */
static void in_process(int (*run)(void *arg), void *arg, int flags)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t pid = stack == MAP_FAILED ? -1
	                                : clone(run, stack + STACK_SIZE,
	                                        flags | CLONE_VM | CLONE_FILES | CLONE_VFORK | SIGCHLD, arg);
	int status = 0;

	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	if (stack != MAP_FAILED)
		munmap(stack, STACK_SIZE);
}

static int call_elsewhere(void *arg)
{
	if (wants_mounts())
		change_mounts();
	change_limit();
	if (place.value[CIRCUMSTANCE_CAPS] == CAPS_BPF)
		keep_capabilities(bpf_capabilities);
	if (place.value[CIRCUMSTANCE_CAPS] == CAPS_NONE || wants_namespace(NAMESPACE_USER))
		become_ordinary();
	if (wants_namespace(NAMESPACE_USER))
		in_process(call_as_user_root, arg, CLONE_NEWUSER);
	else
		call_run(arg);
	_exit(EXIT_SUCCESS);
}

int loader_place_run(int (*run)(void *ctx), void *ctx)
{
	struct call c = {.run = run, .ctx = ctx, .result = -1};

	if (!loader_place_is_asked())
		return run(ctx);
	in_process(call_elsewhere, &c,
	           (wants_mounts() ? CLONE_NEWNS : 0) | (wants_namespace(NAMESPACE_PID) ? CLONE_NEWPID : 0));
	return c.result;
}

/* ---- what is found there ---- */

/* The line of a file of /proc that begins so, with single blanks; the caller frees it. */
static char *line_of(const char *path, const char *begin)
{
	cleanup_free char *text = read_text(path);
	struct buf line = {0};
	char *at = strstr(text, begin), *rest, *word;

	buf_printf(&line, "%s:", path);
	if (at)
		at[strcspn(at, "\n")] = '\0';
	rest = at;
	while (rest && (word = strsep(&rest, " \t")))
		if (*word)
			buf_printf(&line, " %s", word);
	return buf_steal(&line);
}

unsigned loader_place_find_caps(char **said)
{
	struct __user_cap_data_struct data[2] = {{0}};
	uint64_t effective = 0;

	*said = line_of("/proc/self/status", "CapEff:");
	if (!get_capabilities(data))
		return 0;
	effective = (uint64_t)data[1].effective << 32 | data[0].effective;
	return effective == bpf_capabilities ? CAPS_BPF : effective ? 0 : CAPS_NONE;
}

unsigned loader_place_find_namespace(char **said)
{
	cleanup_free char *mounts = read_text("/proc/self/mounts"), *map = line_of("/proc/self/uid_map", "");
	bool other[NAMESPACES], fresh = true;
	const char *at = mounts;
	char *target;

	for (size_t i = 0; i < NAMESPACES; i++) {
		char now[64];

		read_namespace(i, now);
		other[i] = *now && strcmp(now, own_namespaces[i]) != 0;
	}
	while ((target = mount_next(&at))) {
		fresh &= !strcmp(target, "/sys");
		free(target);
	}
	*said = xasprintf("%s; its own user namespace: %s, pid namespace: %s; mounts below /sys: %s", map,
	                  other[0] ? "yes" : "no", other[1] ? "yes" : "no", fresh ? "none" : "some");
	if (other[0] && other[1] && fresh)
		return NAMESPACE_CONTAINER;
	if (other[0] + other[1] + fresh != 1)
		return 0;
	return other[0] ? NAMESPACE_USER : other[1] ? NAMESPACE_PID : NAMESPACE_MOUNT;
}

unsigned loader_place_find_tracefs(char **said)
{
	cleanup_free char *mounts = read_text("/proc/self/mounts");
	bool none = *mounts && !strstr(mounts, " tracefs ") && !strstr(mounts, " debugfs ");

	*said = xasprintf("/proc/self/mounts: %s", none ? "no tracefs, no debugfs" : "tracefs or debugfs is mounted");
	return none ? TRACEFS_NONE : TRACEFS_MOUNTED;
}

unsigned loader_place_find_sys(char **said)
{
	bool refused = access("/sys", W_OK) && errno == EROFS;

	*said = xasprintf("/sys: writing to it: %s", refused ? strerror(EROFS) : "not refused as read-only");
	return refused ? SYS_READ_ONLY : SYS_WRITABLE;
}

unsigned loader_place_find_memlock(char **said)
{
	struct rlimit now = {0};

	*said = line_of("/proc/self/limits", "Max locked memory");
	getrlimit(RLIMIT_MEMLOCK, &now);
	/* libbpf asks for more, and is refused */
	if (!setrlimit(RLIMIT_MEMLOCK, &(const struct rlimit){RLIM_INFINITY, RLIM_INFINITY}))
		return 0;
	for (unsigned i = 1; i < sizeof(memlock_bytes) / sizeof(*memlock_bytes); i++)
		if (now.rlim_cur == memlock_bytes[i] && now.rlim_max == memlock_bytes[i])
			return i;
	return 0;
}
