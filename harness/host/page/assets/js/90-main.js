/* Views, theme, and the first drawing. */
const views = { matrix: null, fields: drawFields, cost: drawCosts, changes: drawChanges, history: drawHistory, run: drawRun };
const isDrawn = new Set(['matrix']);

function show(name) {
	for (const view of Object.keys(views))
		byId(`view-${view}`).hidden = view !== name;
	for (const anchor of document.querySelectorAll('#views a')) {
		if (anchor.hash === `#${name}`)
			anchor.setAttribute('aria-current', 'page');
		else
			anchor.removeAttribute('aria-current');
	}
	if (!isDrawn.has(name))
		views[name]();
	isDrawn.add(name);
}

function follow() {
	const [kind, ...names] = location.hash.slice(1).split('/');
	let decoded = [];

	try {
		decoded = names.map(decodeURIComponent);
	} catch {
		decoded = [];
	}
	if (kind === 'cell' && decoded.length === 2 && openCell(...decoded)) {
		if (![...isDrawn].some((name) => !byId(`view-${name}`).hidden))
			show('matrix');
		return;
	}
	if (dialog.open)
		dialog.close();
	if (kind !== 'main')
		show(Object.hasOwn(views, kind) ? kind : 'matrix');
}
window.addEventListener('hashchange', follow);

const themes = ['system', 'light', 'dark'], system = matchMedia('(prefers-color-scheme: dark)');
let theme = 0;
function paint() {
	const isDark = theme ? theme === 2 : system.matches;

	document.documentElement.classList.toggle('dark', isDark);
	if (theme)
		document.documentElement.dataset.theme = themes[theme];
	else
		delete document.documentElement.dataset.theme;
	byId('theme').textContent = `Theme: ${themes[theme]}`;
}
byId('theme').addEventListener('click', () => {
	theme = (theme + 1) % themes.length;
	paint();
});
system.addEventListener('change', paint);
paint();

document.title = `corematrix: ${facts.totals.unexpected + facts.totals.infra ? `${facts.totals.unexpected + facts.totals.infra} not as expected` : 'as expected'}, ${run.started}`;
byId('when').textContent = `${run.started}, ${run.elapsed_s.toFixed(1)} s, corematrix ${run.host.corematrix}, libbpf ${run.host.libbpf}${run.complete ? '' : '; NOT COMPLETE'}${run.part ? `; part ${run.part.k} of ${run.part.n}` : ''}`;
byId('totals').textContent = `${counted(kernels.length, 'kernel')}, ${counted(objects.length, 'object')}, ${counted(facts.totals.cells, 'cell')}: ${facts.totals.as_expected} as expected, ${facts.totals.unexpected} not, ${facts.totals.infra} not measured; ${counted(facts.totals.relocations, 'relocation')} judged, ${facts.totals.disagreements ? `${facts.totals.disagreements} CONTRADICT` : 'none contradicts'}; ${counted(facts.totals.truths, 'value')} compared with the truth, ${facts.totals.truths_wrong} differ`;
drawFilters();
layOut();
drawCauses();
follow();
