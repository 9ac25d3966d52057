/* What each program costs the verifier along the kernels. */
function costPicture(cost) {
	const wide = Math.max(14, Math.min(40, 640 / facts.order.length)), height = 64, most = cost.most;
	const width = facts.order.length * wide;
	const said = facts.order.filter((k) => cost.at[k] !== null).map((k) => `${kernels[k].id} ${cost.at[k]}`).join(', ');

	return el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': `Picture of ${cost.program}` },
		svg('svg', { role: 'img', 'aria-label': said, width, height, viewBox: `0 0 ${width} ${height}` },
			svg('line', { class: 'grid', x1: 0, x2: width, y1: height - .5, y2: height - .5 }),
			facts.order.map((k, i) => {
				const high = cost.at[k] === null ? 0 : Math.max(2, (cost.at[k] / most) * (height - 6));
				return svg('rect', { class: 'span', x: i * wide + 1, y: height - high, width: wide - 2, height: high },
					svg('title', null, `${kernels[k].id}: ${cost.at[k] === null ? 'not known' : cost.at[k]}`));
			})));
}

function drawCost(cost) {
	const known = facts.order.filter((k) => cost.at[k] !== null), least = Math.min(...known.map((k) => cost.at[k]));
	const dearest = known.find((k) => cost.at[k] === cost.most);
	const article = el('article', null, el('h3', { class: 'mono' }, `${objects[cost.object].name}: ${cost.program}`),
		el('p', null, `${counted(cost.most, 'instruction')} on ${kernels[dearest].id}`, cost.limit ? `, ${Math.floor((cost.most * 100) / cost.limit)} % of the limit` : '',
			cost.most > least ? `; least ${least.toLocaleString('en')}, ${(cost.most / least).toFixed(1)} times less` : ', the same everywhere'));

	if (cost.most > least)
		drawWhenNear(article, () => article.append(costPicture(cost)));
	return article;
}

function drawCosts() {
	const list = el('div', null), search = el('input', { type: 'search', autocomplete: 'off' }), count = el('p', { role: 'status' });

	function show() {
		const wanted = nameFilter(search.value);
		const shown = page.costs.filter((cost) => wanted(objects[cost.object].name) || wanted(cost.program));

		count.textContent = `${shown.length} of ${counted(page.costs.length, 'program')}`;
		longList(list, shown, drawCost, 100);
	}
	search.addEventListener('input', show);
	byId('list-cost').append(el('div', { class: 'tools' }, el('label', null, 'Object or program ', search)), count, list);
	show();
}
