/** The top that stays in VS Code, in a Chromium: what an editor would tell it is told by the test. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { chromium as playwright } from 'playwright-core';
import { chromium, python } from '../../scripts/setup.mjs';
import { root, run } from '../../scripts/tools.mjs';
import { BUNDLE } from '../../scripts/web.mjs';
import { pages } from './pages.mjs';

const PATIENCE = 60_000;

describe('the top beside the call tree', () => {
  let made;
  let browser;
  let page;

  before(async () => {
    made = await pages();
    browser = await playwright.launch({ executablePath: await chromium(), args: ['--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser?.close();
    made?.remove();
  });

  /** The view of a width with a table of so many functions in it; the first costs most. */
  async function opened(count, width = 320) {
    await page?.close();
    page = await browser.newPage({ viewport: { width, height: 600 } });
    const style = readFileSync(join(BUNDLE, 'page.css'), 'utf8');
    const file = join(made.folder, 'side.html');
    writeFileSync(file, `<!doctype html><meta charset="utf-8"><style>${style}</style><body><script>
      const wishes = [];
      const acquireVsCodeApi = () => ({ postMessage: (wish) => wishes.push(wish), getState() {}, setState() {} });
    </script><script src="${join(BUNDLE, 'side.js')}"></script>`);
    await page.goto(`file://${file}`);
    await tell({ tell: 'packed', packed: packed(count) });
    await page.locator('.top .row[data-at="0"]').waitFor();
  }

  const tell = (told) => page.evaluate((data) => window.postMessage(data, '*'), told);
  const wishes = () => page.evaluate('wishes');
  const row = (at) => page.locator(`.top .row[data-at="${at}"]`);
  const words = async (at) => (await row(at).innerText()).replace(/\s+/g, ' ').trim();

  it('shows the heaviest functions first, by short names where it is narrow', { timeout: PATIENCE }, async () => {
    await opened(3);
    deepEqual([await words(0), await words(1)], ['3kB 6kB ▸pkg.F0', '2kB 4kB ▸pkg.F1']);
    equal((await row(0).getAttribute('title')).split('\n')[0], 'example.com/some/pkg.F0');
  });

  it('has the shares, too, where there is room', { timeout: PATIENCE }, async () => {
    await opened(3, 900);
    equal(await words(0), '3kB 50.00% 50.00% 6kB 100% ▸pkg.F0');
  });

  it('asks who calls a function once it is unfolded, and opens the call that is chosen', { timeout: PATIENCE }, async () => {
    await opened(3);
    await row(0).locator('.twistie').click();
    equal(await words(1), 'Asking who calls it…');
    await tell({ tell: 'calls', name: 'example.com/some/pkg.F0', calls: [
      { way: 'calls', name: 'example.com/some/pkg.F2', weight: 1024 }, { way: 'called by', name: 'example.com/some/pkg.F1', weight: 2048 },
    ] });
    await row(2).waitFor();
    deepEqual([await words(1), await words(2)], ['2kB ↰ called by pkg.F1', '1kB ↳ calls pkg.F2']);
    await row(1).click();
    deepEqual((await wishes()).at(-1), { wish: 'open', name: 'example.com/some/pkg.F1', of: 'example.com/some/pkg.F0' });
  });

  it('keeps what is filtered and unfolded when new figures come', { timeout: PATIENCE }, async () => {
    await opened(300);
    await page.getByLabel('Filter functions').fill('F7');
    await row(0).locator('.twistie').click();
    await tell({ tell: 'packed', packed: packed(400) });
    await page.locator('.matched', { hasText: /^11 of 400$/ }).waitFor();
    equal(await row(0).getAttribute('aria-expanded'), 'true');
    deepEqual((await wishes()).filter(({ wish }) => wish === 'calls').length, 2);
  });

  it('is walked by keys', { timeout: PATIENCE }, async () => {
    await opened(300);
    await page.locator('.top .scroller').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowUp', 'Enter']) await page.keyboard.press(key);
    deepEqual(await wishes(), [{ wish: 'ready' }, { wish: 'calls', name: 'example.com/some/pkg.F2' }, { wish: 'open', name: 'example.com/some/pkg.F1', of: '' }]);
    await page.keyboard.press('End');
    equal(await page.locator('.top [aria-selected=true] .name').innerText(), '▸pkg.F299');
    await page.keyboard.press('/');
    await page.keyboard.type('f4');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('m');
    await page.getByRole('menuitem', { name: 'Show Call Tree' }).click();
    match(JSON.stringify((await wishes()).at(-1)), /"wish":"tree","name":"example.com\/some\/pkg.F4/);
  });

  it('scrolls, sorts and filters 50,000 functions without a stutter', { timeout: PATIENCE }, async () => {
    await opened(50_000);
    const spent = await page.evaluate(async () => {
      const [scroller, filter] = [document.querySelector('.top .scroller'), document.querySelector('.top input')];
      const frame = () => new Promise((resolve) => { window.requestAnimationFrame(resolve); });
      const median = async (times, act) => {
        const found = [];
        for (let i = 0; i < times; i++) {
          await frame();
          const from = window.performance.now();
          act(i);
          scroller.getBoundingClientRect();
          found.push(window.performance.now() - from);
        }
        return found.sort((a, b) => a - b)[times >> 1];
      };
      const scrolled = await median(60, (i) => {
        scroller.scrollTop = i * 17_000;
        scroller.dispatchEvent(new window.Event('scroll'));
      });
      const typed = await median(6, (i) => {
        filter.value = 'some/pkg.F1234'.slice(0, 9 + i);
        filter.dispatchEvent(new window.Event('input'));
      });
      filter.value = '';
      const sorted = await median(3, (i) => { document.querySelectorAll('.top .head button')[i].click(); });
      return { scrolled, typed, sorted, rows: document.querySelectorAll('.top .rows .row').length };
    });
    ok(spent.rows < 60);
    ok(spent.scrolled < 50 && spent.typed < 100 && spent.sorted < 400, JSON.stringify(spent));
  });
});

