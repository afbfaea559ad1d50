/** Bundles the web application into the Python package: one script and one style sheet, which pages carry in them, and the script of the top that stays in VS Code. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeModules } from './setup.mjs';
import { main, root } from './tools.mjs';

export const BUNDLE = join(root, 'server/pprof_lens/web/assets');

/** What the bundle is made of, as text. */
export function webSources() {
  const names = readdirSync(join(root, 'web/src')).map((name) => join('web/src', name));
  return [...names, 'web/page.css', 'scripts/web.mjs', 'package-lock.json'].map((name) => readFileSync(join(root, name), 'utf8'));
}

export async function bundleWeb() {
  nodeModules();
  const { build } = await import('esbuild');
  mkdirSync(BUNDLE, { recursive: true });
  const common = { bundle: true, minify: true, charset: 'utf8', target: 'es2022', logLevel: 'warning', legalComments: 'none' };
  await build({ ...common, entryPoints: [join(root, 'web/src/main.ts')], outfile: join(BUNDLE, 'page.js'), format: 'iife', platform: 'browser' });
  await build({ ...common, entryPoints: [join(root, 'web/src/side.ts')], outfile: join(BUNDLE, 'side.js'), format: 'iife', platform: 'browser' });
  await build({ ...common, entryPoints: [join(root, 'web/page.css')], outfile: join(BUNDLE, 'page.css') });
}

await main(import.meta.url, bundleWeb);
