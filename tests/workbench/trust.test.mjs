/** An untrusted folder: its figures are shown, and nothing that its settings name is run or read before the user trusts it. */
import { equal } from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { here, makeVsix } from '../../scripts/package.mjs';
import { root } from '../../scripts/tools.mjs';
import { start } from '../../scripts/vscode.mjs';
import { command, hints, holds, launch, loadFromPalette, open, repeat, statusBar } from './page.mjs';

describe('workspace trust', { timeout: 300_000 }, () => {
  let code;
  let browser;
  let page;
  let ran;

  before(async () => {
    mkdirSync(join(root, 'build/screenshots'), { recursive: true });
    code = await start({ folder: join(root, 'examples/leaky'), vsix: await makeVsix(here), restricted: true });
    ran = join(code.workspace, 'ran');
    hostileSettings();
    browser = await launch();
    page = await open(browser, code.page('internal/cache/cache.go', 36));
  });

  after(async () => {
    await browser?.close();
    await code?.stop();
  });

  /** A folder that wants its own program to be run, as the server and as the interpreter. */
  function hostileSettings() {
    const program = join(code.workspace, 'program.sh');
    writeFileSync(program, `#!/bin/sh\ntouch '${ran}'\n`);
    chmodSync(program, 0o755);
    mkdirSync(join(code.workspace, '.vscode'));
    writeFileSync(join(code.workspace, '.vscode/settings.json'), JSON.stringify({
      'pprofLens.server.command': [program],
      'pprofLens.interpreter': program,
      'pprofLens.profile': 'profiles/allocs.pprof',
    }));
  }

  const shot = (name) => page.screenshot({ path: join(root, 'build/screenshots', `${name}.png`) });

  it('shows figures in an untrusted folder and takes no program from its settings', async () => {
    await loadFromPalette(page, 'heap.pprof');
    await hints(page).first().waitFor();
    await statusBar(page, 'heap.pprof').waitFor();
    await shot('untrusted');
    equal(existsSync(ran), false);
  });

  it('uses the settings of the folder once it is trusted', async () => {
    await command(page, 'Workspaces: Manage Workspace Trust');
    const trust = page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true });
    await repeat((timeout) => trust.click({ timeout }), holds(() => existsSync(ran)));
    await shot('trusted');
  });
});
