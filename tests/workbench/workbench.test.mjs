/** The extension as a user has it: the packaged VSIX in a real VS Code, on a copy of the example, seen through Chromium. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { here, makeVsix } from '../../scripts/package.mjs';
import { root } from '../../scripts/tools.mjs';
import { start } from '../../scripts/vscode.mjs';
import { command, hints, launch, lenses, line, notifications, open, openFile, pick, picks, problems, statusBar, text, tree } from './page.mjs';

const PATIENCE = 120_000;
const screenshots = join(root, 'build/screenshots');

describe('the packaged extension in VS Code', { timeout: 900_000 }, () => {
  let code;
  let browser;
  let page;

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    code = await start({ folder: join(root, 'examples/leaky'), vsix: await makeVsix(here) });
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await code?.stop();
  });

  beforeEach(() => copyFileSync(join(code.workspace, 'profiles/heap.pprof'), join(code.workspace, 'heap.pprof')));

  afterEach(async ({ name }) => {
    await page?.screenshot({ path: join(screenshots, `${name.replaceAll(/\W+/g, '-')}.png`) });
    await page?.close();
    page = undefined;
  });

  /** A window with `file` open and the heap profile loaded by the setting. */
  async function openLoaded(file, settings = {}) {
    code.configure({ 'pprofLens.profile': join(code.workspace, 'heap.pprof'), ...settings });
    page = await open(browser, code.page(file));
    await hints(page).first().waitFor();
  }

  it('shows figures at the end of the lines that earned them', { timeout: PATIENCE }, async () => {
    await openLoaded('internal/cache/cache.go');
    deepEqual((await text(page)).split('\n').filter((words) => words.includes('%')), [
      '    session := newSession(customer)cum 21.53MB 40.67%',
      '    s.byToken[newToken(id)] = session525.43kB 0.97%',
      '        history:  make([]byte, 0, historyBytes),21.53MB 40.67%',
    ]);
  });

  it('loads a profile of the workspace from the palette', { timeout: PATIENCE }, async () => {
    code.configure({});
    page = await open(browser, code.page('internal/cache/cache.go'));
    await command(page, 'Pprof Lens: Load Profile…');
    await pick(page, 'allocs.pprof');
    await hints(page).first().waitFor();
    match(await statusBar(page, 'allocs.pprof').textContent(), /alloc_space/);
  });

  it('switches the sample type from the status bar', { timeout: PATIENCE }, async () => {
    await openLoaded('internal/cache/cache.go');
    await statusBar(page, 'inuse_space').click();
    await pick(page, 'inuse_objects');
    await statusBar(page, 'inuse_objects').waitFor();
    await line(page, 'session := newSession(customer)cum 1').waitFor();
  });

  it('opens the call tree from a lens and follows a caller to another file', { timeout: PATIENCE }, async () => {
    await openLoaded('internal/cache/cache.go');
    await lenses(page).filter({ hasText: 'cum 22.04MB (41.64%)' }).first().click();
    await tree(page, 'Server.Handle').waitFor();
    await tree(page, 'Server.Handle').locator('.monaco-tl-twistie').click();
    await tree(page, 'serve').click();
    await page.locator('.tabs-container .tab.active[data-resource-name="workload.go"]').waitFor();
  });

  it('tells the whole story of a line in its hover', { timeout: PATIENCE }, async () => {
    await openLoaded('internal/cache/cache.go');
    await line(page, 'history:  make([]byte').hover({ position: { x: 90, y: 8 } });
    const hover = page.locator('.monaco-hover:visible .hover-contents').filter({ hasText: 'inuse_space' }).first();
    await hover.waitFor();
    equal(await hover.innerText(), '');
  });

  it('lists the hot line among the problems', { timeout: PATIENCE }, async () => {
    await openLoaded('internal/cache/cache.go');
    await command(page, 'Problems: Focus on Problems View');
    await problems(page).filter({ hasText: 'hot-line' }).first().waitFor();
  });

  it('lists functions and jumps to the chosen one', { timeout: PATIENCE }, async () => {
    await openLoaded('internal/cache/cache.go');
    await command(page, 'Pprof Lens: Show Top');
    await picks(page).first().waitFor();
    match(await picks(page).first().innerText(), /newSession/);
    await pick(page, 'report.load');
    await page.locator('.tabs-container .tab.active[data-resource-name="report.go"]').waitFor();
  });

  it('follows the profile when it is rewritten', { timeout: PATIENCE }, async () => {
    await openLoaded('internal/cache/cache.go');
    copyFileSync(join(code.workspace, 'profiles/series/heap.1.pprof'), join(code.workspace, 'heap.pprof'));
    await line(page, 'session := newSession(customer)cum 3').waitFor();
  });

  it('keeps the figures and says one sentence when the profile is overwritten with something else', { timeout: PATIENCE }, async () => {
    await openLoaded('internal/cache/cache.go');
    writeFileSync(join(code.workspace, 'heap.pprof'), 'not a profile');
    await notifications(page).first().waitFor();
    match(await notifications(page).first().innerText(), /heap\.pprof/);
    ok(await hints(page).count() > 0);
  });

  it('fits a line with its figure into a window of 1400 by 900', { timeout: PATIENCE }, async () => {
    await openLoaded('internal/server/server.go');
    const room = await page.locator('.editor-instance .lines-content').first().evaluate((content) => content.parentElement.getBoundingClientRect().right);
    const ends = await hints(page).evaluateAll((all) => all.map((hint) => hint.getBoundingClientRect().right));
    deepEqual(ends.filter((end) => end > room), []);
  });

  for (const [theme, kind] of [['Default Light Modern', 'vs'], ['Default Dark Modern', 'vs-dark'], ['Default High Contrast', 'hc-black']]) {
    it(`is readable in ${theme}`, { timeout: PATIENCE }, async () => {
      await openLoaded('internal/server/server.go', { 'workbench.colorTheme': theme });
      await page.locator(`.monaco-workbench.${kind}`).waitFor();
      await openFile(page, 'internal/cache/cache.go');
      await line(page, '21.53MB 40.67%').waitFor();
    });
  }
});
