/** Bundles the client with esbuild: the extension, and the tests that run beside it in the extension host. */
import { join } from 'node:path';
import { nodeModules } from './setup.mjs';
import { main, root } from './tools.mjs';

export const bundleExtension = (outfile) => bundle(join(root, 'client/src/extension.ts'), outfile, ['vscode']);

export const bundleClientTests = (outfile) => bundle(join(root, 'tests/client/index.ts'), outfile, ['vscode', 'mocha']);

async function bundle(entry, outfile, external) {
  nodeModules();
  const { build } = await import('esbuild');
  await build({ entryPoints: [entry], outfile, external, bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' });
}

await main(import.meta.url, () => bundleExtension(join(root, 'dist/extension.js')));
