/* SPDX-License-Identifier: BSD-2-Clause */
/* holding: of a process its tasks, sockets and files are found by descriptors of our own, and told apart. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/truth/holding.h"
#include "base/cleanup.h"
#include "tests/suite.h"

static bool has(const struct holding_list *list, int fd)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	for (size_t i = 0; i < list->count; i++)
		if (list->at[i].id.device == st.st_dev && list->at[i].id.number == st.st_ino && list->at[i].fd != fd)
			return true;
	return false;
}

START_TEST(sockets_and_files_are_found)
{
	cleanup_close int sock = socket(AF_UNIX, SOCK_STREAM, 0), file = open("/proc/self/exe", O_RDONLY);
	cleanup_close int null = open("/dev/null", O_RDONLY);
	struct holding_list sockets, inodes;

	holding_list_open(BPF_MAP_TYPE_SK_STORAGE, getpid(), &sockets);
	holding_list_open(BPF_MAP_TYPE_INODE_STORAGE, getpid(), &inodes);
	ck_assert(has(&sockets, sock) && !has(&sockets, null));
	ck_assert(has(&inodes, null) && has(&inodes, file) && !has(&inodes, sock));
	holding_list_free(&sockets);
	holding_list_free(&inodes);
	ck_assert_uint_eq(inodes.count, 0);
}
END_TEST

START_TEST(the_executed_file_is_one_of_them)
{
	cleanup_close int file = -1;
	struct holding_list inodes;

	holding_list_open(BPF_MAP_TYPE_INODE_STORAGE, getpid(), &inodes);
	file = open("/proc/self/exe", O_PATH);
	ck_assert(has(&inodes, file));
	holding_list_free(&inodes);
}
END_TEST

START_TEST(a_process_and_its_children_are_found)
{
	int fds[2];
	struct holding_list tasks;
	pid_t child;
	bool self = false, forked = false;

	ck_assert_int_eq(pipe(fds), 0);
	child = fork();
	if (!child) {
		char byte;

		close(fds[1]);
		_exit(read(fds[0], &byte, 1) != 0);
	}
	holding_list_open(BPF_MAP_TYPE_TASK_STORAGE, getpid(), &tasks);
	for (size_t i = 0; i < tasks.count; i++) {
		self |= tasks.at[i].id.number == (uint64_t)getpid();
		forked |= tasks.at[i].id.number == (uint64_t)child;
	}
	ck_assert(self);
	ck_assert(forked || access("/proc/thread-self/children", F_OK));
	holding_list_free(&tasks);
	close(fds[0]);
	close(fds[1]);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

START_TEST(other_maps_are_kept_with_nothing)
{
	struct holding_list none;

	ck_assert(!holding_is_kept_by(BPF_MAP_TYPE_HASH));
	ck_assert(holding_is_kept_by(BPF_MAP_TYPE_SK_STORAGE));
	holding_list_open(BPF_MAP_TYPE_HASH, getpid(), &none);
	ck_assert_uint_eq(none.count, 0);
	holding_list_open(BPF_MAP_TYPE_TASK_STORAGE, 0, &none);
	ck_assert_uint_eq(none.count, 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(sockets_and_files_are_found),
	        TEST(the_executed_file_is_one_of_them),
	        TEST(a_process_and_its_children_are_found),
	        TEST(other_maps_are_kept_with_nothing),
	};

	return suite_run("holding", tests, COUNT(tests));
}
