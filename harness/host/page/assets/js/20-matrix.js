/* The matrix: a grid of which only the rows in sight are elements, filters, keyboard. */
const ROW = 28, SPARE = 12;
const verdicts = Object.keys(facts.totals.verdicts);
const evidences = ['none', 'loaded', 'attached', 'ran', 'events', 'truth'];
const filter = { object: '', kernel: '', verdicts: new Set(), unexpected: false, arch: '', loader: '', evidence: '' };
const grid = {
	box: byId('box'), table: byId('grid'), swapped: kernels.length > objects.length,
	compact: false, rows: [], columns: [], drawn: new Map(), at: { row: 0, column: 0 }, all: false, head: ROW,
};
const placeOf = (row, column) => (grid.swapped ? { object: column, kernel: row } : { object: row, kernel: column });
const rowName = (row) => (grid.swapped ? kernels[row].id : objects[row].name);
const columnName = (column) => (grid.swapped ? objects[column].name : kernels[column].id);

function isWanted(look) {
	return (!filter.verdicts.size || filter.verdicts.has(look.verdict)) &&
		(!filter.unexpected || look.state === 'unexpected' || look.state === 'unmeasured') &&
		(!filter.loader || look.loader === filter.loader) && (!filter.evidence || look.evidence === filter.evidence);
}

function gridCell(row, column) {
	const { object, kernel } = placeOf(row, column), look = lookAt(object, kernel);
	const isBad = look.state === 'unexpected' || look.state === 'unmeasured';
	const sign = `${signOf(look.verdict)}${isBad ? '!' : ''}`;
	const more = `${look.evidence ? `, evidence ${look.evidence}` : ''}${isBad ? `, not as expected (${look.expected || 'measured'})` : ''}`;

	return el('td', {
		role: 'gridcell', tabindex: -1, title: `${look.title}${more}`,
		class: `${classOf(look.verdict)} ${look.state} e-${look.evidence || 'none'}${isWanted(look) ? '' : ' faded'}`,
		'aria-label': `${objects[object].name} on ${kernels[kernel].id}: ${look.title}${more}`,
	}, grid.compact ? sign : `${sign} ${look.brief}${look.mark === '=' ? ' =' : ''}`);
}

function gridRow(index) {
	const row = grid.rows[index];
	const cells = grid.columns.map((column) => gridCell(row, column));
	const element = el('tr', { role: 'row', 'aria-rowindex': index + 2 },
		el('th', { scope: 'row', role: 'rowheader', title: rowName(row) }, rowName(row)), cells);

	element.dataset.index = index;
	element.style.top = `${index * ROW + grid.head}px`;
	return element;
}

/* Rows of [first, end) are elements afterwards, and no others. */
function drawRows(first, end) {
	const body = grid.table.tBodies[0];

	for (const [index, row] of grid.drawn) {
		if (index < first || index >= end) {
			row.remove();
			grid.drawn.delete(index);
		}
	}
	let next = body.firstChild;
	for (let index = first; index < end; index++) {
		let row = grid.drawn.get(index);
		if (!row) {
			row = gridRow(index);
			grid.drawn.set(index, row);
			body.insertBefore(row, next);
		}
		next = row.nextSibling;
	}
	grid.table.style.height = `${grid.rows.length * ROW + grid.head}px`;
	markStop();
}

function draw() {
	const top = Math.floor(grid.box.scrollTop / ROW) - SPARE;
	const end = Math.ceil((grid.box.scrollTop + grid.box.clientHeight) / ROW) + SPARE;

	drawRows(grid.all ? 0 : Math.max(0, Math.min(top, grid.rows.length - 1)), grid.all ? grid.rows.length : Math.min(grid.rows.length, end));
}

const cellAt = (row, column) => grid.drawn.get(row)?.cells[column + 1];

/* One cell takes part in the order of tab stops. */
function markStop() {
	const first = grid.drawn.keys().next().value;

	for (const old of grid.table.querySelectorAll('td[tabindex="0"]'))
		old.tabIndex = -1;
	const stop = cellAt(grid.at.row, grid.at.column) ?? (first === undefined ? null : cellAt(Math.min(...grid.drawn.keys()), 0));
	if (stop)
		stop.tabIndex = 0;
}

