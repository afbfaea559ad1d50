/** A whole profile as an editor of a real VS Code: by a double click, to a line of code and back, in four themes. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { here, makeVsix } from '../../scripts/package.mjs';
import { python } from '../../scripts/setup.mjs';
import { root, run } from '../../scripts/tools.mjs';
import { start } from '../../scripts/vscode.mjs';
import { click, command, explorer, focusedLine, hints, launch, open, press, repeat, seen, statusBar, tab, tree, webview } from './page.mjs';

const PATIENCE = 240_000;
const screenshots = join(root, 'build/screenshots');

describe('a profile as an editor', { timeout: 900_000 }, () => {
  let code;
  let browser;
  let page;

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    code = await start({ folder: join(root, 'examples/leaky'), vsix: await makeVsix(here) });
    writeFileSync(join(code.workspace, 'none.pprof'), 'no profile at all\n');
    run(python(), [join(root, 'tests/web/hostile.py'), join(code.workspace, 'profiles/hostile.pprof')]);
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

  /** The profile's editor as a double click in the explorer opens it. */
  async function opened(name, settings = {}) {
    code.configure(settings);
    page = await open(browser, code.page('internal/cache/cache.go', 36));
    await statusBar(page, 'Load Profile').waitFor(); // before the extension is there VS Code has no editor for profiles
    await click(explorer(page, 'profiles'), explorer(page, name));
    await repeat((timeout) => explorer(page, name).dblclick({ timeout }), seen(tab(page, name)));
    return webview(page);
  }

  /** The same, with its flame graph drawn; `said` is what it says of the selected box. */
  async function flame(name, settings) {
    const editor = await opened(name, settings);
    await editor.locator('.flame canvas').waitFor();
    return { editor, said: () => editor.locator('.details').innerText() };
  }

  it('opens by a double click, with what it is at its head', { timeout: PATIENCE }, async () => {
    const { editor, said } = await flame('cpu.pprof');
    match(await said(), /^root: 2\.14s \(100%\)/);
    match(await editor.locator('header').innerText(), /cpu\.pprof\s*cpu/);
    await editor.getByText('About this profile').click();
    match(await editor.locator('header ul').innerText(), /Duration: .*\n(.*\n)*Files found here: \d+ of \d+/);
  });

  it('leads from a box to its line beside it', { timeout: PATIENCE }, async () => {
    const { editor, said } = await flame('cpu.pprof');
    await editor.locator('.flame .scroller').focus();
    await press(page, 'ArrowDown', editor.locator('.details', { hasText: 'workload' }));
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    match(await said(), /catalog\.\(\*Catalog\)\.Quote: 1\.27s/);
    await press(page, 'o', focusedLine(page, 39));
    await tab(page, 'catalog.go').waitFor();
  });

  it('is shown on the code by its button, beside others', { timeout: PATIENCE }, async () => {
    const { editor } = await flame('cpu.pprof');
    await editor.getByRole('button', { name: 'Show on Code' }).click();
    await statusBar(page, 'cpu.pprof').waitFor();
  });

  it('narrows to what goes through a function, alone among the editors', { timeout: PATIENCE }, async () => {
    const { editor, said } = await flame('cpu.pprof');
    await editor.getByRole('tab', { name: 'Top' }).click();
    await editor.getByLabel('Filter functions').fill('churn.rows');
    await editor.locator('.top .rows .row').first().click({ button: 'right' });
    await editor.getByRole('menuitem', { name: 'Only Through This' }).click();
    await editor.getByText('Only through ^example').waitFor();
    await editor.getByRole('tab', { name: 'Flame Graph' }).click();
    match(await said(), /^root: 5\d0ms \(/);
    await editor.getByRole('button', { name: 'Clear Filters' }).click();
    await editor.locator('.details', { hasText: 'root: 2.14s (100%)' }).waitFor();
  });

  it('leads from a line of code to the stacks through its function', { timeout: PATIENCE }, async () => {
    code.configure({ 'pprofLens.profile': join(code.workspace, 'profiles/heap.pprof') });
    page = await open(browser, code.page('internal/cache/cache.go', 36));
    await hints(page).first().waitFor();
    await command(page, 'Pprof Lens: Show in Flame Graph');
    const editor = webview(page);
    await editor.locator('.details', { hasText: 'cache.(*Sessions).Open' }).waitFor();
  });

  it('leads from a node of the call tree to the stacks through it', { timeout: PATIENCE }, async () => {
    code.configure({ 'pprofLens.profile': join(code.workspace, 'profiles/heap.pprof') });
    page = await open(browser, code.page('internal/cache/cache.go', 36));
    await hints(page).first().waitFor();
    await command(page, 'Pprof Lens: Show Call Tree');
    const node = tree(page, 'server.(*Server).Handle');
    const item = page.getByRole('menuitem', { name: 'Show in Flame Graph' });
    await repeat((timeout) => node.click({ button: 'right', timeout }), seen(item));
    await click(item, webview(page).locator('.details', { hasText: 'server.(*Server).Handle' }));
  });

  it('says one sentence about what is no profile, and opens it as text', { timeout: PATIENCE }, async () => {
    code.configure({});
    page = await open(browser, code.page('internal/cache/cache.go', 36));
    await statusBar(page, 'Load Profile').waitFor();
    await repeat((timeout) => explorer(page, 'none.pprof').dblclick({ timeout }), seen(tab(page, 'none.pprof')));
    const editor = webview(page);
    await editor.getByRole('button', { name: 'Open as Text' }).waitFor();
    equal((await editor.locator('main p').innerText()).split('.').filter(Boolean).length, 1);
    await editor.getByRole('button', { name: 'Open as Text' }).click();
    await page.locator('.view-line', { hasText: /no.profile.at.all/ }).waitFor();
  });

  it('takes the names of a hostile profile as text, and a stack of 10,000 frames as a stack', { timeout: PATIENCE }, async () => {
    const { editor, said } = await flame('hostile.pprof');
    const noticed = [];
    page.on('dialog', (dialog) => { noticed.push(dialog.message()); void dialog.dismiss(); });
    await editor.locator('.flame .scroller').focus();
    await press(page, 'ArrowDown', editor.locator('.details', { hasText: /^(?!root)/ }));
    for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowDown');
    ok((await said()).length < 400);
    await editor.getByRole('tab', { name: 'Top' }).click();
    for (const words of ['<img src=x onerror=alert`1` ', '/tmp/<b>', '\ufffdgnp.exe\ufffd', `${'x'.repeat(239)}…`]) {
      await editor.locator('.top .row', { hasText: words }).first().waitFor();
    }
    await editor.getByRole('tab', { name: 'Call Graph' }).click();
    await editor.locator('.said', { hasText: /functions|heavy|laid out:/ }).waitFor();
    equal(await editor.locator('body').evaluate((body) => body.querySelectorAll('img, iframe, [*|href]').length), 0);
    await editor.getByRole('button', { name: 'Show on Code' }).click();
    await statusBar(page, 'hostile.pprof').waitFor();
    deepEqual(noticed, []);
  });

  for (const [theme, name] of [['vs', 'Default Light Modern'], ['vs-dark', 'Default Dark Modern'], ['hc-black', 'Default High Contrast'], ['hc-light', 'Default High Contrast Light']]) {
    it(`is drawn in ${name}`, { timeout: PATIENCE }, async () => {
      const { editor } = await flame('cpu.pprof', { 'workbench.colorTheme': name });
      await editor.locator(`body[data-vscode-theme-kind]`).waitFor();
      await page.locator(`.monaco-workbench.${theme}`).waitFor();
    });
  }
});
