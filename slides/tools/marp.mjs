// Settings of Marp: our theme, no raw HTML, nothing fetched, every page one
// file: the fonts and the pictures go into it.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decks, home, out, slides } from './tools.mjs';

// A line <!-- cut ... --> or <!-- diff ... --> says where the code below it is
// cut from. To Marp a comment is a speaker's note, which this is not.
const dropCuts = (md) => {
	md.core.ruler.after('normalize', 'lab_drop_cuts', (state) => {
		state.src = state.src.replace(/^<!-- (cut|diff) .*-->$/gm, '');
	});
};

// Code that is cut from the middle of a function stands to the left here.
const dedent = (md) => {
	md.core.ruler.push('lab_dedent', (state) => {
		for (const token of state.tokens) {
			if (token.type !== 'fence' || token.info !== 'c')
				continue;
			const lines = token.content.split('\n').filter((line) => line.trim());
			const depth = Math.min(...lines.map((line) => line.match(/^\t*/)[0].length));
			token.content = token.content.replace(new RegExp(`^\t{${depth}}`, 'gm'), '');
		}
	});
};

// A picture becomes part of the page, so that its words are set in the page's
// own font. One with a style of its own could change the page: it goes in as
// an image.
const inlinePictures = (md) => {
	const plain = md.renderer.rules.image;
	md.renderer.rules.image = (tokens, i, options, env, self) => {
		const token = tokens[i];
		const src = token.attrGet('src');
		if (!src?.endsWith('.svg'))
			return plain(tokens, i, options, env, self);
		const svg = fs.readFileSync(path.join(decks, src), 'utf8');
		const alt = md.utils.escapeHtml(
			self.renderInlineAsText(token.children, options, env));
		if (/<style|\bid=/.test(svg)) {
			const data = Buffer.from(svg).toString('base64');
			return `<img class="picture" alt="${alt}"` +
				` src="data:image/svg+xml;base64,${data}">`;
		}
		return svg.trim().replace('<svg ',
			`<svg class="picture" role="img" aria-label="${alt}" `);
	};
};

// Marp takes themes as files, so the one with the fonts in it is written out.
const theme = path.join(os.tmpdir(), 'lab.css');
const font = (family, weight) => {
	const file = path.join(home, 'node_modules', '@fontsource', family, 'files',
		`${family}-latin-${weight}-normal.woff2`);
	const data = fs.readFileSync(file).toString('base64');
	return `url(data:font/woff2;base64,${data}) format("woff2")`;
};
fs.writeFileSync(theme,
	fs.readFileSync(path.join(slides, 'tools', 'theme.css'), 'utf8')
		.replace('@theme lab-source', '@theme lab')
		.replace(/url\("font:([a-z-]+)\/(\d+)"\)/g, (_, family, weight) => font(family, weight)));

export default {
	inputDir: decks,
	output: out,
	themeSet: theme,
	html: false,
	options: { emoji: { shortcode: false, unicode: false }, math: false },
	engine: ({ marp }) => marp.use(dropCuts).use(dedent).use(inlinePictures),
};