function goTo(row, column) {
	grid.at = { row: Math.max(0, Math.min(row, grid.rows.length - 1)), column: Math.max(0, Math.min(column, grid.columns.length - 1)) };
	const { head } = grid, y = grid.at.row * ROW;

	if (y < grid.box.scrollTop)
		grid.box.scrollTop = y;
	else if (y + ROW + head > grid.box.scrollTop + grid.box.clientHeight)
		grid.box.scrollTop = y + ROW + head - grid.box.clientHeight;
	draw();
	const cell = cellAt(grid.at.row, grid.at.column);
	cell?.focus({ preventScroll: true });
	const side = grid.table.tHead.rows[0].cells[0].offsetWidth;
	if (cell && cell.offsetLeft - side < grid.box.scrollLeft)
		grid.box.scrollLeft = cell.offsetLeft - side;
	else if (cell && cell.offsetLeft + cell.offsetWidth > grid.box.scrollLeft + grid.box.clientWidth)
		grid.box.scrollLeft = cell.offsetLeft + cell.offsetWidth - grid.box.clientWidth;
}

function layOut() {
	const wanted = { object: nameFilter(filter.object), kernel: nameFilter(filter.kernel) };
	let shownObjects = objects.map((_, o) => o).filter((o) => wanted.object(objects[o].name));
	let shownKernels = facts.order.filter((k) => wanted.kernel(kernels[k].id) && (!filter.arch || kernels[k].arch === filter.arch));
	const hits = (o, k) => isWanted(lookAt(o, k));

	shownObjects = shownObjects.filter((o) => shownKernels.some((k) => hits(o, k)));
	shownKernels = shownKernels.filter((k) => shownObjects.some((o) => hits(o, k)));
	[grid.rows, grid.columns] = grid.swapped ? [shownKernels, shownObjects] : [shownObjects, shownKernels];
	const cells = shownObjects.reduce((sum, o) => sum + shownKernels.filter((k) => hits(o, k)).length, 0);
	byId('shown').textContent = `${cells.toLocaleString('en')} of ${counted(facts.totals.cells, 'cell')}, on ${counted(shownKernels.length, 'kernel')}, of ${counted(shownObjects.length, 'object')}`;
	layOutTable();
}

function layOutTable() {
	const wide = grid.box.clientWidth || document.documentElement.clientWidth;
	const longest = Math.max(8, ...grid.rows.map((row) => rowName(row).length));
	const side = Math.min(longest * 8.2 + 16, wide > 700 ? 300 : 150);
	const compact = grid.columns.length * 104 + side > Math.max(wide, 700);
	const width = compact ? 30 : Math.max(104, Math.min(180, (wide - side - 20) / Math.max(1, grid.columns.length)));
	const head = el('tr', { role: 'row', 'aria-rowindex': 1 },
		el('th', { scope: 'col', role: 'columnheader' }, grid.swapped ? 'kernel' : 'object'),
		grid.columns.map((column) => el('th', { scope: 'col', role: 'columnheader', title: columnName(column) }, el('span', null, columnName(column)))));

	grid.compact = compact;
	grid.head = compact ? Math.min(150, Math.max(60, 16 + 8.6 * Math.max(...grid.columns.map((column) => columnName(column).length)))) : ROW;
	grid.table.style.setProperty('--head', `${grid.head}px`);
	grid.table.style.setProperty('--side', `${side}px`);
	grid.table.style.setProperty('--width', `${width}px`);
	grid.table.style.width = `${side + width * grid.columns.length}px`;
	grid.table.classList.toggle('compact', compact);
	grid.table.setAttribute('aria-rowcount', grid.rows.length + 1);
	grid.table.setAttribute('aria-colcount', grid.columns.length + 1);
	grid.table.tHead.replaceChildren(head);
	grid.table.tBodies[0].replaceChildren();
	grid.drawn.clear();
	grid.at = { row: 0, column: 0 };
	grid.box.classList.toggle('small', grid.rows.length <= 18);
	draw();
}

function cellOfEvent(event) {
	const cell = event.target.closest('#grid td');

	return cell && { row: Number(cell.parentElement.dataset.index), column: cell.cellIndex - 1 };
}

function openAt({ row, column }) {
	grid.at = { row, column };
	markStop();
	const { object, kernel } = placeOf(grid.rows[row], grid.columns[column]);
	location.hash = `#cell/${encodeURIComponent(objects[object].name)}/${encodeURIComponent(kernels[kernel].id)}`;
}

