// build/slides/index.html: the decks in order, how long each takes.

import fs from 'node:fs';
import path from 'node:path';
import { decks, out } from './tools.mjs';

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

const rows = fs.readdirSync(decks).filter((name) => name.endsWith('.md')).sort()
	.map((name) => {
		const text = fs.readFileSync(path.join(decks, name), 'utf8');
		const base = path.basename(name, '.md');
		const title = text.match(/^title: *(.*)$/m)?.[1] ?? base;
		const about = text.match(/^description: *(.*)$/m)?.[1] ?? '';
		const times = [...text.matchAll(/^(?:<!-- *)?Time: (\d+) min/gm)];
		const minutes = times.reduce((sum, match) => sum + Number(match[1]), 0);
		const pdf = fs.existsSync(path.join(out, `${base}.pdf`))
			? `<a href="${base}.pdf">PDF</a>` : '';
		return `<tr><td><a href="${base}.html">${escape(title)}</a></td>` +
			`<td>${escape(about)}</td><td>${times.length} slides, ${minutes} min</td>` +
			`<td>${pdf}</td></tr>`;
	});

fs.writeFileSync(path.join(out, 'index.html'), `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Network programming in C: the slides</title>
<style>
	body { max-width: 62rem; margin: 3rem auto; padding: 0 1.5rem;
		font: 1.1rem/1.5 Arial, sans-serif; color: #1b2430; background: #fff; }
	h1, a { color: #12395f; }
	table { border-collapse: collapse; width: 100%; }
	td { padding: 0.5rem 0.8rem 0.5rem 0; border-bottom: 1px solid #d3dbe4;
		vertical-align: top; }
	td:nth-child(3) { white-space: nowrap; }
	kbd { padding: 0 0.4em; border: 1px solid #8a97a5; border-radius: 4px;
		font: inherit; }
</style>
<h1>Network programming in C: the slides</h1>
<p>In a deck: the arrow keys turn the slides, <kbd>p</kbd> opens the speaker's
view with notes, clock and the next slide, <kbd>f</kbd> fills the screen.</p>
<table>
${rows.join('\n')}
</table>
</html>
`);
