// SPDX-License-Identifier: BSD-2-Clause
// Hold manifests against Kubernetes' published schema of a Job; with --commands print their containers' commands, a JSON list
// a line, in place of it.
// Usage: kubernetes.mjs [--commands] FILE...
import { readFileSync } from 'node:fs';
import { Job } from 'kubernetes-models/batch/v1';
import { parse } from 'yaml';

const show = process.argv[2] === '--commands';
for (const file of process.argv.slice(show ? 3 : 2)) {
	const manifest = parse(readFileSync(file, 'utf8'));
	try {
		new Job(manifest).validate();
	} catch (e) {
		console.error(`${file}: ${e.message}`);
		process.exitCode = 1;
	}
	for (const container of show ? manifest.spec.template.spec.containers : [])
		console.log(JSON.stringify(container.command));
}
