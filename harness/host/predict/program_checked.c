/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/program_checked.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/resolve/btf_lookup.h"

bool checked_is_number(const struct btf_type *t)
{
	return t && (btf_is_int(t) || btf_is_any_enum(t));
}

const struct btf_type *checked_argument(const struct checked *k, uint64_t slot)
{
	if (slot >= k->slots)
		return NULL;
	return btf_lookup_plain(k->btf, btf_params(k->proto)[k->skipped + slot].type);
}

void checked_say(struct checked *k, enum forecast forecast, enum cell_phase phase, enum reject_class class, char *text)
{
	const char *program = k->p->list.funcs[k->func].name;
	char *whole = xasprintf("program %s: %s", program, text);

	free(text);
	for (uint32_t i = 0; i < k->c->finding_count; i++) {
		if (strcmp(k->c->findings[i].text, whole) || k->c->findings[i].forecast < forecast)
			continue;
		free(whole);
		return;
	}
	k->c->findings = xrealloc(k->c->findings, k->c->finding_count + 1, sizeof(*k->c->findings));
	k->c->findings[k->c->finding_count++] = (struct predict_finding){
	        .forecast = (uint8_t)forecast,
	        .phase = (uint8_t)phase,
	        .class = (uint8_t) class,
	        .program = xstrdup(program),
	        .text = whole,
	};
}

void checked_refuse(struct checked *k, enum reach reach, enum cell_phase phase, enum reject_class class, char *text)
{
	if (reach == REACH_NEVER)
		free(text);
	else
		checked_say(k, reach == REACH_ALWAYS ? FORECAST_REJECTED : FORECAST_UNSURE, phase, class, text);
}
