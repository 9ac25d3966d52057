/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/predict.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "host/lib/child.h"
#include "host/predict/predict_worker.h"

/* Kernels whose files one worker holds open: below the usual limit of descriptors. */
#define KERNELS_PER_WORKER 128

struct predict_job {
	const struct object_list *objects;
	struct predict_types *types;
	struct prediction *p;
	bool *done;                        /* one per cell */
	bool *known;                       /* objects that a worker has described, for each architecture */
	int *btf;                          /* open files of the kernels at work, -1 */
	int *symbols;                      /* the same */
	int *configs;                      /* the same */
	bool *external;                    /* one per kernel */
	const struct module_set **modules; /* one per kernel */
	struct predict_module *files;      /* open modules of the kernels at work */
	size_t file_count;
	bool *there;                      /* one per kernel: its types are known */
	bool *taken;                      /* the same: a worker has come to its end with it, or is at work on it */
	size_t batch[KERNELS_PER_WORKER]; /* kernels at work */
	size_t batch_count;
	bool running;
	struct child_worker worker;
	int notes;         /* file in memory that the worker writes to */
	bool finished;     /* all cells are done, or say why not */
	struct error died; /* what keeps the job from being finished */
};

/* ---- one worker ---- */

static void close_files(struct predict_job *job)
{
	for (size_t i = 0; i < job->file_count; i++)
		cleanup_close_fd(&job->files[i].file);
	free(job->files);
	job->files = NULL;
	job->file_count = 0;
	for (size_t i = 0; i < job->batch_count; i++) {
		size_t k = job->batch[i];

		if (job->btf[k] >= 0)
			close(steal_fd(&job->btf[k]));
		if (job->symbols[k] >= 0)
			close(steal_fd(&job->symbols[k]));
		if (job->configs[k] >= 0)
			close(steal_fd(&job->configs[k]));
	}
}

static void kernel_fails(struct predict_job *job, size_t kernel, const char *reason)
{
	struct predict_kernel *k = &job->p->kernels[kernel];

	k->failed = true;
	free(k->reason);
	k->reason = xstrdup(reason);
}

static void open_modules(struct predict_job *job, size_t kernel)
{
	const struct module_set *set = job->modules[kernel];

	for (size_t i = 0; set && i < set->count; i++) {
		if (set->at[i].state != MODULE_FILE)
			continue;
		job->files = xrealloc(job->files, job->file_count + 1, sizeof(*job->files));
		job->files[job->file_count++] = (struct predict_module){
		        .kernel = kernel,
		        .module = &set->at[i],
		        .file = open(set->at[i].path, O_RDONLY | O_CLOEXEC),
		};
	}
}

