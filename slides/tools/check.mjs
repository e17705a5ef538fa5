// Looks at every slide of every deck in a real browser, as it is shown.
//
// Faults: something leaves its slide or its picture, is too small or too pale
// to read, covers other words, or does not load; a page wants the network.

import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { load, out } from './tools.mjs';

const WIDTH = 1280;
const HEIGHT = 720;
const SMALLEST = 15;     // px, the smallest text on a slide of that size
const FAULTS_SHOWN = 6;  // of one slide

const { chromium } = (await load('playwright-core')).default;
const shots = process.argv.includes('--pictures');
const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));

// Runs in the page, on the slide that is shown now.
async function look([number, smallest]) {
	// The slide is shown with the next frame.
	await new Promise(requestAnimationFrame);

	const faults = new Set();
	const frame = document.querySelectorAll('svg[data-marpit-svg]')[number - 1];
	const section = frame.querySelector('section');
	const area = section.getBoundingClientRect();
	const style = getComputedStyle(section);
	if (!frame.classList.contains('bespoke-marp-active'))
		return ['is not shown'];

	const inner = {
		left: area.left + parseFloat(style.paddingLeft),
		right: area.right - parseFloat(style.paddingRight),
		top: area.top + parseFloat(style.paddingTop),
		bottom: area.bottom - parseFloat(style.paddingBottom),
	};
	const beyond = (r, limit) => Math.round(Math.max(limit.left - r.left,
		r.right - limit.right, limit.top - r.top, r.bottom - limit.bottom));
	const quote = (text) => JSON.stringify(text.trim().slice(0, 40));

	// Contrast as WCAG 2 defines it.
	const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
	const luminance = (color) => {
		const [r, g, b] = channels(color).map((c) => c / 255)
			.map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const contrast = (a, b) => {
		const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
		return (high + 0.05) / (low + 0.05);
	};
	const opaque = (color) => color && color !== 'none' &&
		color !== 'transparent' && channels(color)[3] !== 0;
	const ground = (element) => {
		for (let e = element; e; e = e.parentElement)
			if (opaque(getComputedStyle(e).backgroundColor))
				return getComputedStyle(e).backgroundColor;
		return 'rgb(255,255,255)';
	};
	const judge = (color, back, size, bold, text) => {
		const least = size >= 24 || (bold && size >= 18.7) ? 3 : 4.5;
		const got = contrast(color, back);
		if (got < least)
			faults.add(`${quote(text)} is too pale: contrast ${got.toFixed(1)}, not ${least}`);
	};

	// The words in a picture that is part of the page.
	const lookInside = (picture, limit) => {
		const words = [...picture.querySelectorAll('text')];
		const boxes = words.map((t) => t.getBoundingClientRect());
		words.forEach((t, i) => {
			const box = boxes[i];
			const text = t.textContent;
			const css = getComputedStyle(t);
			const turned = t.hasAttribute('transform');
			const m = t.getScreenCTM();
			const size = parseFloat(css.fontSize) * Math.hypot(m.a, m.b);
			if (size < smallest)
				faults.add(`${quote(text)} in a picture is only ${size.toFixed(1)} px`);
			if (beyond(box, limit) > 2)
				faults.add(`${quote(text)} is cut off at the edge of its picture`);
			if (turned)
				return;
			for (let j = 0; j < i; j++) {
				const other = boxes[j];
				const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
				const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
				if (!words[j].hasAttribute('transform') && across > 2 &&
				    down > 0.45 * Math.min(box.height, other.height))
					faults.add(`${quote(text)} covers ${quote(words[j].textContent)}`);
			}
			const under = document.elementsFromPoint((box.left + box.right) / 2,
				(box.top + box.bottom) / 2).find((e) => picture.contains(e) &&
				!e.matches('text, tspan, svg') &&
				opaque(getComputedStyle(e).fill));
			judge(css.fill, under ? getComputedStyle(under).fill : ground(picture),
				size, Number(css.fontWeight) >= 600, text);
			if (under) {
				const b = under.getBoundingClientRect();
				if (box.left < b.left - 1 || box.right > b.right + 1)
					faults.add(`${quote(text)} is wider than its box`);
			}
		});
	};

	if (!section.querySelector('h1, h2'))
		faults.add('has no heading');

	for (const picture of section.querySelectorAll('svg.picture')) {
		const box = picture.getBoundingClientRect();
		const view = picture.viewBox.baseVal;
		if (!(picture.getAttribute('aria-label') ?? '').trim())
			faults.add('has a picture without words for those who cannot see it');
		if (box.height < 60 || beyond(box, inner) > 1)
			faults.add(`has a picture with no room: ${Math.round(box.width)} x ${Math.round(box.height)}`);
		// What is drawn stands in the middle of the room there is.
		const scale = Math.min(box.width / view.width, box.height / view.height);
		const left = (box.left + box.right - view.width * scale) / 2;
		const top = (box.top + box.bottom - view.height * scale) / 2;
		lookInside(picture, { left, top, right: left + view.width * scale,
			bottom: top + view.height * scale });
	}
	for (const image of section.querySelectorAll('img')) {
		await image.decode().catch(() => {});
		const name = quote(image.alt || image.src);
		if (!image.naturalWidth) {
			faults.add(`picture does not load: ${name}`);
			continue;
		}
		if (!image.alt.trim())
			faults.add(`has a picture without words for those who cannot see it`);
		const box = image.getBoundingClientRect();
		const data = image.src.match(/^data:image\/svg\+xml;base64,(.*)/);
		if (!data)
			continue;
		// The same picture as a part of the page, where it can be measured.
		const xml = new TextDecoder().decode(
			Uint8Array.from(atob(data[1]), (c) => c.charCodeAt(0)));
		const host = document.body.appendChild(document.createElement('div'));
		host.style.cssText = `position:fixed;left:0;top:0;width:${box.width}px;` +
			`height:${box.height}px;z-index:99;background:#fff`;
		const picture = host.attachShadow({ mode: 'open' })
			.appendChild(document.importNode(new DOMParser()
				.parseFromString(xml, 'image/svg+xml').documentElement, true));
		picture.style.width = `${box.width}px`;
		picture.style.height = `${box.height}px`;
		for (const t of picture.querySelectorAll('text')) {
			const m = t.getScreenCTM();
			const size = parseFloat(getComputedStyle(t).fontSize) * Math.hypot(m.a, m.b);
			if (size < smallest)
				faults.add(`${quote(t.textContent)} in a picture is only ${size.toFixed(1)} px`);
			if (beyond(t.getBoundingClientRect(), host.getBoundingClientRect()) > 2)
				faults.add(`${quote(t.textContent)} is cut off at the edge of its picture`);
		}
		host.remove();
	}

	// The slide as a whole, every box, every piece of text.
	if (section.scrollHeight > section.clientHeight)
		faults.add(`is too tall by ${section.scrollHeight - section.clientHeight} px`);
	if (section.scrollWidth > section.clientWidth)
		faults.add(`is too wide by ${section.scrollWidth - section.clientWidth} px`);
	for (const e of section.querySelectorAll('pre, table, blockquote, img')) {
		const d = beyond(e.getBoundingClientRect(), inner);
		if (d > 1)
			faults.add(`<${e.tagName.toLowerCase()}> leaves the slide by ${d} px`);
		if (e.clientWidth && e.scrollWidth > e.clientWidth + 1)
			faults.add(`<${e.tagName.toLowerCase()}> is cut off at the right`);
	}
	const walk = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		const text = walk.currentNode.data;
		if (!text.trim() || e.closest('svg.picture, footer, style, script'))
			continue;
		const range = document.createRange();
		range.selectNodeContents(walk.currentNode);
		const box = range.getBoundingClientRect();
		if (!box.width)
			continue;
		const d = beyond(box, inner);
		if (d > 6)
			faults.add(`${quote(text)} leaves the slide by ${d} px`);
		const css = getComputedStyle(e);
		const size = parseFloat(css.fontSize);
		if (size < smallest)
			faults.add(`${quote(text)} is only ${size.toFixed(1)} px`);
		judge(css.color, ground(e), size, Number(css.fontWeight) >= 600, text);
	}
	return [...faults];
}

