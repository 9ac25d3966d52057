// Runs to look at, made of the golden one: a large one, one whose every text is hostile, two that follow each other.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const corematrix = process.env.COREMATRIX ?? 'build/corematrix';
export const golden = () => JSON.parse(readFileSync('harness/tests/golden/run.json', 'utf8'));
export const scratch = mkdtempSync(join(tmpdir(), 'corematrix-page-'));
export const hostile = `</script><img src=x onerror=window.hit=1><!--"'\`\${window.hit=1}&lt;`;

/* Write it as a run, and its page; returns the page's path. */
export function page(name, run, ...options) {
	const directory = join(scratch, name), file = join(directory, 'index.html');

	mkdirSync(directory, { recursive: true });
	writeFileSync(join(directory, 'results.json'), JSON.stringify(run));
	report(file, directory, ...options);
	return file;
}

/* `report` ends with what the run deserved, which is not 0 for these. */
export function report(file, ...directories) {
	try {
		execFileSync(corematrix, ['report', '--html', file, ...directories], { encoding: 'utf8', stdio: 'pipe' });
	} catch (error) {
		if (error.status !== 1 && error.status !== 3 && error.status !== 4)
			throw error;
	}
}

/* 400 objects on 50 kernels, each cell with what the golden run's cells have, in turn. */
export function largeRun(objectCount = 400, kernelCount = 50) {
	const run = golden(), kernel = run.kernels[0], object = run.objects[0], cells = run.cells.filter((cell) => cell.verdict !== 'infra');

	run.kernels = Array.from({ length: kernelCount }, (_, k) => ({ ...kernel, id: `6.${k}-cloud`, release: `6.${k}.0-cloud`, flavour: 'cloud', directory: `6.${k}-cloud` }));
	run.objects = Array.from({ length: objectCount }, (_, o) => ({ ...object, name: `object_${o}` }));
	run.cells = run.kernels.flatMap(({ id }, k) => run.objects.map(({ name }, o) => {
		const cell = structuredClone(cells[(o + (k > 20 ? 1 : 0)) % cells.length]);

		cell.relocations.forEach((relo) => {
			relo.spec = `struct s${o % 300}.field`;
			relo.kind = 'byte_off';
			relo.target = 8 * Math.floor(k / 10);
		});
		cell.programs.forEach((program) => {
			program.verified_insns = 100 + o + k;
			program.insns_limit = 1000000;
		});
		return { ...cell, kernel: id, object: name, reproduce: `corematrix run --kernel ${id} ${name}.bpf.o`, log: `${id}/object-${name}.log` };
	}));
	return run;
}

/* Every string but those of closed vocabularies. */
export function hostileRun() {
	const run = golden(), closed = new Set(['schema', 'started', 'verdict', 'class', 'side', 'evidence', 'phase', 'outcome', 'kind', 'status', 'arch', 'list_sha256', 'local', 'target', 'predicted']);
	const spoil = (value, name) => {
		if (typeof value === 'string')
			return closed.has(name) || !value ? value : hostile;
		if (Array.isArray(value))
			return value.map((entry) => spoil(entry, name));
		return value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, spoil(entry, key)])) : value;
	};
	const names = (list, member) => new Map(list.map((entry, i) => [entry[member], `${hostile}${i}`]));
	const kernels = names(run.kernels, 'id'), objects = names(run.objects, 'name'), spoilt = spoil(run);

	spoilt.kernels.forEach((kernel, i) => (kernel.id = kernels.get(run.kernels[i].id)));
	spoilt.objects.forEach((object, i) => (object.name = objects.get(run.objects[i].name)));
	spoilt.cells.forEach((cell, i) => Object.assign(cell, {
		kernel: kernels.get(run.cells[i].kernel), object: objects.get(run.cells[i].object), log: 'javascript:window.hit=1',
		kernel_said: [hostile],
	}));
	return spoilt;
}
