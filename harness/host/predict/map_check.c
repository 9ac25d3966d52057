/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/map_check.h"

#include <linux/bpf.h>
#include <string.h>

#include "base/buf.h"

enum lack { LACK_ENTRIES = 1, LACK_INNER = 2 };

/*
 * What a map of that type needs of its description (the map_alloc_check of each type, kernel/bpf). Those of sockets,
 * tasks and the like must have no number of entries, and libbpf gives a perf_event_array one for each CPU.
 */
static const uint8_t needed[] = {
        [BPF_MAP_TYPE_HASH] = LACK_ENTRIES,
        [BPF_MAP_TYPE_ARRAY] = LACK_ENTRIES,
        [BPF_MAP_TYPE_PROG_ARRAY] = LACK_ENTRIES,
        [BPF_MAP_TYPE_PERCPU_HASH] = LACK_ENTRIES,
        [BPF_MAP_TYPE_PERCPU_ARRAY] = LACK_ENTRIES,
        [BPF_MAP_TYPE_STACK_TRACE] = LACK_ENTRIES,
        [BPF_MAP_TYPE_CGROUP_ARRAY] = LACK_ENTRIES,
        [BPF_MAP_TYPE_LRU_HASH] = LACK_ENTRIES,
        [BPF_MAP_TYPE_LRU_PERCPU_HASH] = LACK_ENTRIES,
        [BPF_MAP_TYPE_LPM_TRIE] = LACK_ENTRIES,
        [BPF_MAP_TYPE_ARRAY_OF_MAPS] = LACK_ENTRIES | LACK_INNER,
        [BPF_MAP_TYPE_HASH_OF_MAPS] = LACK_ENTRIES | LACK_INNER,
        [BPF_MAP_TYPE_DEVMAP] = LACK_ENTRIES,
        [BPF_MAP_TYPE_SOCKMAP] = LACK_ENTRIES,
        [BPF_MAP_TYPE_CPUMAP] = LACK_ENTRIES,
        [BPF_MAP_TYPE_XSKMAP] = LACK_ENTRIES,
        [BPF_MAP_TYPE_SOCKHASH] = LACK_ENTRIES,
        [BPF_MAP_TYPE_REUSEPORT_SOCKARRAY] = LACK_ENTRIES,
        [BPF_MAP_TYPE_QUEUE] = LACK_ENTRIES,
        [BPF_MAP_TYPE_STACK] = LACK_ENTRIES,
        [BPF_MAP_TYPE_DEVMAP_HASH] = LACK_ENTRIES,
        [BPF_MAP_TYPE_RINGBUF] = LACK_ENTRIES,
};

static const struct job_setting *setting_of(const struct object_ini *ini, const char *map, enum setting_key key)
{
	for (size_t i = 0; i < ini->setting_count; i++)
		if (ini->settings[i].key == key && !strcmp(ini->settings[i].name, map))
			return &ini->settings[i];
	return NULL;
}

static void say(struct predict_cell *c, char *text)
{
	c->findings = xrealloc(c->findings, c->finding_count + 1, sizeof(*c->findings));
	c->findings[c->finding_count++] = (struct predict_finding){.forecast = FORECAST_REJECTED,
	                                                           .phase = PHASE_LOAD,
	                                                           .class = CLASS_MAP_TYPE,
	                                                           .program = xstrdup(""),
	                                                           .text = text};
}

void map_check(const struct parsed_object *p, const struct object_ini *ini, struct predict_cell *c)
{
	const struct bpf_map *map;

	bpf_object__for_each_map(map, p->obj)
	{
		const char *name = bpf_map__name(map);
		unsigned type = bpf_map__type(map), needs = type < sizeof(needed) ? needed[type] : 0;

		if (!bpf_map__autocreate(map) || setting_of(ini, name, SETTING_MAP_TYPE))
			continue;
		if (needs & LACK_ENTRIES && !bpf_map__max_entries(map) &&
		    !setting_of(ini, name, SETTING_MAP_MAX_ENTRIES))
			say(c, xasprintf("map %s has no max_entries, so its loader has to set it", name));
		else if (needs & LACK_INNER && !bpf_map__inner_map((struct bpf_map *)map) &&
		         !setting_of(ini, name, SETTING_MAP_INNER))
			say(c, xasprintf("map %s does not say what the maps in it are, so its loader has to", name));
	}
}