static void open_files(struct predict_job *job)
{
	for (size_t i = 0; i < job->batch_count; i++) {
		size_t k = job->batch[i];
		const char *path = job->types[k].path;
		cleanup_free char *reason = NULL;

		open_modules(job, k);
		job->btf[k] = job->symbols[k] = job->configs[k] = -1;
		if (!*path || job->p->kernels[k].failed)
			continue;
		if (job->types[k].symbols)
			job->symbols[k] = open(job->types[k].symbols, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (job->types[k].config && *job->types[k].config)
			job->configs[k] = open(job->types[k].config, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		job->p->kernels[k].has_symbols = job->symbols[k] >= 0;
		job->btf[k] = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (job->btf[k] >= 0)
			continue;
		reason = xasprintf("%s: %s", path, strerror(errno));
		kernel_fails(job, k, reason);
	}
}

/* Start a worker on the batch, or on what is left of it. */
static int start_worker(struct predict_job *job, struct error *err)
{
	struct predict_work *work = &(struct predict_work){.objects = job->objects,
	                                                   .so_far = job->p,
	                                                   .done = job->done,
	                                                   .kernels = job->batch,
	                                                   .kernel_count = job->batch_count};
	int rc;

	job->notes = memfd_create("predictions", MFD_CLOEXEC);
	if (job->notes < 0)
		return error_set(err, errno, "no memory for predictions: %s", strerror(errno));
	open_files(job);
	work->btf = job->btf;
	work->symbols = job->symbols;
	work->configs = job->configs;
	work->types = job->types;
	work->external = job->external;
	work->modules = job->modules;
	work->files = job->files;
	work->file_count = job->file_count;
	work->notes = job->notes;
	rc = child_worker_start(&job->worker, predict_work, work, err);
	close_files(job);
	job->running = !rc;
	return rc;
}

/* What the worker was at when its notes end. */
struct culprit {
	uint32_t kernel, object;
};

static void take_kernel(struct predict_job *job, uint32_t kernel, struct pack *pack)
{
	cleanup_free char *reason = NULL;
	bool failed = false;

	pack_bool(pack, &failed);
	pack_str(pack, &reason);
	if (failed && pack_complete(pack)) {
		cleanup_free char *text = xasprintf("%s: %s", job->types[kernel].path, reason);

		kernel_fails(job, kernel, text);
	}
}

/* A note that does not hold together is as if it had not been written: the worker may be somebody else's by now. */
static void take_note(struct predict_job *job, struct pack *pack, struct culprit *at)
{
	struct predict_note_head head = {0};
	size_t cell, objects = job->p->object_count;

	predict_note_pack(pack, &head);
	/* a note of no kernel is of an object as an architecture has it */
	objects *= head.kernel == NOTE_NO_INDEX ? ARCH_MAX : 1;
	if ((head.kernel >= job->p->kernel_count && head.kernel != NOTE_NO_INDEX) ||
	    (head.object >= objects && head.object != NOTE_NO_INDEX))
		return;
	cell = head.kernel * job->p->object_count + head.object;
	if (head.kind == NOTE_BEGIN) {
		*at = (struct culprit){head.kernel, head.object};
	} else if (head.kind == NOTE_OBJECT && head.kernel == NOTE_NO_INDEX && head.object != NOTE_NO_INDEX &&
	           !job->known[head.object]) {
		prediction_pack_object(pack, &job->p->objects[head.object]);
		job->known[head.object] = true;
	} else if (head.kind == NOTE_KERNEL && head.kernel != NOTE_NO_INDEX) {
		take_kernel(job, head.kernel, pack);
	} else if (head.kind == NOTE_CELL && head.kernel != NOTE_NO_INDEX && head.object != NOTE_NO_INDEX &&
	           !job->done[cell]) {
		prediction_pack_cell(pack, &job->p->cells[cell]);
		job->done[cell] = true;
	}
}

static struct culprit take_notes(struct predict_job *job)
{
	struct culprit at = {NOTE_NO_INDEX, NOTE_NO_INDEX};
	struct stat st;
	struct pack all;
	void *bytes;

	if (fstat(job->notes, &st) || !st.st_size)
		return at;
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, job->notes, 0);
	if (bytes == MAP_FAILED)
		return at;
	all = pack_reader(bytes, (size_t)st.st_size);
	while (all.left && !all.failed) {
		struct pack note;
		uint32_t len = 0;

		pack_u32(&all, &len);
		if (len > all.left)
			break;
		note = pack_reader(all.in, len);
		take_note(job, &note, &at);
		all.in += len;
		all.left -= len;
	}
	munmap(bytes, (size_t)st.st_size);
	return at;
}

static void blame(struct predict_job *job, struct culprit at, const char *how)
{
	cleanup_free char *reason = xasprintf("the parser died on it: %s", how);

	if (at.kernel != NOTE_NO_INDEX && at.object != NOTE_NO_INDEX) {
		struct predict_cell *c = prediction_cell(job->p, at.kernel, at.object);

		job->done[at.kernel * job->p->object_count + at.object] = true;
		c->reason = steal_ptr(reason);
	} else if (at.kernel != NOTE_NO_INDEX) {
		kernel_fails(job, at.kernel, reason);
	} else {
		struct predict_object *o = &job->p->objects[at.object];

		o->failed = job->known[at.object] = true;
		free(o->reason);
		o->reason = steal_ptr(reason);
	}
}

/* Wait for the worker and take what it found. Returns 0 when it came to its end, or when what it died over is known. */
static int end_worker(struct predict_job *job, bool *ended, struct error *err)
{
	cleanup_error struct error why = {0};
	struct culprit at;
	int rc = child_worker_wait(&job->worker, &why);

	job->running = false;
	at = take_notes(job);
	close(steal_fd(&job->notes));
	*ended = !rc;
	if (!rc)
		return 0;
	/* a worker that could answer knows why: that is not the fault of an input */
	if (rc != -EIO || (at.kernel == NOTE_NO_INDEX && at.object == NOTE_NO_INDEX))
		return error_set(err, why.code, "%s", why.text);
	blame(job, at, why.text);
	return 0;
}

/* ---- the job ---- */

/* Start a worker on the kernels that have come since the last; none without any. */
static int next_batch(struct predict_job *job, struct error *err)
{
	job->batch_count = 0;
	for (size_t k = 0; k < job->p->kernel_count && job->batch_count < KERNELS_PER_WORKER; k++) {
		if (!job->there[k] || job->taken[k])
			continue;
		job->taken[k] = true;
		job->batch[job->batch_count++] = k;
	}
	return job->batch_count ? start_worker(job, err) : 0;
}

static void take_types(struct predict_job *job, size_t kernel, const struct predict_types *types)
{
	job->types[kernel] = *types;
	job->external[kernel] = types->external;
	job->modules[kernel] = types->modules;
	job->there[kernel] = !types->later;
	job->p->kernels[kernel].arch = arch_index(types->arch ? types->arch : arch_default());
	job->p->kernels[kernel].has_btf = !types->later && *types->path != '\0';
}

struct predict_job *predict_start(const struct object_list *objects, const struct predict_types *types, size_t count,
                                  struct error *err)
{
	struct predict_job *job = xcalloc(1, sizeof(*job));

	job->objects = objects;
	job->types = xcalloc(count, sizeof(*job->types));
	job->p = prediction_new(count, objects->count);
	job->done = xcalloc(count * objects->count, sizeof(*job->done));
	job->known = xcalloc(ARCH_MAX * objects->count, sizeof(*job->known));
	job->btf = xcalloc(count, sizeof(*job->btf));
	job->symbols = xcalloc(count, sizeof(*job->symbols));
	job->configs = xcalloc(count, sizeof(*job->configs));
	job->external = xcalloc(count, sizeof(*job->external));
	job->modules = xcalloc(count, sizeof(*job->modules));
	job->there = xcalloc(count, sizeof(*job->there));
	job->taken = xcalloc(count, sizeof(*job->taken));
	job->notes = -1;
	for (size_t i = 0; i < count; i++) {
		job->p->kernels[i].id = xstrdup(types[i].id);
		job->p->kernels[i].reason = xstrdup("");
		take_types(job, i, &types[i]);
	}
	for (size_t i = 0; i < ARCH_MAX * objects->count; i++)
		job->p->objects[i].name = xstrdup(objects->at[i % objects->count].name);
	if (next_batch(job, err)) {
		predict_free(job);
		return NULL;
	}
	return job;
}

/* Cells that nobody could compute say why. */
static void explain(struct predict_job *job, size_t kernel)
{
	for (size_t o = 0; o < job->p->object_count; o++) {
		struct predict_object *object = prediction_object(job->p, kernel, o);
		struct predict_cell *c = prediction_cell(job->p, kernel, o);

		if (!object->reason)
			object->reason = xstrdup("");
		if (!c->reason)
			c->reason = xstrdup(job->p->kernels[kernel].failed ? job->p->kernels[kernel].reason
			                                                   : object->reason);
	}
}

static bool is_all_taken(const struct predict_job *job)
{
	for (size_t k = 0; k < job->p->kernel_count; k++)
		if (!job->taken[k])
			return false;
	return true;
}

void predict_add(struct predict_job *job, size_t kernel, const struct predict_types *types)
{
	if (job->there[kernel])
		return;
	take_types(job, kernel, types);
	if (!job->running && !job->died.text)
		next_batch(job, &job->died);
}

void predict_lacks(struct predict_job *job, size_t kernel, const char *reason)
{
	if (job->there[kernel])
		return;
	job->there[kernel] = job->taken[kernel] = true;
	kernel_fails(job, kernel, reason);
	explain(job, kernel);
	job->finished = !job->running && !job->died.text && is_all_taken(job);
}

bool predict_has(const struct predict_job *job, size_t kernel)
{
	if (job->finished || job->died.text)
		return true;
	for (size_t i = 0; job->running && i < job->batch_count; i++)
		if (job->batch[i] == kernel)
			return false;
	return job->taken[kernel];
}

int predict_fd(const struct predict_job *job)
{
	return job->running ? job->worker.report : -1;
}

bool predict_step(struct predict_job *job)
{
	struct pollfd fd = {.fd = predict_fd(job), .events = POLLIN};
	bool ended;
	int rc;

	if (job->finished || job->died.text)
		return true;
	if (!job->running || poll(&fd, 1, 0) < 1)
		return false;
	rc = end_worker(job, &ended, &job->died);
	if (rc)
		return true;
	if (!ended) {
		start_worker(job, &job->died);
		return job->died.text;
	}
	for (size_t i = 0; i < job->batch_count; i++)
		explain(job, job->batch[i]);
	job->finished = is_all_taken(job);
	if (!job->finished)
		next_batch(job, &job->died);
	return job->finished || job->died.text;
}

const struct prediction *predict_so_far(const struct predict_job *job)
{
	return job->died.text ? NULL : job->p;
}

const struct prediction *predict_finish(struct predict_job *job, struct error *err)
{
	for (size_t k = 0; k < job->p->kernel_count; k++)
		predict_lacks(job, k, "the kernel is not available");
	while (!predict_step(job))
		poll(&(struct pollfd){.fd = predict_fd(job), .events = POLLIN}, 1, -1);
	if (!job->died.text)
		return job->p;
	error_set(err, job->died.code, "no prediction: %s", job->died.text);
	return NULL;
}

void predict_free(struct predict_job *job)
{
	if (!job)
		return;
	if (job->running)
		child_worker_kill(&job->worker);
	if (job->notes >= 0)
		close(job->notes);
	prediction_free(job->p);
	error_clear(&job->died);
	free(job->types);
	free(job->done);
	free(job->there);
	free(job->taken);
	free(job->known);
	free(job->btf);
	free(job->symbols);
	free(job->configs);
	free(job->external);
	free(job->modules);
	free(job->files);
	free(job);
}
