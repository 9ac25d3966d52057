import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { close, open, shot, violations } from './browser.mjs';
import { corematrix, golden, hostile, hostileRun, largeRun, page as pageOf, report, scratch } from './runs.mjs';

const small = pageOf('small', golden()), large = pageOf('large', largeRun()), bad = pageOf('hostile', hostileRun());
const views = ['matrix', 'fields', 'cost', 'changes', 'history', 'run'];
const real = process.env.RUN && existsSync(join(process.env.RUN, 'results.json')) ? process.env.RUN : null;
const realPage = join(scratch, 'real.html');
if (real)
	report(realPage, real);

after(async () => {
	await close();
	rmSync(scratch, { recursive: true, force: true });
});

const text = (page, selector) => page.locator(selector).innerText();
const cellName = (object, kernel) => `#cell/${encodeURIComponent(object)}/${encodeURIComponent(kernel)}`;

for (const scheme of ['light', 'dark']) {
	for (const width of [1280, 390]) {
		test(`each view, ${scheme}, ${width} wide: no fault, nothing asked for, nothing that axe objects to`, async () => {
			const page = await open(small, { width, scheme });

			for (const view of views) {
				await page.click(`nav a[href="#${view}"]`);
				await page.waitForSelector(`#view-${view}:not([hidden])`);
				assert.deepEqual(await violations(page), [], view);
				await shot(page, `${view}-${scheme}-${width}`);
			}
			await page.click('nav a[href="#matrix"]');
			await page.locator('#grid td').first().click();
			await page.waitForSelector('dialog[open]');
			assert.deepEqual(await violations(page), [], 'cell');
			await shot(page, `cell-${scheme}-${width}`);
			const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
			assert.ok(over <= 0, `the page is ${over} pixels wider than the window`);
			assert.deepEqual(page.faults, []);
			assert.deepEqual(page.asked.filter((url) => !url.startsWith('file://') || !url.includes('index.html')), []);
			await page.close();
		});
	}
}

test('20,000 cells: few of them are elements, wherever one scrolls to', async (t) => {
	const began = performance.now(), page = await open(large);
	await page.waitForSelector('#grid td');
	t.diagnostic(`open after ${Math.round(performance.now() - began)} ms, of which the page's thread used ${Math.round(await page.busy())} ms of a processor`);
	const painted = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
	t.diagnostic(`first painted after ${Math.round(painted)} ms, ${Math.round(readFileSync(large).length / 1024)} KiB`);
	assert.match(await text(page, '#shown'), /^20,000 of 20,000 cells/);
	const before = await page.busy();
	const frames = await page.evaluate(async () => {
		const box = document.getElementById('box'), times = [], most = box.scrollHeight - box.clientHeight;
		let elements = 0, last = performance.now();

		for (let i = 0; i <= 60; i++) {
			box.scrollTop = (most * i) / 60;
			await new Promise(requestAnimationFrame);
			const now = performance.now();
			times.push(now - last);
			last = now;
			elements = Math.max(elements, document.querySelectorAll('#grid *').length);
		}
		await new Promise(requestAnimationFrame);
		await new Promise(requestAnimationFrame);
		return { times: times.slice(1).sort((a, b) => a - b), elements };
	});
	const work = (await page.busy()) - before;
	t.diagnostic(`60 steps through all of it: median frame ${frames.times[30].toFixed(1)} ms, longest ${frames.times.at(-1).toFixed(1)} ms, at most ${frames.elements} elements; the thread's work ${(work / 60).toFixed(1)} ms a step`);
	assert.ok(frames.elements < 12000, `${frames.elements} elements`);
	assert.equal(await page.locator('#grid tbody tr').last().locator('th').innerText(), 'object_399');
	await shot(page, 'large-bottom');
	assert.deepEqual(await violations(page), []);
	for (const view of views) {
		const start = performance.now();
		await page.click(`nav a[href="#${view}"]`);
		await page.waitForSelector(`#view-${view}:not([hidden])`);
		t.diagnostic(`${view} after ${Math.round(performance.now() - start)} ms`);
	}
	assert.deepEqual(page.faults, []);
	await page.close();
});

test('the keyboard alone goes everywhere', async () => {
	const page = await open(large), at = () => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? '');

	await page.focus('#swap');
	for (let i = 0; i < 4 && !(await at()).includes(' on '); i++)
		await page.keyboard.press('Tab');
	assert.match(await at(), /^object_0 on 6\.0-cloud: /);
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('ArrowDown');
	assert.match(await at(), /^object_1 on 6\.1-cloud: /);
	await page.keyboard.press('Control+End');
	assert.match(await at(), /^object_399 on 6\.49-cloud: /);
	await page.keyboard.press('Enter');
	await page.waitForSelector('dialog[open]');
	assert.equal(await text(page, '#cell-title'), 'object_399 on 6.49-cloud');
	assert.ok(await page.evaluate(() => document.querySelector('dialog').contains(document.activeElement)));
	await page.keyboard.press('Escape');
	await page.waitForSelector('dialog:not([open])', { state: 'hidden' });
	assert.match(await at(), /^object_399 on 6\.49-cloud: /);
	await page.keyboard.press('Home');
	assert.match(await at(), /^object_399 on 6\.0-cloud: /);
	assert.deepEqual(page.faults, []);
	await page.close();
});

