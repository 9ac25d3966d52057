/* Fields along the kernels, as pictures and in words. */
const lanes = (() => {
	const found = new Map(), arches = new Set(kernels.map(({ arch }) => arch));

	for (const k of facts.order) {
		const name = [kernels[k].flavour ?? '', arches.size > 1 ? kernels[k].arch : ''].filter(Boolean).join(' ');
		found.set(name, [...(found.get(name) ?? []), k]);
	}
	return [...found];
})();
const samePoint = (a, b) => (a && b ? a[0] === b[0] && a[1] === b[1] : a === b);
const pointText = (point) => (!point ? '-' : point[1] ? `${point[0]}:${point[1]}` : String(point[0]));

function changeWord(from, to) {
	if (!from || !to)
		return to ? 'appears' : 'disappears';
	return from[0] === to[0] ? 'resizes' : 'moves';
}

/* As `predict --timeline` says it: "2736:16  | moves between 5.10-cloud and 6.1-cloud: 2976:16". */
function laneWords(field, list) {
	const known = list.filter((k) => field.at[k] !== null);
	let text = '', changes = 0;

	known.forEach((k, i) => {
		const before = known[i - 1], here = field.at[k];

		if (i && samePoint(field.at[before], here))
			return;
		if (i) {
			changes++;
			text += `  | ${changeWord(field.at[before], here)} between ${kernels[before].id} and ${kernels[k].id}:`;
		}
		text += ` ${pointText(here)}`;
	});
	return { text: text.trim(), changes };
}

function fieldWords(field) {
	const list = lanes.map(([name, list]) => ({ name, ...laneWords(field, list) })).filter(({ text }) => text);

	return { list, changes: list.reduce((sum, { changes }) => sum + changes, 0) };
}

const STEP = 62, LANE = 46, LEFT = 64, HEAD = 18;

function drawLane(field, list, top, scale) {
	const parts = [], x = (k) => LEFT + facts.order.indexOf(k) * STEP;
	let last = null, lastKernel = null;

	for (const k of list) {
		const point = field.at[k];

		if (point === null)
			continue;
		if (point === false) {
			parts.push(svg('rect', { class: 'gap', x: x(k) + 4, y: top + 14, width: STEP - 12, height: 18, rx: 2, 'stroke-dasharray': '3 2' }),
				svg('path', { class: 'gap', d: `M${x(k) + 8} ${top + 18}l${STEP - 20} 10m0 -10l${20 - STEP} 10` }));
		} else {
			const y = top + LANE - 8 - scale(point[0]), thick = Math.max(3, Math.min(11, 2 + 2 * Math.log2(1 + point[1])));
			parts.push(svg('rect', { class: 'span', x: x(k) + 2, y: y - thick / 2, width: STEP - 8, height: thick, rx: 1 }));
			if (!last || !samePoint(last, point))
				parts.push(svg('text', { x: x(k) + 2, y: y - thick / 2 - 3 }, pointText(point)));
			if (last)
				parts.push(svg('path', { class: samePoint(last, point) ? 'step' : 'jump', d: `M${x(lastKernel) + STEP - 6} ${top + LANE - 8 - scale(last[0])}L${x(k) + 2} ${y}` }));
		}
		last = point;
		lastKernel = k;
	}
	return parts;
}

function fieldPicture(field, words) {
	const values = field.at.filter(Boolean).map(([value]) => value), low = Math.min(...values), high = Math.max(...values);
	const scale = (value) => (high === low ? 6 : ((value - low) / (high - low)) * 18);
	const used = lanes.filter(([name]) => words.list.some((lane) => lane.name === name));
	const width = LEFT + facts.order.length * STEP, height = HEAD + used.length * LANE;
	const said = words.list.map(({ name, text }) => `${name}${name && ': '}${text}`).join('; ');

	return el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': `Picture of ${field.spec}` },
		svg('svg', { role: 'img', 'aria-label': said, width, height, viewBox: `0 0 ${width} ${height}` },
			facts.order.map((k, i) => [
				svg('text', { class: 'soft', x: LEFT + i * STEP + 2, y: 12 }, kernels[k].id.replace(/^(\d+\.\d+)-.*/, '$1').slice(0, 8)),
				svg('line', { class: 'grid', x1: LEFT + i * STEP - 2, x2: LEFT + i * STEP - 2, y1: 0, y2: height })]).flat(),
			used.map(([name, list], i) => [
				svg('text', { x: 0, y: HEAD + i * LANE + 28 }, name.slice(0, 9)), drawLane(field, list, HEAD + i * LANE, scale)].flat()).flat()));
}

function drawField({ field, words }) {
	const article = el('article', null, el('h3', { class: 'mono' }, `${field.spec}${field.kind === 'byte_off' ? '' : ` (${field.kind})`}`));

	article.append(...words.list.filter(({ changes }) => changes || !words.changes).map(({ name, text }) => el('p', { class: 'mono soft words' }, `${name}${name && ': '}${text}`)));
	article.append(el('p', { class: 'soft' }, `in ${field.objects.slice(0, 6).map((o) => objects[o].name).join(', ')}${field.objects.length > 6 ? ` and ${field.objects.length - 6} more` : ''}`));
	if (field.at.some(Boolean))
		drawWhenNear(article, () => article.append(fieldPicture(field, words)));
	return article;
}

function drawFields() {
	const all = page.fields.map((field) => ({ field, words: fieldWords(field) }));
	const list = el('div', null), search = el('input', { type: 'search', placeholder: 'task_struct', autocomplete: 'off' });
	const only = el('input', { type: 'checkbox', checked: true }), count = el('p', { role: 'status' });

	function show() {
		const wanted = nameFilter(search.value);
		const shown = all.filter(({ field, words }) => (!only.checked || words.changes) && wanted(field.spec));

		count.textContent = `${shown.length} of ${counted(all.length, 'field')}`;
		longList(list, shown, drawField, 100);
	}
	only.checked = all.some(({ words }) => words.changes);
	search.addEventListener('input', show);
	only.addEventListener('change', show);
	byId('list-fields').append(el('div', { class: 'tools' }, el('label', null, 'Field ', search), el('label', { class: 'chip' }, only, 'only those that change')), count, list);
	show();
}
