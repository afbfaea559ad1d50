/** Pages of `pprof-lens html` in a Chromium: what a person sees of them, by mouse and by keys, and what they may not do. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { python } from '../../scripts/setup.mjs';
import { root, run } from '../../scripts/tools.mjs';
import { launch } from '../workbench/page.mjs';
import { pages } from './pages.mjs';

const PATIENCE = 120_000;

describe('a page', () => {
  let browser;
  let made;
  let cpu;
  before(async () => {
    browser = await launch();
    made = await pages();
    cpu = made.write('cpu', 'profiles/cpu.pprof');
  }, { timeout: PATIENCE });
  after(async () => {
    await browser?.close();
    made?.remove();
  });

  /** The page open, with all that it asked for and complained about. */
  async function open(path, options = {}) {
    const page = await browser.newPage({ viewport: { width: 1300, height: 700 }, ...options });
    const noticed = [];
    page.on('pageerror', (error) => noticed.push(error.message));
    page.on('console', (message) => noticed.push(message.text()));
    page.on('request', (request) => { if (!request.url().startsWith('file:')) noticed.push(request.url()); });
    page.on('dialog', (dialog) => { noticed.push(dialog.message()); void dialog.dismiss(); });
    await page.goto(pathToFileURL(path).href);
    await page.locator('.flame canvas').waitFor();
    return { page, noticed, said: () => page.locator('.details').innerText() };
  }

  it('is small, asks nothing of the network and has nothing to complain about', { timeout: PATIENCE }, async () => {
    ok(statSync(cpu).size < 4_000_000);
    const { page, noticed } = await open(cpu);
    for (const tab of ['Call Graph', 'Top', 'Source']) await page.getByRole('tab', { name: tab }).click();
    equal(await page.evaluate(() => window.performance.getEntriesByType('resource').length), 0);
    deepEqual(noticed, []);
  });

  it('shows a function, its callers and its callees by keys, and goes back', { timeout: PATIENCE }, async () => {
    const { page, said } = await open(cpu);
    match(await said(), /^root: 2\.14s \(100%\)/);
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    match(await said(), /^example\.com\/leaky\/internal\/catalog\.\(\*Catalog\)\.Quote: 1\.27s \(59\.35%\)/);
    await page.keyboard.press('p');
    match(await said(), /Quote: 1\.27s/);
    await page.keyboard.press('ArrowUp');
    match(await said(), /Handle: 1\.27s \(59\.35%\)/);
    await page.keyboard.press('Backspace');
    match(await said(), /^root/);
  });

  it('zooms into what is clicked and shows everything again', { timeout: PATIENCE }, async () => {
    const { page, said } = await open(cpu);
    const { x, y } = await page.locator('.flame .scroller').boundingBox();
    await page.mouse.click(x + 900, y + 4 * 20 + 10);
    match(await said(), /^example\.com\/leaky\/internal\/churn\.Page: /);
    await page.mouse.move(x + 5, y + 5 * 20 + 10);
    match(await said(), /^example\.com\/leaky\/internal\/churn\.rows: /);
    await page.keyboard.press('Escape');
    match(await said(), /^root/);
  });

  it('tells the share of what a search matches, each stack once', { timeout: PATIENCE }, async () => {
    const { page } = await open(cpu);
    await page.getByLabel('Search the flame graph').fill('\\.walk$');
    equal(await page.locator('.flame .matched').innerText(), '1.23s (57.48%) matches');
    await page.getByLabel('Search the flame graph').fill('(');
    equal(await page.locator('.flame .matched').innerText(), 'This is no regular expression');
  });

  it('tells those who hear it what is around the selected box', { timeout: PATIENCE }, async () => {
    const { page } = await open(cpu);
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    const rows = await page.locator('.flame table tbody tr').allInnerTexts();
    deepEqual(rows.map((row) => row.split('\t')[0]).slice(0, 5), ['caller', 'caller', 'caller', 'selected', 'callee']);
  });

  it('has the rows of top, filtered as one types, with their callers and callees', { timeout: PATIENCE }, async () => {
    const { page } = await open(cpu);
    await page.getByRole('tab', { name: 'Top' }).click();
    const rows = page.locator('.top .rows .row');
    equal((await rows.first().innerText()).replace(/\s+/g, ' '), '740ms 34.58% 34.58% 750ms 35.05% ▸example.com/leaky/internal/catalog.(*Catalog).cheaper-range1');
    await page.getByLabel('Filter functions').fill('churn.rows');
    await page.locator('.top .twistie').first().click();
    match((await rows.nth(1).innerText()).replace(/\s+/g, ' '), /550ms 100% ↰ called by example\.com\/leaky\/internal\/churn\.Page/);
  });

  it('draws the call graph with a node for each function', { timeout: PATIENCE }, async () => {
    const { page } = await open(cpu);
    await page.getByRole('tab', { name: 'Call Graph' }).click();
    await page.locator('.drawing svg .node').first().waitFor();
    equal(await page.locator('.drawing svg .node').count(), 80);
  });

  it('draws the functions and the calls of the shares that are chosen, and remembers them', { timeout: PATIENCE }, async () => {
    const { page } = await open(cpu);
    const drawn = async () => [await page.locator('.drawing svg .node').count(), await page.locator('.drawing svg .edge').count()];
    const chosen = async (label, text) => {
      await page.getByLabel(label).selectOption({ label: text });
      await page.locator('.graph .said', { hasText: /^\d+ functions/ }).waitFor();
    };
    await page.getByRole('tab', { name: 'Call Graph' }).click();
    await page.locator('.drawing svg .node').first().waitFor();
    deepEqual(await page.getByLabel('Which functions are drawn').locator('option').allInnerTexts(), ['Functions from 2%', 'Functions from 0.5%', 'Functions from 0.1%']);
    const [nodes, edges] = await drawn();
    await chosen('Which calls are drawn', 'Calls from 1%');
    const [same, fewer] = await drawn();
    equal(same, nodes);
    ok(fewer < edges, `${fewer} of ${edges}`);
    await chosen('Which functions are drawn', 'Functions from 2%');
    ok((await drawn())[0] <= 30);
    await page.reload();
    await page.getByRole('tab', { name: 'Call Graph' }).click();
    await page.locator('.drawing svg .node').first().waitFor();
    ok((await drawn())[0] <= 30);
  });

  it('says of a profile without names and without source what is missing', { timeout: PATIENCE }, async () => {
    const profile = join(made.folder, 'addresses.prof');
    writeFileSync(profile, 'heap profile: 1: 1024 [1: 1024] @ heap/1048576\n1: 1024 [1: 1024] @ 0x41dc01 0x41dc02\n');
    const { page } = await open(made.write('addresses', profile));
    await page.getByRole('tab', { name: 'Top' }).click();
    await page.getByText('This profile has addresses and no names of functions.').waitFor();
    await page.getByRole('tab', { name: 'Source' }).click();
    await page.getByText('Run pprof-lens in the folder of the code').waitFor();
  });

  it('keeps the text of the call graph within its boxes, whatever font the system has', { timeout: PATIENCE }, async () => {
    const { page } = await open(cpu);
    await page.getByRole('tab', { name: 'Call Graph' }).click();
    await page.locator('.graph .said', { hasText: /^\d+ functions/ }).waitFor();
    deepEqual(await page.locator('.drawing svg g.node').evaluateAll((nodes) => nodes.filter((node) => {
      const box = node.querySelector('polygon').getBBox();
      return [...node.querySelectorAll('text')].some((text) => text.getBBox().width > box.width);
    }).length), 0);
  });

  it('shows the lines of a hot function only where the function stands', { timeout: PATIENCE }, async () => {
    const { page } = await open(cpu);
    await page.getByRole('tab', { name: 'Source' }).click();
    match(await page.locator('.source tr', { hasText: 'n.left.walk(yield)' }).innerText(), /430ms\s+1\.23s\s+73/);
  });

  it('tells what grew from what shrank without colours', { timeout: PATIENCE }, async () => {
    const { page, said } = await open(made.write('difference', '-diff_base=profiles/series/heap-1.pprof', 'profiles/series/heap-6.pprof'));
    match(await said(), /^root: \+43\.47MB \(459\.39%\); \+52\.94MB −9\.46MB$/);
    ok(await page.locator('.flame canvas').isVisible());
  });

  it('takes the names of a hostile profile as text', { timeout: PATIENCE }, async () => {
    const profile = join(made.folder, 'hostile.pb');
    run(python(), [join(root, 'tests/web/hostile.py'), profile]);
    const { page, noticed, said } = await open(made.write('hostile', '-symbolize=none', profile), { colorScheme: 'dark' });
    await page.keyboard.press('ArrowDown');
    ok((await said()).length < 400);
    for (const tab of ['Call Graph', 'Top', 'Source', 'Flame Graph']) await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tab', { name: 'Top' }).click();
    await page.locator('.top .row', { hasText: '</script><script>alert(1)</script>' }).first().waitFor();
    await page.getByRole('tab', { name: 'Call Graph' }).click();
    await page.locator('.said', { hasText: /functions|heavy|laid out:/ }).waitFor();
    deepEqual(noticed, []);
  });

  it('shows who holds what, of a profile that goref wrote', { timeout: PATIENCE }, async () => {
    const profile = join(made.folder, 'grf.out');
    run(python(), [join(root, 'tests/web/held.py'), profile]);
    const { page, noticed, said } = await open(made.write('held', profile));
    match(await said(), /^root: 10kB \(100%\)/);
    await page.keyboard.press('ArrowDown');
    match(await said(), /^main\.shop: 9kB \(90\.00%\)/);
    await page.getByLabel('Sample type').selectOption({ index: 0 });
    match(await said(), /^root: 10 \(100%\)/);
    await page.getByRole('tab', { name: 'Top' }).click();
    await page.locator('.top .row', { hasText: '$mapval. (*example.com/leaky/internal/cache.Session)' }).waitFor();
    await page.getByRole('tab', { name: 'Call Graph' }).click();
    await page.locator('.drawing svg .node').first().waitFor();
    equal(await page.locator('.drawing svg .node').count(), 5);
    await page.getByRole('tab', { name: 'Source' }).click();
    deepEqual(noticed, []);
  });

  for (const [scheme, contrast] of [['light', 'no-preference'], ['dark', 'no-preference'], ['light', 'more'], ['dark', 'more']]) {
    it(`has text that can be read on ${scheme}, contrast ${contrast}`, { timeout: PATIENCE }, async () => {
      const { page } = await open(cpu, { colorScheme: scheme, contrast });
      const [back, text] = await page.evaluate(() => [window.getComputedStyle(document.body).backgroundColor, window.getComputedStyle(document.body).color]);
      ok(contrastOf(back, text) > 7, `${back} ${text}`);
    });
  }
});

/** The contrast of two colours by WCAG. */
function contrastOf(one, other) {
  const [dark, light] = [one, other].map((color) => {
    const [red, green, blue] = color.match(/[\d.]+/g).map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
