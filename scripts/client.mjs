/** Bundles the client with esbuild: the extension, and the tests that run beside it in the extension host. */
import { join } from 'node:path';
import { nodeModules } from './setup.mjs';
import { main, root } from './tools.mjs';

export const bundleExtension = (outfile) => bundle(join(root, 'client/src/extension.ts'), outfile, ['vscode']);

/** The files that the extension is made of. */
export async function extensionInputs() {
  const { metafile } = await bundle(join(root, 'client/src/extension.ts'), 'unwritten.js', ['vscode'], { write: false, metafile: true });
  return Object.keys(metafile.inputs);
}

export const bundleClientTests = (outfile) => bundle(join(root, 'tests/client/index.ts'), outfile, ['vscode', 'mocha']);

async function bundle(entry, outfile, external, more = {}) {
  nodeModules();
  const { build } = await import('esbuild');
  return build({ absWorkingDir: root, entryPoints: [entry], outfile, external, bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning', ...more });
}

await main(import.meta.url, () => bundleExtension(join(root, 'dist/extension.js')));
