/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/vm/snapshot.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void put(const char *path, off_t at, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	ck_assert(fd >= 0);
	ck_assert_int_eq(pwrite(fd, text, strlen(text), at), (ssize_t)strlen(text));
	close(fd);
}

/* A saved guest as QEMU leaves one: memory with holes, a short state. */
static void make(void)
{
	struct snapshot s;
	struct error err = {0};

	ck_assert_msg(!snapshot_begin(scratch_root, KEY, 4, &s, &err), "%s", err.text);
	put(s.ram, 1 << 20, "memory");
	put(s.state, 0, "devices");
	ck_assert_msg(!snapshot_commit(&s, &err), "%s", err.text);
	snapshot_free(&s);
}

static int find(struct error *err)
{
	struct snapshot s = {0};
	int rc = snapshot_find(scratch_root, KEY, &s, err);

	if (!rc)
		snapshot_free(&s);
	return rc;
}

static char *file(const char *name)
{
	return xasprintf("%s/snapshots/%.32s/%s", scratch_root, KEY, name);
}

static void damage_nothing(void)
{
}

static void change_ram(void)
{
	cleanup_free char *path = file("ram");

	put(path, 1 << 20, "Memory");
}

/* Changed and with the old time put back: the time of change still tells. */
static void change_ram_in_secret(void)
{
	cleanup_free char *path = file("ram");
	struct timespec times[2];
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	put(path, 1 << 20, "Memory");
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void move_data(void)
{
	cleanup_free char *path = file("ram");

	put(path, 2 << 20, "memory");
}

static void cut_state(void)
{
	cleanup_free char *path = file("state");

	ck_assert_int_eq(truncate(path, 3), 0);
}

static void remove_state(void)
{
	cleanup_free char *path = file("state");

	ck_assert_int_eq(unlink(path), 0);
}

static void garble_record(void)
{
	cleanup_free char *path = file("record.json");

	ck_assert_int_eq(io_replace_file(path, "{\"ram\":", 7, NULL), 0);
}

/* As from a cache: same bytes, other inode and times. */
static void restore_copy(void)
{
	cleanup_free char *path = file("state");
	cleanup_buf struct buf bytes = {0};

	ck_assert_int_eq(io_read_file(path, 1 << 20, &bytes, NULL), 0);
	ck_assert_int_eq(io_replace_file(path, bytes.data, bytes.len, NULL), 0);
}

static const struct {
	const char *name;
	void (*damage)(void);
	int found; /* what snapshot_find then says, and the time after */
	int then;
} damages[] = {
        {"untouched", damage_nothing, 0, 0},
        {"restored from a copy", restore_copy, 0, 0},
        {"memory changed", change_ram, -EBADMSG, -ENOENT},
        {"memory changed, time put back", change_ram_in_secret, -EBADMSG, -ENOENT},
        {"memory elsewhere", move_data, -EBADMSG, -ENOENT},
        {"state cut", cut_state, -EBADMSG, -ENOENT},
        {"state gone", remove_state, -EBADMSG, -ENOENT},
        {"record garbled", garble_record, -EBADMSG, -ENOENT},
};

START_TEST(only_what_was_saved_is_used)
{
	struct error err = {0};

	ck_assert_int_eq(find(&err), -ENOENT);
	make();
	damages[_i].damage();
	ck_assert_msg(find(&err) == damages[_i].found, "%s: %s", damages[_i].name, err.text);
	error_clear(&err);
	ck_assert_msg(find(&err) == damages[_i].then, "%s, again", damages[_i].name);
	error_clear(&err);
	io_remove_tree(scratch_root, NULL);
	ck_assert_int_eq(mkdir(scratch_root, 0755), 0);
}
END_TEST

/* What a guest starts from: nothing yet, what was saved, and room again where that is not what was saved. */
START_TEST(a_guest_starts_from_what_was_saved_or_saves_anew)
{
	const struct qemu_guest guest = {.arch = arch_default(),
	                                 .kernel = "k",
	                                 .initrd = "/dev/null",
	                                 .append = "",
	                                 .job = "",
	                                 .ram = "",
	                                 .state = "",
	                                 .memory_mb = 4};
	static const bool found[] = {false, true, false};

	for (size_t time = 0; time < COUNT(found); time++) {
		cleanup_free char *note = NULL;
		cleanup_error struct error err = {0};
		struct snapshot s;
		bool saved;

		ck_assert_msg(!snapshot_open(scratch_root, &guest, "hash", "QEMU 7", &s, &saved, &note, &err), "%s",
		              err.text);
		ck_assert_int_eq(saved, found[time]);
		/* told only where one had to go */
		ck_assert_int_eq(note != NULL, time == 2);
		if (time == 0) {
			ck_assert_int_eq(io_replace_file(s.state, "state", 5, NULL), 0);
			ck_assert_msg(!snapshot_commit(&s, &err), "%s", err.text);
		} else if (time == 1) {
			ck_assert_int_eq(io_replace_file(s.state, "other", 5, NULL), 0);
		} else {
			snapshot_discard(&s);
		}
		snapshot_free(&s);
	}
}
END_TEST

START_TEST(unfinished_ones_are_never_found)
{
	struct snapshot s;
	uint64_t left;

	ck_assert_int_eq(snapshot_begin(scratch_root, KEY, 4, &s, NULL), 0);
	ck_assert_int_eq(find(NULL), -ENOENT);
	snapshot_discard(&s);
	ck_assert_int_eq(snapshot_trim(scratch_root, 0, &left, NULL), 0);
	ck_assert_uint_eq(left, 0);
}
END_TEST

static uint64_t inode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_ino;
}

