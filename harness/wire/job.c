/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "wire/pack.h"

static const char magic[4] = {'C', 'M', 'X', 'J'};

static void pack_setting(struct pack *p, struct job_setting *s)
{
	pack_u8(p, &s->key);
	pack_str(p, &s->name);
	pack_str(p, &s->value);
}

static void pack_object(struct pack *p, struct job_object *o)
{
	pack_str(p, &o->name);
	pack_count(p, &o->setting_count, 9);
	if (!p->out)
		o->settings = xcalloc(o->setting_count, sizeof(*o->settings));
	for (uint32_t i = 0; i < o->setting_count; i++)
		pack_setting(p, &o->settings[i]);
	pack_bytes(p, &o->bytes, &o->size);
	pack_bytes(p, &o->types, &o->types_size);
}

static void pack_module(struct pack *p, struct job_module *m)
{
	pack_str(p, &m->name);
	pack_bytes(p, &m->bytes, &m->size);
}

static void pack_job(struct pack *p, struct job *job)
{
	pack_u64(p, &job->nonce);
	pack_u64(p, &job->wall_ns);
	pack_bool(p, &job->symbols);
	pack_bool(p, &job->top_lines);
	pack_u32(p, &job->patience);
	pack_str(p, &job->circumstances);
	pack_bytes(p, &job->btf, &job->btf_size);
	pack_bytes(p, &job->config, &job->config_size);
	pack_bytes(p, &job->files, &job->files_size);
	pack_count(p, &job->module_count, 8);
	if (!p->out)
		job->modules = xcalloc(job->module_count, sizeof(*job->modules));
	for (uint32_t i = 0; i < job->module_count; i++)
		pack_module(p, &job->modules[i]);
	pack_count(p, &job->object_count, 16);
	if (!p->out)
		job->objects = xcalloc(job->object_count, sizeof(*job->objects));
	for (uint32_t i = 0; i < job->object_count; i++)
		pack_object(p, &job->objects[i]);
}

void job_encode(struct job *job, struct buf *out)
{
	uint32_t protocol = JOB_PROTOCOL, len, crc;
	struct buf content = {0};
	struct pack p = pack_writer(&content);

	pack_job(&p, job);
	len = (uint32_t)content.len;
	crc = (uint32_t)crc32(0, (const Bytef *)content.data, len);
	p = pack_writer(out);
	buf_add(out, magic, sizeof(magic));
	pack_u32(&p, &protocol);
	pack_u32(&p, &len);
	pack_u32(&p, &crc);
	buf_add(out, content.data, content.len);
	buf_free(&content);
}

int job_decode(const void *bytes, size_t len, struct job *job, struct error *err)
{
	uint32_t protocol = 0, size = 0, crc = 0;
	struct pack p;

	*job = (struct job){0};
	if (len < 16 || memcmp(bytes, magic, sizeof(magic)))
		return error_set(err, EBADMSG, "job: not a job");
	p = pack_reader((const char *)bytes + sizeof(magic), 12);
	pack_u32(&p, &protocol);
	pack_u32(&p, &size);
	pack_u32(&p, &crc);
	if (protocol != JOB_PROTOCOL)
		return error_set(err, EBADMSG, "job: protocol %u, this agent speaks %u", protocol, JOB_PROTOCOL);
	if (size > len - 16 || len - 16 - size >= JOB_SECTOR)
		return error_set(err, EBADMSG, "job: %zu bytes arrived, %u were sent", len - 16, size);
	if (crc != crc32(0, (const Bytef *)bytes + 16, size))
		return error_set(err, EBADMSG, "job: wrong checksum");
	p = pack_reader((const char *)bytes + 16, size);
	pack_job(&p, job);
	if (!pack_complete(&p)) {
		job_free(job);
		return error_set(err, EBADMSG, "job: damaged content");
	}
	return 0;
}

const char *job_object_value(const struct job_object *object, enum setting_key key)
{
	for (uint32_t i = 0; i < object->setting_count; i++)
		if (object->settings[i].key == key && !*object->settings[i].name)
			return object->settings[i].value;
	return NULL;
}

const char *job_object_named(const struct job_object *object, enum setting_key key, const char *name)
{
	for (uint32_t i = object->setting_count; i > 0; i--)
		if (object->settings[i - 1].key == key && !strcmp(object->settings[i - 1].name, name))
			return object->settings[i - 1].value;
	return NULL;
}

void job_object_set(struct job_object *object, enum setting_key key, const char *name, const char *value)
{
	object->settings = xrealloc(object->settings, object->setting_count + 1, sizeof(*object->settings));
	object->settings[object->setting_count++] = (struct job_setting){
	        .key = (uint8_t)key,
	        .name = xstrdup(name),
	        .value = xstrdup(value),
	};
}

void job_object_free(struct job_object *object)
{
	for (uint32_t i = 0; i < object->setting_count; i++) {
		free(object->settings[i].name);
		free(object->settings[i].value);
	}
	free(object->settings);
	free(object->name);
	free(object->bytes);
	free(object->types);
	*object = (struct job_object){0};
}

void job_free(struct job *job)
{
	for (uint32_t i = 0; i < job->object_count; i++)
		job_object_free(&job->objects[i]);
	for (uint32_t i = 0; i < job->module_count; i++) {
		free(job->modules[i].name);
		free(job->modules[i].bytes);
	}
	free(job->modules);
	free(job->objects);
	free(job->circumstances);
	free(job->btf);
	free(job->config);
	free(job->files);
	*job = (struct job){0};
}
