/** The extension as a user has it: the packaged VSIX in a real VS Code, on a copy of the example, seen through Chromium. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { here, makeVsix } from '../../scripts/package.mjs';
import { root } from '../../scripts/tools.mjs';
import { start } from '../../scripts/vscode.mjs';
import { click, command, gone, hints, hover, launch, lenses, line, loadFromPalette, notification, open, pick, picks, problems, repeat, side, statusBar, tab, text, tree, unfold } from './page.mjs';

const PATIENCE = 240_000;
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

  /** A window with `file` open at `line` and the heap profile loaded by the setting. */
  async function openLoaded(file, at, settings = {}) {
    code.configure({ 'pprofLens.profile': join(code.workspace, 'heap.pprof'), ...settings });
    page = await open(browser, code.page(file, at));
    await hints(page).first().waitFor();
  }

  const openCache = (settings) => openLoaded('internal/cache/cache.go', 36, settings);

  it('shows figures at the end of the lines that earned them', { timeout: PATIENCE }, async () => {
    await openCache();
    const figures = [
      '    session := newSession(customer)cum 21.53MB 40.67%',
      '    s.byToken[newToken(id)] = session525.43kB 0.97%',
      '        history:  make([]byte, 0, historyBytes),21.53MB 40.67%',
    ];
    for (const figure of figures) await line(page, figure.trim()).waitFor();
    deepEqual((await text(page)).split('\n').filter((words) => words.endsWith('%')), figures);
  });

  it('shows figures in a template that the profile names by its lines', { timeout: PATIENCE }, async () => {
    const raw = gunzipSync(readFileSync(join(code.workspace, 'profiles/cpu.pprof'))).toString('latin1');
    writeFileSync(join(code.workspace, 'template.pprof'), raw.replaceAll('catalog/catalog.go', 'catalog/catalog.qt'), 'latin1');
    copyFileSync(join(code.workspace, 'internal/catalog/catalog.go'), join(code.workspace, 'internal/catalog/catalog.qt'));
    code.configure({ 'pprofLens.profile': join(code.workspace, 'template.pprof') });
    page = await open(browser, code.page('internal/catalog/catalog.qt', 39));
    await line(page, 'c.cheaper(total)/(c.prices.Len()+1)cum 1.23s 57.48%').waitFor();
  });

  it('loads a profile of the workspace from the palette', { timeout: PATIENCE }, async () => {
    code.configure({});
    page = await open(browser, code.page('internal/cache/cache.go', 36));
    await loadFromPalette(page, 'allocs.pprof');
    await hints(page).first().waitFor();
    match(await statusBar(page, 'allocs.pprof').textContent(), /alloc_space/);
  });

  it('switches the sample type from the status bar', { timeout: PATIENCE }, async () => {
    await openCache();
    await click(statusBar(page, 'inuse_space'), picks(page).filter({ hasText: 'inuse_objects' }).first());
    await pick(page, 'inuse_objects');
    await statusBar(page, 'inuse_objects').waitFor();
    await line(page, 'session := newSession(customer)cum 1').waitFor();
  });

  it('opens the call tree from a lens and follows callers to other files', { timeout: PATIENCE }, async () => {
    await openCache();
    await click(lenses(page).filter({ hasText: 'cum 22.04MB (41.64%)' }).first(), tree(page, 'workload.serve'));
    await unfold(page, 'workload.serve', 'workload.Run.func1');
    await click(tree(page, 'server.(*Server).Handle'), tab(page, 'server.go'));
  });

  it('tells the whole story of a line in its hover', { timeout: PATIENCE }, async () => {
    await openCache();
    const story = page.locator('.monaco-hover:visible .hover-contents').filter({ hasText: /called by.*cache\.\(\*Sessions\)\.Open/s }).first();
    await hover(line(page, 'history:  make([]byte'), story, { x: 90, y: 8 });
    const words = (await story.innerText()).replaceAll('\u00a0', ' ');
    match(words, /^inuse_space +21\.53MB +21\.53MB +40\.67%$/m);
    match(words, /^called by\n +21\.53MB +40\.67% +cache\.\(\*Sessions\)\.Open$/m);
  });

  it('tells in the hover why a line allocates, as the compiler has it', { timeout: PATIENCE }, async () => {
    await openCache();
    const why = page.locator('.monaco-hover:visible .hover-contents').filter({ hasText: /Why it allocates.*is a field of Session.*cache\.go:31/s }).first();
    await hover(line(page, 'history:  make([]byte'), why, { x: 90, y: 8 });
  });

  it('lists the hot line among the problems', { timeout: PATIENCE }, async () => {
    await openCache();
    await command(page, 'Problems: Focus on Problems View');
    await problems(page).filter({ hasText: '21.53MB (40.67% of inuse_space) on this line' }).first().waitFor();
  });

  it('shows all functions beside the call tree, leads to their calls and lines, and follows the sample type', { timeout: PATIENCE }, async () => {
    await openCache();
    await command(page, 'Pprof Lens: Show Top');
    const top = side(page).locator('.top');
    const row = (words) => top.locator('.row:not(.head)', { hasText: words }).first();
    match(await row('cache.newSession').innerText(), /21\.53MB/);
    await top.getByLabel('Filter functions').fill('newsess');
    await row('cache.newSession').locator('.twistie').click();
    await row('called by cache.(*Sessions).Open').waitFor();
    await top.getByLabel('Filter functions').fill('report.load');
    await row('report.load').locator('.name').click({ position: { x: 60, y: 8 } }); // beside what unfolds it
    await tab(page, 'report.go').waitFor();
    await top.getByLabel('Filter functions').fill('newsess');
    await click(statusBar(page, 'inuse_space'), picks(page).filter({ hasText: 'inuse_objects' }).first());
    await pick(page, 'inuse_objects');
    await top.locator('.row', { hasText: /^1\d{3,}/ }).first().waitFor();
    await row('called by cache.(*Sessions).Open').waitFor();
    await row('cache.newSession').click({ button: 'right' });
    await side(page).getByRole('menuitem', { name: 'Show Call Tree' }).click();
    await tree(page, 'cache.(*Sessions).Open').waitFor();
  });

  it('follows the profile when it is rewritten', { timeout: PATIENCE }, async () => {
    await openCache();
    const rewrite = () => copyFileSync(join(code.workspace, 'profiles/series/heap-1.pprof'), join(code.workspace, 'heap.pprof'));
    await repeat(rewrite, gone(line(page, '21.53MB')));
    await line(page, 'session := newSession(customer)cum').waitFor();
  });

  it('says one sentence about a profile that is cut off and keeps the figures', { timeout: PATIENCE }, async () => {
    writeFileSync(join(code.workspace, 'broken.pprof'), readFileSync(join(code.workspace, 'heap.pprof')).subarray(0, 2000));
    await openCache();
    await loadFromPalette(page, 'broken.pprof');
    const said = notification(page, 'cut short');
    await said.waitFor();
    equal(await said.innerText(), 'The profile is cut short: its gzip data ends too early.');
    ok(await line(page, '21.53MB').isVisible());
  });

  for (const [theme, name] of [['vs', 'Default Light Modern'], ['vs-dark', 'Default Dark Modern'], ['hc-black', 'Default High Contrast'], ['hc-light', 'Default High Contrast Light']]) {
    it(`fits lines with their figures into a window of 1400 by 900 in ${name}`, { timeout: PATIENCE }, async () => {
      await openLoaded('internal/server/server.go', 66, { 'workbench.colorTheme': name });
      await page.locator(`.monaco-workbench.${theme}`).waitFor();
      const right = await page.locator('.editor-instance .minimap').first().evaluate((minimap) => minimap.getBoundingClientRect().left);
      const ends = await hints(page).evaluateAll((all) => all.map((hint) => hint.getBoundingClientRect().right));
      deepEqual(ends.filter((end) => end > right), []);
    });
  }
});
