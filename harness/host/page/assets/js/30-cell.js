/* One cell in full, in a dialog. */
const dialog = byId('cell');
const yesNo = (value) => (value ? 'yes' : 'no');

function entry(name, ...parts) {
	const kept = parts.flat().filter((part) => part !== null && part !== undefined && part !== '' && part !== false);

	return kept.length ? [el('tr', null, el('th', { scope: 'row' }, name), el('td', null, kept))] : [];
}

function between(parts, separator) {
	return parts.flatMap((part, i) => (i ? [separator, part] : [part]));
}

function evidenceLinks(cell, kernel) {
	const links = [];

	if (cell?.log)
		links.push(link(cell.log, 'log of the object'));
	if (cell?.kernel_log)
		links.push(link(cell.kernel_log, "kernel's log"));
	kernel.attempts.forEach((attempt, i) => {
		const number = kernel.attempts.length > 1 ? ` ${i + 1}` : '';

		if (attempt.console)
			links.push(link(attempt.console, `console${number}`));
		if (attempt.script)
			links.push(link(attempt.script, `QEMU command${number}`));
	});
	return between(links, ' · ');
}

function changesOf(cell) {
	return page.since.changes.filter((change) => change.object === cell.object && change.kernels.includes(cell.kernel));
}

function historyOf(object, kernel) {
	return page.history.map((past) => {
		const o = past.objects.indexOf(objects[object].name), k = past.kernels.indexOf(kernels[kernel].id);

		return [past.name, past.started, o < 0 || k < 0 ? 'not in it' : badge(past.looks[past.matrix[o][k]])];
	});
}

const changeWords = (change) => [change.kind === 'verdict' ? 'verdict' : `${change.kind} ${change.key}`, change.was || '–', change.now || '–'];

function programRows(cell) {
	return cell.programs.map((program) => [
		program.name, program.section, program.type,
		!program.autoload ? 'off' : !program.loaded ? `not loaded (${program.errno})` : program.attached ? 'attached' : 'loaded',
		program.evidence ?? '', program.run_cnt === undefined ? '' : `${program.workload_runs} / ${program.run_cnt}`,
		program.verified_insns === undefined ? '' : program.verified_insns.toLocaleString('en'),
		program.insns_limit ? `${Math.floor((program.verified_insns * 100) / program.insns_limit)} %` : '',
		program.total_states ?? '', program.stack_depth ?? '', program.jited_bytes ?? '',
		[program.log, program.stopped, program.never_driven && `never driven: ${program.never_driven}`].filter(Boolean).join('; '),
	]);
}

function relocationRows(cell) {
	return cell.relocations.map((relo) => [
		relo.program, String(relo.insn), relo.kind, relo.object ? `${relo.object}: ${relo.spec}` : relo.spec, String(relo.local),
		relo.target === null ? '–' : String(relo.target),
		relo.local_size || relo.target_size ? `${relo.local_size ?? '–'} → ${relo.target_size ?? '–'}` : '',
		relo.disagreement ? el('span', { class: 'bad' }, relo.outcome) : relo.outcome, relo.predicted,
		[relo.source, relo.disagreement, relo.differs, relo.note].filter(Boolean).join('; '),
	]);
}

function truthRows(cell) {
	return cell.truth.map((truth) => [
		truth.workload, truth.field, truth.expected, truth.observed,
		truth.ok ? '✓ right' : el('span', { class: 'bad' }, '✗ wrong'), truth.hint,
	]);
}

/* A section with a heading, or nothing when it has no rows. */
function part(title, head, rows) {
	return rows.length ? [el('h3', null, `${title} (${rows.length})`), table(title, head, rows)] : [];
}

function cellBody(object, kernel) {
	const cell = cellsOf(object).get(kernels[kernel].id), look = lookAt(object, kernel), about = kernels[kernel];
	const isBad = look.state === 'unexpected' || look.state === 'unmeasured';

	if (!cell)
		return [el('p', { class: 'empty' }, `It was not run. ${about.reason}`), el('p', null, evidenceLinks(null, about))];
	return [
		el('table', { class: 'plain' }, el('tbody', null,
			entry('Verdict', badge(look), isBad ? el('strong', { class: 'bad' }, ' ! not as expected') : ' as expected'),
			entry('Reused', cell.measured && `measured ${cell.measured}, and all that decides it is the same`),
			entry('Expected', cell.expected),
			entry('Evidence', cell.evidence), entry('Why', cell.reason), entry('To do', cell.advice),
			entry('Predicted', cell.predicted), entry('Contradiction', cell.disagreement && el('strong', { class: 'bad' }, cell.disagreement)),
			entry('Kernel', `${about.release} ${about.arch}`, about.package && `, ${about.package} ${about.version}`),
			entry('Loader', look.loader), entry('Events', cell.events || cell.lost ? `${cell.events}, ${cell.lost} lost, from ${cell.source || 'nowhere'}${cell.event_type ? ` as ${cell.event_type}` : ''}` : ''),
			entry('Effects', cell.effects), entry('Fails here anyway', cell.impossible), entry('Absent externs', cell.absent_externs),
			entry('Learnt', cell.learnt), entry('Not checked', cell.unchecked),
			entry('Measured', cell.runs > 1 && `${cell.runs} times, ${cell.differing} of them differ`, (cell.attempts ?? []).join('; ')),
			entry('Time', `${rounded(cell.ms)} ms; open and load ${rounded(cell.open_ms)}, attach ${rounded(cell.attach_ms)}, run ${rounded(cell.run_ms)} by the guest's clock`),
			entry('Evidence files', evidenceLinks(cell, about)))),
		el('h3', null, 'Repeat this cell'), command(cell.reproduce),
		cell.kernel_said ? [el('h3', null, 'What the kernel said'), el('pre', null, cell.kernel_said.join('\n'))] : [],
		cell.kernel_allowed ? [el('h3', null, 'What it said, and may say'), el('pre', null, cell.kernel_allowed.join('\n'))] : [],
		part(`Changed since ${page.since.against}`, ['what', 'was', 'now'], changesOf(cell).map(changeWords)),
		part('Earlier runs', ['run', 'started', 'verdict'], historyOf(object, kernel)),
		part('Values against the truth', ['workload', 'field', 'truth', 'captured', 'right', 'hint'], truthRows(cell)),
		part('Programs', ['program', 'section', 'type', 'state', 'evidence', '#runs: workload / all', '#verified', '#of limit', '#states', '#stack', '#machine code', 'said'], programRows(cell)),
		part('Relocations', ['program', '#insn', 'kind', 'what', '#compiled', '#here', '#size', 'outcome', 'predicted', 'note'], relocationRows(cell)),
	].flat();
}

function openCell(objectName, kernelName) {
	const object = objects.findIndex(({ name }) => name === objectName), kernel = kernels.findIndex(({ id }) => id === kernelName);
	const close = el('button', { type: 'button' }, 'Close');

	if (object < 0 || kernel < 0)
		return false;
	close.addEventListener('click', () => dialog.close());
	dialog.replaceChildren(
		el('div', { class: 'bar' }, el('h2', { id: 'cell-title' }, `${objectName} on ${kernelName}`), close),
		...cellBody(object, kernel));
	if (!dialog.open)
		dialog.showModal();
	dialog.scrollTop = 0;
	return true;
}
dialog.addEventListener('click', (event) => {
	if (event.target === dialog)
		dialog.close();
});
dialog.addEventListener('close', () => {
	if (location.hash.startsWith('#cell/'))
		history.replaceState(null, '', '#matrix');
	cellAt(grid.at.row, grid.at.column)?.focus();
});