describe('a short name', () => {
  const NAMES = [
    'example.com/a/cache.(*Map[go.shape.string,go.shape.int_1]).Get', 'example.com/a.Sum[go.shape.struct { A int; B string }]',
    'main.F[example.com/x/y.T]', 'main.F[map[string]example.com/x.T,int]', 'example.com/v2/a-b.~x.(*T).M.func1', 'main.main',
    'example.com/long.F[example.com/x.ALongName,example.com/x.AnotherLongName]', 'a.F["]"]', 'a.F[', 'ä/ö.F[ü/ß.T_12,int]', '',
  ];

  it('is the same here and in the editor', async () => {
    const made = await pages();
    const outfile = join(made.folder, 'names.mjs');
    await build({ entryPoints: [join(root, 'web/src/names.ts')], outfile, bundle: true, format: 'esm' });
    const { short } = await import(outfile);
    const program = 'import json, sys; from pprof_lens.analysis.names import short; print(json.dumps([short(n) for n in json.loads(sys.argv[1])]))';
    deepEqual(NAMES.map(short), JSON.parse(run(python(), ['-c', program, JSON.stringify(NAMES)])));
    made.remove();
  });
});

/** A table of functions `example.com/some/pkg.F0` and so on, as the server packs it: each costs 1kB less than the one before. */
function packed(count) {
  const flat = Array.from({ length: count }, (_, at) => (count - at) * 1024);
  const names = flat.map((_, at) => `example.com/some/pkg.F${at}`);
  const table = { names, files: names.map(() => '/go/src/some/pkg/f.go'), flat, cum: flat.map((value) => value * 2), unit: 'bytes', total: flat.reduce((sum, value) => sum + value, 0) };
  return gzipSync(JSON.stringify(table)).toString('base64');
}