test('filters show what they say', async () => {
	const run = largeRun(), page = await open(large), count = (wanted) => run.cells.filter(wanted).length.toLocaleString('en');

	await page.locator('#filters .chip', { hasText: 'wrong' }).locator('input').check();
	assert.equal((await text(page, '#shown')).split(' ')[0], count(({ verdict }) => verdict === 'wrong'));
	await page.fill('#by-kernel', '6.3-cloud 6.4*');
	assert.equal((await text(page, '#shown')).split(' ')[0], count(({ verdict, kernel }) => verdict === 'wrong' && (kernel === '6.3-cloud' || kernel.startsWith('6.4'))));
	await page.fill('#by-object', 'object_39*');
	assert.match(await text(page, '#shown'), new RegExp(`^${count(({ verdict, kernel, object }) => verdict === 'wrong' && (kernel === '6.3-cloud' || kernel.startsWith('6.4')) && object.startsWith('object_39'))} of 20,000`));
	assert.ok(await page.locator('#grid td:not(.faded)').count() > 0);
	await page.fill('#by-object', 'nothing_of_it');
	assert.match(await text(page, '#shown'), /^0 of /);
	await page.fill('#by-object', '');
	await page.click('#swap');
	assert.match(await page.locator('#grid tbody th').first().innerText(), /cloud$/);
	assert.deepEqual(page.faults, []);
	await page.close();
});

async function checkCell(page, file, cell) {
	const directory = dirname(file);

	await page.evaluate((hash) => (location.hash = hash), cellName(cell.object, cell.kernel));
	await page.waitForFunction((title) => document.getElementById('cell-title')?.textContent === title, `${cell.object} on ${cell.kernel}`);
	const shown = await page.evaluate(() => ({
		text: document.querySelector('dialog').textContent,
		rows: Object.fromEntries([...document.querySelectorAll('dialog table.plain[class]')].filter((t) => t.tHead).map((t) => [t.parentElement.getAttribute('aria-label'), [...t.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent))])),
		links: [...document.querySelectorAll('dialog a')].map((a) => a.getAttribute('href')),
	}));
	assert.ok(shown.text.includes(cell.reproduce), 'the command that repeats it');
	for (const said of [cell.reason, cell.advice, ...(cell.kernel_said ?? [])])
		assert.ok(shown.text.includes(said), said);
	assert.deepEqual((shown.rows['Values against the truth'] ?? []).map((row) => row.slice(0, 4)), cell.truth.map(({ workload, field, expected, observed }) => [workload, field, expected, observed]));
	assert.deepEqual((shown.rows.Relocations ?? []).map((row) => [row[0], row[2], row[4], row[5], row[7]]), cell.relocations.map((relo) => [relo.program, relo.kind, String(relo.local), relo.target === null ? '–' : String(relo.target), relo.outcome]));
	assert.deepEqual((shown.rows.Programs ?? []).map((row) => row[0]), cell.programs.map(({ name }) => name));
	return shown.links.map((href) => join(directory, decodeURIComponent(href)));
}

test('a cell shows what results.json has', async () => {
	const page = await open(small);

	for (const cell of golden().cells)
		await checkCell(page, small, cell);
	assert.deepEqual(page.faults, []);
	await page.close();
});

test('hostile text is text', async () => {
	const page = await open(bad), run = hostileRun();

	for (const view of views) {
		await page.click(`nav a[href="#${view}"]`);
		await page.waitForSelector(`#view-${view}:not([hidden])`);
	}
	for (const cell of run.cells) {
		await checkCell(page, bad, cell);
		for (const href of await page.locator('dialog a').evaluateAll((links) => links.map((a) => a.protocol)))
			assert.equal(href, 'file:');
	}
	assert.equal(await page.evaluate(() => window.hit), undefined);
	assert.equal(await page.locator('img').count(), 0);
	assert.ok((await text(page, '#cell-title')).startsWith(hostile));
	assert.deepEqual(page.faults, []);
	await page.close();
});

test('paper has every row, and light colours', async () => {
	const page = await open(large, { scheme: 'dark' });

	await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
	await page.emulateMedia({ media: 'print' });
	assert.equal(await page.locator('#grid tbody tr').count(), 400);
	assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
	assert.equal(await page.locator('#filters').isVisible(), false);
	await page.emulateMedia({ media: 'screen' });
	await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
	assert.ok(await page.locator('#grid tbody tr').count() < 100);
	assert.deepEqual(page.faults, []);
	await page.close();
});