grid.table.addEventListener('click', (event) => {
	const at = cellOfEvent(event);

	if (at)
		openAt(at);
});
grid.table.addEventListener('keydown', (event) => {
	const at = cellOfEvent(event), sight = Math.max(1, Math.floor(grid.box.clientHeight / ROW) - 2);
	const steps = {
		ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-sight, 0], PageDown: [sight, 0],
		Home: [event.ctrlKey ? -Infinity : 0, -Infinity], End: [event.ctrlKey ? Infinity : 0, Infinity],
	};

	if (!at || event.altKey || event.metaKey)
		return;
	if (event.key === 'Enter' || event.key === ' ')
		openAt(at);
	else if (steps[event.key])
		goTo(at.row + steps[event.key][0], at.column + steps[event.key][1]);
	else
		return;
	event.preventDefault();
});
let isDue = false;
grid.box.addEventListener('scroll', () => {
	if (!isDue)
		requestAnimationFrame(() => {
			isDue = false;
			draw();
		});
	isDue = true;
}, { passive: true });
let width = window.innerWidth;
window.addEventListener('resize', () => {
	if (width !== window.innerWidth)
		layOutTable();
	width = window.innerWidth;
});
/* Paper has no scrolling: all rows are there. */
window.addEventListener('beforeprint', () => {
	grid.all = true;
	document.documentElement.classList.remove('dark');
	draw();
});
window.addEventListener('afterprint', () => {
	grid.all = false;
	paint();
	draw();
});

/* ---- filters ---- */

function textFilter(name, label) {
	const input = el('input', { type: 'search', id: `by-${name}`, autocomplete: 'off', spellcheck: 'false', placeholder: 'name or na*' });

	input.addEventListener('input', () => {
		filter[name] = input.value;
		layOut();
	});
	return el('label', { class: 'text' }, label, input);
}

function choice(name, label, values) {
	const select = el('select', { id: `by-${name}` }, el('option', { value: '' }, 'all'), values.map((value) => el('option', { value }, value)));

	select.addEventListener('change', () => {
		filter[name] = select.value;
		layOut();
	});
	return values.length < 2 ? null : el('label', { class: 'text' }, label, select);
}

function tick(className, text, change) {
	const input = el('input', { type: 'checkbox' });

	input.addEventListener('change', () => {
		change(input.checked);
		layOut();
	});
	return el('label', { class: `chip ${className}` }, input, text);
}

function drawFilters() {
	const shown = verdicts.filter((verdict) => facts.totals.verdicts[verdict]);
	const swap = el('button', { type: 'button', id: 'swap' }, 'Swap rows and columns');
	const values = (list) => [...new Set(list)].filter(Boolean);

	swap.addEventListener('click', () => {
		grid.swapped = !grid.swapped;
		layOut();
	});
	byId('filters').append(
		el('fieldset', null, el('legend', null, 'Verdict (none ticked: all)'),
			shown.map((verdict) => tick(classOf(verdict), `${signOf(verdict)} ${verdict} ${facts.totals.verdicts[verdict]}`, (on) => {
				filter.verdicts[on ? 'add' : 'delete'](verdict);
			})),
			tick('', `! not as expected ${facts.totals.unexpected + facts.totals.infra}`, (on) => {
				filter.unexpected = on;
			})),
		...[textFilter('object', 'Object'), textFilter('kernel', 'Kernel'),
			choice('evidence', 'Evidence', evidences.filter((name) => facts.looks.some((look) => look.evidence === name))),
			choice('arch', 'Architecture', values(kernels.map((kernel) => kernel.arch))),
			choice('loader', 'Loader', values(facts.looks.map((look) => look.loader))), swap].filter(Boolean));
	byId('filters').addEventListener('submit', (event) => event.preventDefault());
}

function drawCauses() {
	const groups = Map.groupBy ? Map.groupBy(facts.causes, (cause) => cause.topic) : facts.causes.reduce((map, cause) => map.set(cause.topic, [...(map.get(cause.topic) ?? []), cause]), new Map());

	for (const [topic, causes] of groups) {
		const isOpen = topic !== 'note' && topic !== 'never driven';
		const list = el('div', null);
		const details = el('details', { open: isOpen }, el('summary', null, `${topic}: ${causes.length}`), list);
		const fill = () => list.firstChild || longList(list, causes, drawCause, 100);

		details.addEventListener('toggle', fill);
		if (isOpen)
			fill();
		byId('causes').append(el('h3', null, { unexpected: 'Not as expected', 'not measured': 'Not measured', contradiction: 'The harness contradicts itself', 'never driven': 'Never driven', note: 'As expected, with a reservation' }[topic]), details);
	}
}

function drawCause(cause) {
	const subject = cause.object === null ? cause.kernels : `${objects[cause.object].name} on ${cause.kernels}`;

	return el('article', null,
		el('p', null, cause.object === null ? subject : el('a', { href: `#cell/${encodeURIComponent(objects[cause.object].name)}/${encodeURIComponent(kernels[cause.kernel].id)}` }, subject),
			cause.verdict && `: ${cause.verdict}`, cause.expected && cause.topic === 'unexpected' && `, expected ${cause.expected}`),
		cause.reason && el('p', null, cause.reason, cause.varies && ' (values differ between kernels)'),
		cause.advice && el('p', { class: 'soft' }, `To do: ${cause.advice}`),
		cause.see && el('p', { class: 'soft' }, `See ${cause.see}`));
}
