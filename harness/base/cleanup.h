/* SPDX-License-Identifier: BSD-2-Clause */
/* cleanup: attributes that release what a scope owns; `steal_ptr` and `steal_fd` hand it over instead. */
#ifndef COREMATRIX_BASE_CLEANUP_H
#define COREMATRIX_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_ptr(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

#define cleanup_free __attribute__((cleanup(cleanup_free_ptr)))
#define cleanup_close __attribute__((cleanup(cleanup_close_fd)))
#define cleanup_fclose __attribute__((cleanup(cleanup_close_file)))
#define cleanup_closedir __attribute__((cleanup(cleanup_close_dir)))

#define steal_ptr(p) \
	({ \
		__typeof__(p) steal_value_ = (p); \
		(p) = NULL; \
		steal_value_; \
	})

static inline int steal_fd(int *fd)
{
	int value = *fd;

	*fd = -1;
	return value;
}

#endif
