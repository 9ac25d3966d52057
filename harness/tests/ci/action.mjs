// SPDX-License-Identifier: BSD-2-Clause
// Run the shell steps of a composite action in their order, with bash as GitHub's runner starts it, its environment files
// and the expressions that our actions use: ${{ inputs.X }} and ${{ steps.ID.outputs.X }}. Steps that use other actions
// are named and left out. Ends with the first status that is not 0; prints the action's outputs at the end.
// Usage: action.mjs ACTION.yml [INPUT=VALUE...]
// Source: GitHub's documentation of composite actions and of workflow commands (environment files).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';

const [file, ...words] = process.argv.slice(2);
const action = parse(readFileSync(file, 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'action-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const inputs = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']));
for (const word of words) {
	const [name, ...value] = word.split('=');
	if (!(name in inputs)) {
		console.error(`${file} has no input ${name}`);
		process.exit(2);
	}
	inputs[name] = value.join('=');
}

const steps = {};
const value = (text) =>
	String(text).replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression) => {
		const [head, id, outputs, name] = expression.split('.');
		if (head === 'inputs' && id in inputs) return inputs[id];
		if (head === 'steps' && outputs === 'outputs' && name in (steps[id] ?? {})) return steps[id][name];
		throw new Error(`${file}: ${expression} is not known here`);
	});

for (const [number, step] of action.runs.steps.entries()) {
	if (step.uses) {
		console.log(`(left out: ${step.uses})`);
		continue;
	}
	const output = join(scratch, `output-${number}`);
	writeFileSync(output, '');
	const run = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', value(step.run)], {
		stdio: 'inherit',
		env: {
			...process.env,
			GITHUB_ACTION_PATH: resolve(dirname(file)),
			GITHUB_OUTPUT: output,
			GITHUB_STEP_SUMMARY: process.env.GITHUB_STEP_SUMMARY ?? join(scratch, 'summary.md'),
			RUNNER_TEMP: process.env.RUNNER_TEMP ?? scratch,
			...Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, value(text)])),
		},
	});
	if (run.status !== 0) process.exit(run.status ?? 1);
	if (step.id)
		steps[step.id] = Object.fromEntries(
			readFileSync(output, 'utf8').split('\n').filter(Boolean).map((line) => line.split(/=(.*)/s, 2)),
		);
}
for (const [name, out] of Object.entries(action.outputs ?? {})) console.log(`output ${name}=${value(out.value)}`);
