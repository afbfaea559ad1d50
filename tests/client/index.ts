/**
 * Runs in the extension host of a real VS Code that has the extension and a copy of `examples/leaky` open.
 * The host's console reaches nobody, so the results go to `results.tap` beside the bundle, all at once at the end.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

/** Rejects when a test failed. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 90_000, reporter: Mocha.reporters.Base });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await import('./text.test');
  await import('./leaks.test');
  await import('./restart.test');
  await import('./interpreter.test');
  await import('./extension.test');
  const lines: string[] = [];
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve)
      .on('pass', (test) => lines.push(`ok - ${test.fullTitle()}`))
      .on('fail', (test, error: Error) => lines.push(`not ok - ${test.fullTitle()}`, ...(error.stack ?? error.message).split('\n').map((line) => `# ${line}`)));
  });
  writeFileSync(join(__dirname, 'results.tap'), [...lines, `1..${String(lines.filter((line) => !line.startsWith('#')).length)}`, ''].join('\n'));
  if (failures > 0) {
    throw new Error(`${String(failures)} tests failed`);
  }
}
