/** What somebody sees who has just installed the extension: before a profile is loaded, when picking one, and where files are missing. */
import { deepEqual, match } from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { here, makeVsix } from '../../scripts/package.mjs';
import { root } from '../../scripts/tools.mjs';
import { start } from '../../scripts/vscode.mjs';
import { click, command, hints, launch, open, pick, picks, quickInput, statusBar } from './page.mjs';

const PATIENCE = 240_000;
const screenshots = join(root, 'build/screenshots');

describe('the first minutes', { timeout: 900_000 }, () => {
  let code;
  let browser;
  let page;

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    code = await start({ folder: join(root, 'examples/leaky'), vsix: await makeVsix(here) });
    writeFileSync(join(code.workspace, 'cover.out'), 'mode: set\nmain.go:1.1,2.2 1 1\n');
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await code?.stop();
  });

  afterEach(async ({ name }) => {
    await page?.screenshot({ path: join(screenshots, `${name.replaceAll(/\W+/g, '-')}.png`) });
    await page?.close();
    page = undefined;
  });

  it('offer a profile in the status bar, and tell what each is of and when it was taken', { timeout: PATIENCE }, async () => {
    code.configure({});
    page = await open(browser, code.page('internal/cache/cache.go', 36));
    const heap = picks(page).filter({ hasText: 'profiles/heap.pprof' }).first();
    await click(statusBar(page, 'Load Profile'), heap);
    match((await heap.innerText()).replaceAll(/\s+/g, ' '), /heap\.pprof ?heap inuse_space 52\.94MB .* ago/);
    await page.screenshot({ path: join(screenshots, 'the-picker-of-profiles.png') });
    await quickInput(page).fill('cover');
    await picks(page).filter({ hasText: 'Browse…' }).waitFor();
    deepEqual(await picks(page).filter({ hasText: 'cover.out' }).count(), 0);
    await quickInput(page).fill('profiles/heap.pprof');
    await pick(page, 'profiles/heap.pprof');
    await hints(page).first().waitFor();
    await statusBar(page, 'Load Profile').waitFor({ state: 'detached' });
  });

  it('put the files of the workspace that are missing first, and the standard library into one row', { timeout: PATIENCE }, async () => {
    rmSync(join(code.workspace, 'internal/replica/replica.go'));
    code.configure({ 'pprofLens.profile': join(code.workspace, 'profiles/heap.pprof') });
    page = await open(browser, code.page('internal/cache/cache.go', 36));
    await hints(page).first().waitFor();
    await command(page, 'Pprof Lens: Show Path Resolution');
    await picks(page).first().filter({ hasText: 'replica/replica.go' }).waitFor();
    await page.screenshot({ path: join(screenshots, 'the-missing-file-first.png') });
    await quickInput(page).fill('standard library');
    await picks(page).filter({ hasText: /The standard library.*27 of 27/s }).waitFor();
    await quickInput(page).fill('runtime/proc.go');
    await picks(page).first().waitFor({ state: 'detached' });
  });
});
