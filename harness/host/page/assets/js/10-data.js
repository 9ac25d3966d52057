'use strict';
/* The data of the page, and how its parts become elements. Nothing of a run is ever read as markup. */
const byId = (id) => document.getElementById(id);
const page = JSON.parse(byId('page').textContent);
const { run, facts } = page;
const kernels = run.kernels, objects = run.objects;

/* What page_json.h packs. */
function unpack({ k: kinds, v: values, l: list }) {
	const done = [];

	for (const value of values) {
		if (!Array.isArray(value))
			done.push(value);
		else if (value[0] < 0)
			done.push(value.slice(1).map((place) => done[place]));
		else
			done.push(Object.fromEntries(kinds[value[0]].map((name, i) => [name, done[value[i + 1]]])));
	}
	return list.map((place) => done[place]);
}

const opened = new Map();
/* The cells of an object, by kernel. */
function cellsOf(object) {
	if (!opened.has(object)) {
		const cells = unpack(JSON.parse(byId(`o${object}`).textContent));
		opened.set(object, new Map(cells.map((cell) => [cell.kernel, cell])));
	}
	return opened.get(object);
}
const lookAt = (object, kernel) => facts.looks[facts.matrix[object][kernel]];

const signs = { pass: '✓', degraded: '◐', unproven: '○', wrong: '✗', silent: '∅', rejected: '⊘', infra: '?', 'not run': '·' };
const signOf = (verdict) => signs[verdict] ?? '·';
const classOf = (verdict) => `v-${verdict.replace(' ', '-')}`;

function make(space, tag, attributes, parts) {
	const element = space ? document.createElementNS(space, tag) : document.createElement(tag);

	for (const [name, value] of Object.entries(attributes ?? {}))
		if (value !== null && value !== undefined && value !== false)
			element.setAttribute(name, value === true ? '' : value);
	element.append(...parts.flat().filter((part) => part !== null && part !== undefined && part !== ''));
	return element;
}
const el = (tag, attributes, ...parts) => make(null, tag, attributes, parts);
const svg = (tag, attributes, ...parts) => make('http://www.w3.org/2000/svg', tag, attributes, parts);

function badge(look) {
	return el('span', { class: `badge ${classOf(look.verdict)}` }, `${signOf(look.verdict)} ${look.title}`);
}

/* A path of the run, relative to its directory; each of its names is taken literally, whatever it looks like. */
function link(path, text) {
	const names = path.split('/').filter((name) => name !== '').map(encodeURIComponent);
	return el('a', { href: `./${page.base}${names.join('/')}` }, text ?? path);
}

/* head: names of columns, with a "#" in front where they are numbers. */
function table(caption, head, rows) {
	const numeric = head.map((name) => name.startsWith('#'));
	const cells = (tag, row, more) => row.map((part, i) => el(tag, { class: numeric[i] ? 'num' : null, ...more }, part));

	return el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption },
		el('table', { class: 'plain' },
			el('thead', null, el('tr', null, cells('th', head.map((name) => name.replace(/^#/, '')), { scope: 'col' }))),
			el('tbody', null, rows.map((row) => el('tr', null, cells('td', row))))));
}

const rounded = (ms) => (ms === null || ms === undefined ? '–' : Math.round(ms));

function command(text) {
	const button = el('button', { type: 'button' }, 'Copy');

	button.addEventListener('click', async () => {
		try {
			await navigator.clipboard.writeText(text);
			button.textContent = 'Copied';
		} catch {
			button.textContent = 'Select the text to copy it';
		}
	});
	return el('div', { class: 'command' }, el('pre', { tabindex: 0 }, text), button);
}

/* Words of which one must be in the name; a "*" stands for anything, and the pattern then for the whole. */
function nameFilter(text) {
	const tests = text.toLowerCase().split(/\s+/).filter(Boolean).map((word) => {
		if (!word.includes('*'))
			return (name) => name.includes(word);
		const whole = new RegExp(`^${word.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`);
		return (name) => whole.test(name);
	});
	return (name) => !tests.length || tests.some((test) => test(name.toLowerCase()));
}

/* A list whose entries are drawn as they come near, and no more than `step` until asked for. */
function longList(box, entries, draw, step = 200) {
	const more = el('button', { type: 'button' });
	let count = 0;

	function show(until) {
		const next = entries.slice(count, until);
		count = Math.min(until, entries.length);
		more.remove();
		box.append(...next.map(draw));
		if (count < entries.length) {
			more.textContent = `Show ${Math.min(step, entries.length - count)} more of ${entries.length - count}`;
			box.append(more);
		}
	}
	more.addEventListener('click', () => show(count + step));
	box.replaceChildren();
	show(step);
}
const drawings = new WeakMap();
const nearby = new IntersectionObserver((entries) => {
	for (const { target, isIntersecting } of entries) {
		if (isIntersecting) {
			nearby.unobserve(target);
			drawings.get(target)();
		}
	}
}, { rootMargin: '600px' });
function drawWhenNear(element, draw) {
	drawings.set(element, draw);
	nearby.observe(element);
}

const counted = (count, noun) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
