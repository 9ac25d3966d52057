// One browser for all tests; a page that is opened keeps what went wrong in it.
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = 'build/page/shots';
let browser;

export async function open(file, { width = 1280, scheme = 'light', hash = '' } = {}) {
	browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
	const page = await browser.newPage({ viewport: { width, height: 860 }, colorScheme: scheme, bypassCSP: false });

	const session = await page.context().newCDPSession(page);

	// in time of the processor, which other work on the machine does not lengthen
	await session.send('Performance.enable', { timeDomain: 'threadTicks' });
	page.busy = async () => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
	page.faults = [];
	page.asked = [];
	page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.faults.push(message.text()));
	page.on('pageerror', (error) => page.faults.push(error.message));
	page.on('request', (request) => page.asked.push(request.url()));
	page.on('dialog', (dialog) => {
		page.faults.push(`it says ${dialog.message()}`);
		dialog.dismiss();
	});
	await page.goto(`file://${resolve(file)}${hash}`);
	return page;
}

/* Roles, names, contrast and order, as axe sees them. It is run beside the page's policy, in a world of its own. */
export async function violations(page) {
	const session = await page.context().newCDPSession(page);
	const { frameTree } = await session.send('Page.getFrameTree');
	const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id, worldName: 'axe' });
	const run = async (expression) => {
		const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true });

		if (exceptionDetails)
			throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
		return result.value;
	};

	await run(axe);
	const found = await run(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
		violations.map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 150) + ' ' + failureSummary).join(' | ')))`);
	await session.detach();
	return found;
}

export async function shot(page, name) {
	mkdirSync(shots, { recursive: true });
	await page.screenshot({ path: `${shots}/${name}.png` });
}

export const close = () => browser?.close();