const browser = await chromium.launch({
	executablePath: process.env.CHROME_PATH,
	headless: true,
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
		'--disable-sync', '--disable-background-networking',
		'--disable-component-update'],
});
const files = fs.readdirSync(out).filter((name) => name.endsWith('.html') &&
	(!only.length || only.some((word) => name.startsWith(word)))).sort();
let slides = 0;
let pictures = 0;
let faults = 0;

for (const name of files) {
	const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
	const fault = (text) => {
		console.error(`${name}: ${text}`);
		faults++;
	};
	await page.route('**', (route) => {
		if (/^(file|data|blob):/.test(route.request().url()))
			return route.continue();
		fault(`wants the network: ${route.request().url()}`);
		return route.abort();
	});
	page.on('requestfailed', (request) =>
		fault(`did not load: ${request.url().slice(0, 120)}`));
	page.on('pageerror', (error) => fault(`script: ${error}`));
	await page.goto(pathToFileURL(path.join(out, name)).href);
	await page.addStyleTag({ content: '.bespoke-marp-osc { display: none !important }' });
	await page.evaluate(() => document.fonts.ready);
	if (!await page.evaluate(() => document.documentElement.lang && document.title))
		fault('has no language or no title');

	const total = await page.locator('svg[data-marpit-svg]').count();
	if (name === 'index.html') {
		for (const link of await page.evaluate(() =>
			[...document.links].map((a) => a.getAttribute('href'))))
			if (!fs.existsSync(path.join(out, link)))
				fault(`leads to nothing: ${link}`);
	} else if (!total) {
		fault('has no slides');
	}
	for (let n = 1; n <= total; n++) {
		await page.evaluate((hash) => {
			location.hash = hash;
		}, `#${n}`);
		// A fault counts when two looks in a row agree on it.
		let before = null;
		let found = await page.evaluate(look, [n, SMALLEST]);
		for (let i = 0; i < 10 && found.length && before !== JSON.stringify(found); i++) {
			before = JSON.stringify(found);
			found = await page.evaluate(look, [n, SMALLEST]);
		}
		for (const text of found.slice(0, FAULTS_SHOWN))
			fault(`slide ${n}: ${text}`);
		slides++;
		if (shots) {
			fs.mkdirSync(path.join(out, 'shots'), { recursive: true });
			await page.screenshot({ path: path.join(out, 'shots',
				`${path.basename(name, '.html')}-${String(n).padStart(2, '0')}.png`) });
		}
	}
	pictures += await page.locator('.picture').count();
	await page.close();
}
await browser.close();

const plural = (n, word) => `${n} ${word}${n === 1 ? '' : 's'}`;
console.log(`slides: ${plural(files.length, 'page')}, ${plural(slides, 'slide')}, ` +
	`${plural(pictures, 'picture')}, ${plural(faults, 'fault')}`);
process.exit(faults || !slides ? 1 : 0);
