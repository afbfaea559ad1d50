/** Bundles the web application into the Python package: one script and one style sheet, which pages carry in them, and the script of the top that stays in VS Code. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeModules } from './setup.mjs';
import { main, put, root } from './tools.mjs';

export const BUNDLE = join(root, 'server/pprof_lens/web/assets');

/** What the bundle is made of, as text. */
export function webSources() {
  const names = readdirSync(join(root, 'web/src')).map((name) => join('web/src', name));
  return [...names, 'web/page.css', 'scripts/web.mjs', 'package-lock.json'].map((name) => readFileSync(join(root, name), 'utf8'));
}

const COMMON = { absWorkingDir: root, bundle: true, minify: true, charset: 'utf8', target: 'es2022', logLevel: 'warning', legalComments: 'none' };
const SCRIPTS = { ...COMMON, format: 'iife', platform: 'browser' };
const ENTRIES = { 'page.js': 'web/src/main.ts', 'side.js': 'web/src/side.ts' };

export async function bundleWeb() {
  nodeModules();
  const { build } = await import('esbuild');
  mkdirSync(BUNDLE, { recursive: true });
  const made = [...Object.entries(ENTRIES).map(([name, entry]) => ({ ...SCRIPTS, name, entry })), { ...COMMON, name: 'page.css', entry: 'web/page.css' }];
  for (const { name, entry, ...options } of made) {
    const { outputFiles: [{ contents }] } = await build({ ...options, entryPoints: [join(root, entry)], outfile: join(BUNDLE, name), write: false });
    put(join(BUNDLE, name), Buffer.from(contents));
  }
}

/** The files that the scripts are made of. */
export async function webInputs() {
  nodeModules();
  const { build } = await import('esbuild');
  const { metafile } = await build({ ...SCRIPTS, entryPoints: Object.values(ENTRIES), outdir: 'unwritten', write: false, metafile: true });
  return Object.keys(metafile.inputs);
}

await main(import.meta.url, bundleWeb);
