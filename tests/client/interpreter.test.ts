import { deepStrictEqual, match } from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstUsable, runs } from '../../client/src/interpreter';

/** Programs that answer as Pythons of several versions do. */
describe('the interpreter', function () {
  let folder: string;
  const python = (name: string, body: string): [string] => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return [path];
  };
  const version = (name: string, number: string): [string] => python(name, `echo ${number}; echo /usr/bin/python${number}`);

  before(() => { folder = mkdtempSync(join(tmpdir(), 'pythons-')); });
  after(() => { rmSync(folder, { recursive: true }); });

  it('is the first that is 3.10 or newer', async () => {
    const { found } = await firstUsable([version('old', '3.9.18'), version('good', '3.10.0'), version('newer', '3.13.1')]);
    deepStrictEqual(found, { path: '/usr/bin/python3.10.0', version: '3.10.0' });
  });

  it('is none where all are too old, broken or absent, each for its reason', async () => {
    const { found, refused } = await firstUsable([version('two', '2.7.18'), python('broken', 'exit 1'), [join(folder, 'absent')]]);
    deepStrictEqual(found, undefined);
    match(refused.join('\n'), /two is Python 2\.7\.18\.\n.*broken does not run: .*\n.*absent does not run: .*ENOENT/);
  });

  it('is not needed where the server of the package says its version, and is where that does not start', async () => {
    deepStrictEqual(await runs(python('server', 'echo pprof-lens 1.2.3')[0]), { version: 'pprof-lens 1.2.3' });
    match((await runs(python('old-libc', 'echo GLIBC_2.38 not found >&2; exit 127')[0])).refused ?? '', /old-libc --version GLIBC_2\.38 not found$/);
    match((await runs(python('killed', 'kill -9 $$')[0])).refused ?? '', /killed --version \(SIGKILL\)$/);
    const [bare] = python('bare', 'echo pprof-lens 1.2.3');
    chmodSync(bare, 0o644);
    match((await runs(bare)).refused ?? '', /EACCES/);
    match((await runs(join(folder, 'taken'))).refused ?? '', /ENOENT/);
  });

  it('is run without a shell', async () => {
    const { refused } = await firstUsable([['python3; echo 3.12.0']]);
    match(refused.join(), /ENOENT/);
  });
});
