/**
 * The loop of whoever makes code allocate less, in a real VS Code: a benchmark is measured from its lens, a line is edited,
 * it is measured again, and the lines tell what changed, the lens what is proved, the problems which budget is broken.
 */
import { match } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { here, makeVsix } from '../../scripts/package.mjs';
import { root } from '../../scripts/tools.mjs';
import { start } from '../../scripts/vscode.mjs';
import { blanks, click, command, launch, lenses, line, open, pick, picks, problems, quickInput, repeat, seen, statusBar, text, tree } from './page.mjs';

const FILE = 'words_test.go';

describe('a benchmark that is made better and worse', { timeout: 900_000 }, () => {
  let code;
  let browser;
  let page;
  let commit;

  before(async () => {
    mkdirSync(join(root, 'build/screenshots'), { recursive: true });
    code = await start({
      folder: join(root, 'tests/workbench/benchmarked'),
      vsix: await makeVsix(here),
      settings: () => ({
        'pprofLens.bench.time': '50ms',
        'go.testFlags': ['-short', '-exec=touch ran'],
        'go.testEnvVars': { WORDS: 'of the settings' },
        'editor.autoClosingBrackets': 'never',
        'editor.autoIndent': 'none',
      }),
    });
    const git = (...words) => execFileSync('git', ['-C', code.workspace, '-c', 'user.name=T', '-c', 'user.email=t@example.com', ...words], { encoding: 'utf8' }).trim();
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'words');
    commit = git('rev-parse', '--short=7', 'HEAD');
    browser = await launch();
    page = await open(browser, code.page(FILE, 8));
  });

  after(async () => {
    await browser?.close();
    await code?.stop();
  });

  const shot = (name) => page.screenshot({ path: join(root, 'build/screenshots', `benchmarks-${name}.png`) });
  const lens = (words) => lenses(page).filter({ hasText: blanks(words) }).first();
  const problem = (words) => problems(page).filter({ hasText: words }).first();

  /** Presses the benchmark's lens, and waits until the lines and lenses tell it. */
  async function measured(words) {
    await lens('measure').click();
    await shows(words);
  }

  /** Waits for a run, and tells what is there instead if it does not come. */
  async function shows(words) {
    try {
      await line(page, words).waitFor({ timeout: 240_000 });
    } catch (reason) {
      const told = await page.locator('.notification-list-item-message').allInnerTexts();
      throw new Error([`Nowhere is ${words} but`, await text(page), ...await lenses(page).allInnerTexts(), ...told].join('\n'), { cause: reason });
    }
  }

  const goTo = (number) => repeat(async (timeout) => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('F1');
    await quickInput(page).fill(`:${number}`, { timeout });
    await page.keyboard.press('Enter');
  }, seen(statusBar(page, `Ln ${number},`)));

  /** Writes another line over the one of that number. */
  async function rewrite(number, words) {
    await goTo(number);
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+End');
    await page.keyboard.type(words);
    await line(page, words).waitFor();
  }

  it('has a lens without any profile, and what one operation allocates on its lines once that is pressed', async () => {
    await lens('measure').waitFor();
    await measured('return string(text)48B/op 1 allocs/op');
    await lens('allocs/op').waitFor();
    match(await lens('allocs/op').textContent(), /ns\/op ± \d+%, 48B\/op ± 0%, 1 allocs\/op ± 0%$/);
    await shot('measured');
  });

  it('keeps what was measured as the baseline, and tells of the next run what changed and what is proved', async () => {
    await command(page, 'Pprof Lens: Keep as Baseline');
    await rewrite(12, 'text := []byte{}');
    await measured('text = append(text, word...)+112B/op +3 allocs/op');
    await line(page, 'return string(text)48B/op 1 allocs/op ±0').waitFor();
    await lens('160B/op +233.33% (p=0.000), 4 allocs/op +300.00% (p=0.000), n=10').waitFor();
  });

  it('warns of the budget that is broken on its benchmark', async () => {
    await command(page, 'Problems: Focus on Problems View');
    await problem('BenchmarkJoin takes 4 allocs/op, more than its 1 allocs/op.').waitFor();
    await problem('BenchmarkJoin takes 160B/op, more than its 64B/op.').waitFor();
    await shot('worse');
  });

  it('lists the runs in its view with their commits, the baseline among them', async () => {
    await command(page, 'Pprof Lens: Focus on Benchmark Runs View');
    await tree(page, /baseline.*ago|baseline.*now/).waitFor();
    await tree(page, blanks(`${commit} (dirty)`)).waitFor();
    match(await tree(page, 'baseline').innerText(), new RegExp(`${commit}$`));
    await tree(page, '+233.33%').waitFor();
    await shot('runs');
  });

  it('takes the warning away once the line is mended and measured again', async () => {
    await page.locator('.tab', { hasText: FILE }).first().click();
    await rewrite(12, 'text := make([]byte, 0, 64)');
    await measured('return string(text)48B/op 1 allocs/op ±0');
    await line(page, 'text = append(text, word...)+112B/op').waitFor({ state: 'detached' });
    await problem('BenchmarkJoin').waitFor({ state: 'detached' });
    await lens('48B/op ~ (p=1.000), 1 allocs/op ~ (p=1.000), n=10').waitFor();
    await shot('mended');
  });

  it('compares two runs that are selected, the older one first', async () => {
    await command(page, 'Pprof Lens: Focus on Benchmark Runs View');
    const item = page.locator('.monaco-menu .action-label', { hasText: 'Compare Selected Runs' });
    await repeat(async (timeout) => {
      await tree(page, '(dirty)').click({ timeout });
      await tree(page, 'baseline').click({ modifiers: ['ControlOrMeta'], timeout });
      await tree(page, 'baseline').click({ button: 'right', timeout });
    }, seen(item));
    await shot('two-runs');
    await item.click();
    await line(page, 'text = append(text, word...)+112B/op +3 allocs/op').waitFor();
    await lens('160B/op +233.33% (p=0.000), 4 allocs/op +300.00% (p=0.000), n=10').waitFor();
    await page.locator('.tab', { hasText: FILE }).first().click();
  });

  it('takes a profile of a test, which is loaded and stands in the picker', async () => {
    await command(page, 'Pprof Lens: Hide Figures of Runs');
    await goTo(35);
    // Until it begins: each press more is a run more.
    await click(lenses(page).filter({ hasText: 'profile memory' }).last(), statusBar(page, 'TestJoin'));
    await statusBar(page, 'TestJoin memory').waitFor({ timeout: 240_000 });
    await goTo(16); // only what is on the screen is there
    await line(page, 'return string(text)').filter({ hasText: '%' }).waitFor();
    await command(page, 'Pprof Lens: Load Profile…');
    await picks(page).filter({ hasText: 'TestJoin memory' }).first().waitFor();
    await shot('profiled');
    await page.keyboard.press('Escape');
  });

  it('measures the benchmark at the cursor, and all of the package, from the palette', async () => {
    await command(page, 'Pprof Lens: Clear Profile');
    await command(page, 'Pprof Lens: Forget Baseline');
    await goTo(21);
    await command(page, 'Pprof Lens: Measure Benchmark at Cursor');
    await goTo(12);
    await shows('return string(text)48B/op 1 allocs/op');
    await command(page, 'Pprof Lens: Hide Figures of Runs');
    await line(page, '48B/op').waitFor({ state: 'detached' });
    await command(page, 'Pprof Lens: Measure Benchmarks of Package');
    await shows('return string(text)48B/op 1 allocs/op');
  });

  it('takes a profile of the test at the cursor, and of all of the package, from the palette', async () => {
    await goTo(29);
    await command(page, 'Pprof Lens: Profile Test at Cursor…');
    await pick(page, 'CPU');
    await statusBar(page, 'TestJoin cpu').waitFor({ timeout: 240_000 });
    await command(page, 'Pprof Lens: Profile Tests of Package…');
    await pick(page, 'Memory');
    await statusBar(page, 'benchmarked memory').waitFor({ timeout: 240_000 });
  });

  it('has the figures in the lens again after a restart, and on the lines once that is pressed', async () => {
    await command(page, 'Pprof Lens: Clear Profile');
    await command(page, 'Pprof Lens: Restart Server');
    await goTo(12);
    await line(page, '48B/op').waitFor({ state: 'detached' });
    await click(lens('48B/op ± 0%, 1 allocs/op ± 0%'), line(page, 'return string(text)48B/op 1 allocs/op'));
    await shot('after-a-restart');
  });

  it('says in the output what of the settings is not taken', async () => {
    await command(page, 'Pprof Lens: Show Test Output');
    const output = page.locator('.panel .view-lines').filter({ hasText: blanks('-exec=touch ran of the settings is not taken') });
    await output.first().waitFor();
    await shot('output');
  });
});
