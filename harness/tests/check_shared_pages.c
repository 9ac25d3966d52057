/* SPDX-License-Identifier: BSD-2-Clause */
/* shared_pages: the same bytes at the same place, shared with forks, and nothing else touched. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/fast/shared_pages.h"
#include "tests/suite.h"

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define PAGES 6

static unsigned char *area;

static unsigned char value_at(size_t i)
{
	return (unsigned char)(i * 31 + i / 255 + 7);
}

static void area_make(void)
{
	area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert(area != MAP_FAILED);
	for (size_t i = 0; i < PAGES * PAGE; i++)
		area[i] = value_at(i);
}

static void area_drop(void)
{
	munmap(area, PAGES * PAGE);
}

/* How /proc/self/maps tells the protection of a page: "r--s", say. */
static void protection(size_t page, char out[5])
{
	unsigned long at = (unsigned long)(area + page * PAGE), from, to;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	ck_assert_ptr_nonnull(maps);
	*out = '\0';
	while (!*out && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %4s", &from, &to, out) != 3 || at < from || at >= to)
			*out = '\0';
	fclose(maps);
}

/* Settle `size` bytes from `start` on; pages `first` up to `end` are to be shared then. */
static void settle(size_t start, size_t size, size_t first, size_t end)
{
	shared_pages_settle(area + start, size);
	for (size_t page = 0; page < PAGES; page++) {
		char found[5];

		protection(page, found);
		ck_assert_str_eq(found, page >= first && page < end ? "r--s" : "rw-p");
	}
	for (size_t i = 0; i < PAGES * PAGE; i++)
		ck_assert_uint_eq(area[i], value_at(i));
}

START_TEST(whole_pages_are_shared)
{
	settle(PAGE, 3 * PAGE, 1, 4);
}
END_TEST

START_TEST(pages_that_are_shared_with_other_data_stay)
{
	settle(1, PAGES * PAGE - 2, 1, PAGES - 1);
}
END_TEST

START_TEST(less_than_a_page_stays)
{
	settle(PAGE - 1, PAGE, 0, 0);
	settle(10, 100, 0, 0);
	settle(PAGE, 0, 0, 0);
}
END_TEST

START_TEST(a_fork_reads_the_same_and_cannot_write)
{
	int status;
	pid_t pid;

	settle(0, PAGES * PAGE, 0, PAGES);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		for (size_t i = 0; i < PAGES * PAGE; i++)
			if (area[i] != value_at(i))
				_exit(1);
		signal(SIGSEGV, SIG_DFL);
		*(volatile unsigned char *)area = 0;
		_exit(2);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("shared_pages", .set_up = area_make, .tear_down = area_drop),
	        TEST(whole_pages_are_shared),
	        TEST(pages_that_are_shared_with_other_data_stay),
	        TEST(less_than_a_page_stays),
	        TEST(a_fork_reads_the_same_and_cannot_write),
	};

	return suite_run("shared_pages", tests, COUNT(tests));
}
