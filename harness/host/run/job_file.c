/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/job_file.h"

#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "host/run/module_job.h"
#include "host/store/kernel_config.h"
#include "wire/job.h"

static int add_config(const char *path, struct job *job, struct error *err)
{
	struct buf text = {0};
	int rc = kernel_config_read_path(path, &text, err);

	job->config_size = (uint32_t)text.len;
	job->config = buf_steal(&text);
	return rc;
}

int job_file_write(const struct job_file *f, const char *path, struct error *err)
{
	size_t count = f->some ? f->count : f->objects->count;
	struct job job = {.nonce = f->nonce,
	                  .symbols = f->symbols,
	                  .top_lines = f->top_lines,
	                  .patience = f->patience,
	                  .object_count = (uint32_t)count};
	cleanup_buf struct buf bytes = {0};
	int rc;

	job.circumstances = xstrdup(f->circumstances ? f->circumstances : "");
	job.wall_ns = clock_ns(CLOCK_REALTIME);
	if (f->btf && f->btf->len) {
		job.btf_size = (uint32_t)f->btf->len;
		job.btf = xcalloc(1, f->btf->len);
		memcpy(job.btf, f->btf->data, f->btf->len);
	}
	if (f->files && f->files->len) {
		job.files_size = (uint32_t)f->files->len;
		job.files = xcalloc(1, f->files->len);
		memcpy(job.files, f->files->data, f->files->len);
	}
	job.objects = xcalloc(count, sizeof(*job.objects));
	for (size_t i = 0; i < count; i++)
		job.objects[i] = object_to_job(&f->objects->at[f->some ? f->some[i] : i], f->arch);
	rc = f->modules ? module_job_add(f->modules, &job, err) : 0;
	if (!rc && f->config && *f->config)
		rc = add_config(f->config, &job, err);
	job_encode(&job, &bytes);
	job_free(&job);
	return rc ? rc : io_replace_file(path, bytes.data, bytes.len, err);
}
