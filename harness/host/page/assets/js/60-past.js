/* What changed, what was before, and the run itself. */
function drawChanges() {
	const { against, changes } = page.since, box = byId('list-changes');
	const titles = { worse: 'Worse', 'not measured': 'Not measured', better: 'Better', changed: 'Changed, neither better nor worse', new: 'New', gone: 'Gone' };

	if (against === null) {
		box.append(el('p', { class: 'empty' }, 'This page knows of no earlier run. ', el('code', null, 'corematrix report --html FILE RUN EARLIER…'), ' compares; ', el('code', null, '--against BASELINES'), ' does so with stored baselines.'));
		return;
	}
	box.append(el('p', null, changes.length ? `Compared with ${against}.` : `Nothing differs from ${against}.`));
	for (const [section, title] of Object.entries(titles)) {
		const own = changes.filter((change) => change.section === section), list = el('div', null);

		if (!own.length)
			continue;
		box.append(el('h3', null, `${title} (${own.length})`), list);
		longList(list, own, (change) => {
			const [what, was, now] = changeWords(change);
			const isHere = objects.some(({ name }) => name === change.object) && kernels.some(({ id }) => id === change.kernels[0]);

			return el('article', null, el('p', null,
				isHere ? el('a', { href: `#cell/${encodeURIComponent(change.object)}/${encodeURIComponent(change.kernels[0])}` }, change.object) : change.object,
				`: ${what}: was ${was}, now ${now} on ${change.kernels.join(', ')}`), change.reason && el('p', { class: 'soft' }, change.reason));
		}, 100);
	}
}

function drawHistory() {
	const runs = page.history, box = byId('list-history');

	if (!runs.length) {
		box.append(el('p', { class: 'empty' }, 'This page knows of no earlier run. ', el('code', null, 'corematrix report --html FILE RESULTS'), ' takes all runs of a directory.'));
		return;
	}
	const places = runs.map((past) => ({
		objects: new Map(past.objects.map((name, i) => [name, i])), kernels: new Map(past.kernels.map((id, i) => [id, i])),
	}));
	const then = (i, o, k) => {
		const row = places[i].objects.get(objects[o].name), column = places[i].kernels.get(kernels[k].id);
		return row === undefined || column === undefined ? null : runs[i].looks[runs[i].matrix[row][column]];
	};
	const heads = [...runs.map((past) => past.name), 'this run'], rows = [];
	for (let o = 0; o < objects.length; o++) {
		for (const k of facts.order) {
			const looks = [...runs.map((_, i) => then(i, o, k)), lookAt(o, k)];
			const titles = new Set(looks.filter(Boolean).map((look) => look.title));

			if (titles.size > 1)
				rows.push([el('a', { href: `#cell/${encodeURIComponent(objects[o].name)}/${encodeURIComponent(kernels[k].id)}` }, `${objects[o].name} on ${kernels[k].id}`), ...looks.map((look) => (look ? badge(look) : '–'))]);
		}
	}
	const count = (past, name) => past.matrix.flat().filter((place) => past.looks[place].verdict === name).length;
	const shown = verdicts.filter((verdict) => [...runs, facts].some((past) => count(past, verdict)));
	box.append(table('Runs', ['run', 'started', ...shown.map((name) => `#${name}`)],
		[...runs, { ...facts, name: 'this run', started: run.started }].map((past) => [past.name, past.started, ...shown.map((name) => String(count(past, name)))])));
	box.append(el('h3', null, `Cells that did not always come to the same (${rows.length})`));
	if (rows.length)
		box.append(table('Cells that changed', ['cell', ...heads], rows.slice(0, 1000)));
	if (rows.length > 1000)
		box.append(el('p', null, `${rows.length - 1000} more are not shown here; each cell's own history is in its dialog.`));
}

function drawRun() {
	const { host } = run, ms = (value) => (value === null || value === undefined ? '–' : `${(value / 1000).toFixed(1)} s`);
	const known = Object.entries(host).filter(([, value]) => value !== '' && value !== 0);

	byId('about').append(
		el('h3', null, 'Command'), command(run.command.join(' ')),
		el('h3', null, 'Host and tools'), el('table', { class: 'plain' }, el('tbody', null, known.flatMap(([name, value]) => entry(name, String(value))))),
		...part('Kernels', ['kernel', 'release', 'architecture', 'package', 'start', '#ready', '#all', 'state', 'evidence'], facts.order.map((k) => {
			const kernel = kernels[k];
			return [kernel.id, kernel.release, kernel.arch, `${kernel.package} ${kernel.version}`, kernel.start, ms(kernel.timing?.ready_ms), ms(kernel.total_ms),
				kernel.status === 'ok' ? 'ok' : el('span', { class: 'bad' }, kernel.reason), evidenceLinks(null, kernel)];
		})),
		...part('Rows left out', ['kernel', 'reason'], (run.skipped ?? []).map(({ kernel, reason }) => [kernel, reason])),
		...part('Predicted from types alone', ['kernel', 'object', 'predicted', 'reason'], (run.forecasts ?? []).map((f) => [f.kernel, f.object, f.predicted, f.reason])),
		...part('Objects', ['object', 'what it is', '#programs', '#relocations', 'sha256'], objects.map((object) => [
			object.name, `${object.description}${object.control ? ' (a control)' : ''}`, String(object.programs), String(object.relocations), el('code', null, object.sha256.slice(0, 16))])));
}
