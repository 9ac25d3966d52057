// results.json is what harness/doc/results.schema.json says, by a validator: the golden run, a real one, and wrong ones.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { corematrix, golden, hostileRun, largeRun, page as pageOf } from './runs.mjs';

const schema = JSON.parse(readFileSync('harness/doc/results.schema.json', 'utf8'));

/* Here no member may be there that the schema does not tell of, so that none is forgotten in it. */
function closed(node) {
	if (Array.isArray(node))
		return node.map(closed);
	if (!node || typeof node !== 'object')
		return node;
	const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, closed(value)]));
	return copy.type === 'object' && copy.properties ? { ...copy, additionalProperties: false } : copy;
}

const validate = (of) => {
	const check = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(of);

	return (run) => (check(run) ? [] : check.errors.slice(0, 5).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`));
};
const open = validate(schema), strict = validate(closed(schema));

test('the golden run is valid, and the schema tells of all that is in it', () => {
	assert.deepEqual(open(golden()), []);
	assert.deepEqual(strict(golden()), []);
});

const real = process.env.RUN && join(process.env.RUN, 'results.json');
test('so is a real run', { skip: !real || !existsSync(real) }, () => {
	assert.deepEqual(strict(JSON.parse(readFileSync(real, 'utf8'))), []);
});

test('what a later version adds is no offence', () => {
	const run = golden();

	run.later = 1;
	run.cells[0].later = [1];
	assert.deepEqual(open(run), []);
	assert.notDeepEqual(strict(run), []);
});

const wrongs = {
	'another schema': (run) => (run.schema = 'corematrix/2'),
	'no cells': (run) => delete run.cells,
	'a verdict that is none': (run) => (run.cells[0].verdict = 'fine'),
	'a class that is none': (run) => (run.cells[0].class = 'bad luck'),
	'a hash that is none': (run) => (run.objects[0].sha256 = 'ab'),
	'a negative count': (run) => (run.cells[0].events = -1),
	'a number as another text': (run) => (run.cells[0].relocations[0].local = 'many'),
	'no target at all': (run) => delete run.cells[0].relocations[0].target,
	'a truth without a value': (run) => delete run.cells.find(({ truth }) => truth.length).truth[0].observed,
	'a kernel without an id': (run) => (run.kernels[0].id = ''),
	'an outcome that is none': (run) => (run.cells[0].relocations[0].outcome = 'gone'),
};
for (const [what, spoil] of Object.entries(wrongs)) {
	test(`${what} is an offence`, () => {
		const run = golden();

		spoil(run);
		assert.notDeepEqual(open(run), []);
	});
}

/* The schema that OASIS published comes with Microsoft's tool. */
const sarif = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('@microsoft/sarif-multitool-linux/sarif-2.1.0.json'), 'utf8'));

test('--sarif is SARIF 2.1.0', () => {
	const ajv = new Ajv2020({ strict: false, allErrors: true });

	formats(ajv);
	const check = ajv.compile(sarif);
	for (const [name, run] of [['golden', golden()], ['hostile', hostileRun()], ['large', largeRun(40, 10)]]) {
		const file = pageOf(`sarif-${name}`, run), { stdout } = spawnSync(corematrix, ['report', '--sarif', dirname(file)], { encoding: 'utf8', maxBuffer: 1 << 28 });
		const log = JSON.parse(stdout);

		assert.ok(check(log), JSON.stringify(check.errors?.slice(0, 3)));
		assert.ok(log.runs[0].results.length > 0);
		log.runs[0].results[0].level = 'fine';
		assert.ok(!check(log));
	}
});