/* Repeats of one kernel, or two runs: each writes to files of its own, and the first to be ready is kept. */
START_TEST(two_saved_at_once_do_not_meet)
{
	struct snapshot first, second;
	cleanup_free char *place = file("ram");
	struct error err = {0};
	uint64_t left, kept;

	ck_assert_int_eq(snapshot_begin(scratch_root, KEY, 4, &first, NULL), 0);
	put(first.ram, 0, "first");
	ck_assert_int_eq(snapshot_begin(scratch_root, KEY, 4, &second, NULL), 0);
	ck_assert_str_ne(first.directory, second.directory);
	put(second.ram, 0, "second");
	put(first.state, 0, "one");
	put(second.state, 0, "two");
	kept = inode_of(first.ram);
	ck_assert_msg(!snapshot_commit(&first, &err), "%s", err.text);
	ck_assert_msg(!snapshot_commit(&second, &err), "%s", err.text);
	ck_assert_str_eq(first.directory, second.directory);
	ck_assert_uint_eq(inode_of(place), kept);
	ck_assert_int_eq(find(NULL), 0);
	snapshot_discard(&first);
	ck_assert_int_eq(find(NULL), -ENOENT);
	snapshot_discard(&second);
	ck_assert_int_eq(snapshot_trim(scratch_root, 0, &left, NULL), 0);
}
END_TEST

/* What is on its way in stays when the damaged one goes. */
START_TEST(replacing_a_damaged_one_leaves_the_new_one_alone)
{
	struct snapshot s;

	make();
	change_ram();
	ck_assert_int_eq(snapshot_begin(scratch_root, KEY, 4, &s, NULL), 0);
	ck_assert_int_eq(find(NULL), -EBADMSG);
	put(s.state, 0, "devices");
	ck_assert_int_eq(access(s.ram, F_OK), 0);
	ck_assert_int_eq(snapshot_commit(&s, NULL), 0);
	ck_assert_int_eq(find(NULL), 0);
	snapshot_discard(&s);
}
END_TEST

START_TEST(trim_keeps_to_the_limit)
{
	uint64_t left;

	make();
	ck_assert_int_eq(snapshot_trim(scratch_root, 1u << 30, &left, NULL), 0);
	ck_assert_uint_gt(left, 0);
	ck_assert_int_eq(find(NULL), 0);
	ck_assert_int_eq(snapshot_trim(scratch_root, 0, &left, NULL), 0);
	ck_assert_uint_eq(left, 0);
	ck_assert_int_eq(find(NULL), -ENOENT);
}
END_TEST

static struct qemu_guest some_guest(void)
{
	return (struct qemu_guest){
	        .arch = arch_default(),
	        .kernel = "k",
	        .initrd = "x/initramfs-1.cpio",
	        .append = "",
	        .memory_mb = 256,
	        .job = "",
	        .ram = "",
	        .state = "",
	};
}

/* One user's saved memory cannot be opened by another: who shares a store would remove what the other saved. */
START_TEST(key_follows_whose_it_is)
{
	struct qemu_guest guest = some_guest();
	cleanup_free char *key = snapshot_key(&guest, "hash", "QEMU 7"), *anothers = NULL;

	if (geteuid())
		return;
	ck_assert_int_eq(seteuid(65534), 0);
	anothers = snapshot_key(&guest, "hash", "QEMU 7");
	ck_assert_int_eq(seteuid(0), 0);
	/* The leak checker looks at this process from another one when it ends. */
	prctl(PR_SET_DUMPABLE, 1);
	ck_assert_str_ne(key, anothers);
}
END_TEST

START_TEST(key_follows_what_a_guest_depends_on)
{
	struct qemu_guest guest = some_guest(), other = some_guest();
	cleanup_free char *key = snapshot_key(&guest, "hash", "QEMU 7"), *same = NULL;

	other.initrd = "y/z/initramfs-1.cpio";
	other.kernel = "elsewhere";
	same = snapshot_key(&other, "hash", "QEMU 7");
	ck_assert_str_eq(key, same);
	for (unsigned i = 0; i < 7; i++) {
		cleanup_free char *changed = NULL;

		other = some_guest();
		other.initrd = i == 0 ? "x/initramfs-2.cpio" : other.initrd;
		other.append = i == 1 ? "quiet" : other.append;
		other.memory_mb = i == 2 ? 128 : other.memory_mb;
		other.processors = i == 6 ? 2 : other.processors;
		other.accel = i == 3 ? ACCEL_KVM : other.accel;
		changed = snapshot_key(&other, i == 4 ? "other" : "hash", i == 5 ? "QEMU 8" : "QEMU 7");
		ck_assert_str_ne(key, changed);
	}
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("snapshot", .open = scratch_setup, .close = scratch_teardown),
	        EACH(only_what_was_saved_is_used, damages),
	        TEST(a_guest_starts_from_what_was_saved_or_saves_anew),
	        TEST(unfinished_ones_are_never_found),
	        TEST(two_saved_at_once_do_not_meet),
	        TEST(replacing_a_damaged_one_leaves_the_new_one_alone),
	        TEST(trim_keeps_to_the_limit),
	        TEST(key_follows_what_a_guest_depends_on),
	        TEST(key_follows_whose_it_is),
	};

	return suite_run("snapshot", tests, COUNT(tests));
}