test('what changed, and what was before', async () => {
	const before = golden(), now = golden(), file = join(scratch, 'past.html');
	const cell = now.cells.find(({ verdict }) => verdict === 'pass');

	now.started = '2099-01-01T00:00:00Z';
	cell.verdict = 'wrong';
	pageOf('past/before', before);
	pageOf('past/now', now);
	report(file, join(scratch, 'past'));
	const page = await open(file, { hash: '#changes' });
	assert.match(await text(page, '#list-changes'), new RegExp(`Worse[^]*${cell.object}: verdict: was pass, now wrong[^]* on ${cell.kernel}`));
	await page.click('nav a[href="#history"]');
	const row = page.locator('#list-history tr', { hasText: `${cell.object} on ${cell.kernel}` });
	assert.deepEqual(await row.locator('td').allInnerTexts(), [`${cell.object} on ${cell.kernel}`, '✓ pass', '✗ wrong']);
	await row.locator('a').click();
	await page.waitForSelector('dialog[open]');
	assert.match(await text(page, 'dialog'), /Earlier runs[^]*before[^]*✓ pass/);
	assert.match(await text(page, 'dialog'), /Changed since before[^]*verdict/);
	assert.deepEqual(page.faults, []);
	await page.close();
});

test('a real run: every link leads to a file', { skip: !real }, async () => {
	const run = JSON.parse(readFileSync(join(real, 'results.json'), 'utf8'));
	const page = await open(realPage), missing = new Set();

	for (const cell of run.cells.filter((_, i) => i % 7 === 0))
		for (const path of await checkCell(page, realPage, cell))
			if (!existsSync(path))
				missing.add(path);
	await page.keyboard.press('Escape');
	await page.click('nav a[href="#run"]');
	assert.match(await text(page, '#about'), /Host and tools\s+uname[^]*qemu/i);
	for (const view of ['matrix', 'fields', 'cost', 'changes', 'history', 'run'])
		assert.doesNotMatch(await page.locator(`#view-${view}`).evaluate((part) => part.textContent), /\[object/, view);
	for (const href of await page.locator('#about a').evaluateAll((links) => links.map((a) => a.getAttribute('href'))))
		if (!existsSync(join(scratch, decodeURIComponent(href))))
			missing.add(href);
	assert.deepEqual([...missing], []);
	assert.deepEqual(await violations(page), []);
	assert.deepEqual(page.faults, []);
	await page.close();
});

/* "  struct task_struct.comm", then a line per flavour in which it changes. */
function timelineOf(said) {
	const fields = new Map();
	let lines = null;

	for (const line of said.split('\n')) {
		if (line.startsWith('    ')) {
			lines?.push(line.trim());
		} else if (line.startsWith('  ')) {
			lines = [];
			fields.set(line.trim(), lines);
		}
	}
	return fields;
}

/* Of each field the kernels on which a program that reads it was loaded: of the others a page has nothing to show. */
function kernelsOfFields(run) {
	const kernels = new Map();

	for (const { kernel, relocations } of run.cells)
		for (const { spec, outcome } of relocations)
			if (outcome !== 'not-attempted')
				kernels.set(spec, (kernels.get(spec) ?? new Set()).add(kernel));
	return kernels;
}

test('a real run: its fields are those of predict --timeline', { skip: !real }, async (t) => {
	const run = JSON.parse(readFileSync(join(real, 'results.json'), 'utf8'));
	const paths = run.objects.map(({ path }) => path).filter((path) => existsSync(path)), said = new Map();
	const predict = (kernels) => {
		const key = kernels.join();
		// its status is about the objects, some of which are rejected here and there
		const text = said.has(key) ? '' : spawnSync(corematrix, ['predict', '--timeline', ...kernels.flatMap((id) => ['--kernel', id]), ...new Set(paths)], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;

		if (text)
			said.set(key, timelineOf(text.slice(text.indexOf('fields along the kernels'), text.search(/^\d+ of \d+ fields? change/m))));
		return said.get(key);
	};
	const all = run.kernels.map(({ id }) => id), predicted = new Map();

	for (const [field, on] of kernelsOfFields(run)) {
		// "struct dentry (type_size)": what else than an offset is asked for stands behind it
		for (const [name, lines] of predict(all.filter((id) => on.has(id))))
			if (name === field || name.startsWith(`${field} (`))
				predicted.set(name, lines);
	}
	const page = await open(realPage, { hash: '#fields' });

	for (let more = page.locator('#list-fields button'); await more.count();)
		await more.first().click();
	const shown = new Map(await page.locator('#list-fields article').evaluateAll((articles) => articles.map((article) => [article.querySelector('h3').textContent, [...article.querySelectorAll('.words')].map((p) => p.textContent)])));
	for (const [field, lines] of predicted)
		assert.deepEqual(shown.get(field), lines, field);
	t.diagnostic(`${predicted.size} fields that change, predicted for ${said.size} sets of kernels`);
	assert.deepEqual([...shown.keys()].filter((field) => !predicted.has(field)), []);
	await page.close();
});
