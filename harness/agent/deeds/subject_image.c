/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/subject_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

/* An empty pipe takes all of it at once; the reader waits for the rest that may still be on its way. */
static bool act_and_tell(const struct subject_image *image, enum action action, const char *directory, int ready)
{
	static struct action_result result;

	image->perform(action, directory, &result);
	return write(ready, "", 1) == 1 && io_write_all(ready, &result, sizeof(result)) == 0;
}

void subject_image_run(int argc, char **argv, const struct subject_image *image)
{
	enum action action;
	char byte = 0;
	int ready, go;

	if (argc != 6 || strcmp(argv[1], SUBJECT_MARK) != 0)
		return;
	ready = atoi(argv[2]);
	go = atoi(argv[3]);
	action = (enum action)atoi(argv[4]);
	if (write(ready, &byte, 1) != 1)
		_exit(126);
	for (;;) {
		ssize_t n = read(go, &byte, 1);

		if (n == 0)
			_exit(image->end(action));
		if (n == 1 && !act_and_tell(image, action, argv[5], ready))
			_exit(126);
		if (n < 0 && errno != EINTR)
			_exit(126);
	}
}
