// The packages of package-lock.json live in build/slides/node_modules, where
// an import from this folder would not look for them.

import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const slides = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const home = process.env.SLIDES_HOME ??
	path.join(path.dirname(slides), 'build', 'slides');
export const decks = path.resolve(process.env.DECKS ?? slides);
export const out = path.resolve(process.env.OUT ?? home);

const require = createRequire(path.join(home, 'package.json'));

export const resolve = (name) => require.resolve(name);

// An ES module's package.json may name no file for require(): then its
// "exports" say where it begins.
export const load = async (name) => {
	try {
		return await import(pathToFileURL(require.resolve(name)));
	} catch (error) {
		if (error.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED')
			throw error;
		const folder = path.join(home, 'node_modules', name);
		const entry = require(path.join(folder, 'package.json')).exports['.'];
		return await import(pathToFileURL(path.join(folder,
			typeof entry === 'string' ? entry : entry.import)));
	}
};
