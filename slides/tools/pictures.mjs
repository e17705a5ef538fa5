// pictures/*.pikchr -> pictures/*.svg. With --check nothing is written, and a
// committed picture that is not what its source says is a fault.
//
// house.inc stands before every source: the colours and shapes that all
// pictures share. What stands between two ` is set as code.

import fs from 'node:fs';
import path from 'node:path';
import { load, slides } from './tools.mjs';

const { default: pikchr } = await load('pikchr-wasm');
const folder = path.join(slides, 'pictures');
const check = process.argv.includes('--check');
const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));

const head = `<svg font-size="16" font-family="'Lab Sans','IBM Plex Sans',Arial,Helvetica,sans-serif" `;
const mono = `font-family="'Lab Mono','IBM Plex Mono',Menlo,Consolas,monospace"`;

// A little more air between a slanted line and the words along it.
const lift = (y, middle) => y < middle ? y - 5 : y + 5;

const house = fs.readFileSync(path.join(folder, 'house.inc'), 'utf8');
let made = 0;
let faults = 0;

const fault = (text) => {
	console.error(text);
	faults++;
};

await pikchr.loadWASM();
for (const name of fs.readdirSync(folder).sort()) {
	if (!name.endsWith('.pikchr') || (only.length && !only.includes(name)))
		continue;
	const target = path.join(folder, name.replace(/pikchr$/, 'svg'));
	const source = fs.readFileSync(path.join(folder, name), 'utf8');
	let svg = pikchr.render(`${house}\n${source}`);
	// A mistake in the source comes back as a page that shows it.
	if (!svg.startsWith('<svg ')) {
		fault(`${name}: ${svg.replace(/<[^>]*>/g, '')}`);
		continue;
	}
	svg = svg.replace('<svg ', head).replace(' class="pikchr"', '')
		.replace(/(<text [^>]*?) y="([\d.]+)"([^>]*rotate\([-\d.]+ [\d.]+,([\d.]+)\))/g,
			(_, before, y, after, middle) => `${before} y="${lift(Number(y), Number(middle))}"${after}`)
		.replace(/`([^`<]*)`/g, `<tspan ${mono}>$1</tspan>`);
	made++;
	if (!check)
		fs.writeFileSync(target, svg);
	else if (!fs.existsSync(target) || fs.readFileSync(target, 'utf8') !== svg)
		fault(`${path.basename(target)}: not what ${name} says; run: slides/build pictures`);
}

console.log(`slides: ${made} pictures, ${faults} faults`);
process.exit(faults || !made ? 1 : 0);
