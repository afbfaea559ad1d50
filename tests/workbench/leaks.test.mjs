/**
 * A leak found as a user finds it: the example runs, VS Code watches it, the warning comes on its line and goes again.
 * There is no Python: the extension brings its own.
 */
import { deepEqual, match } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { here, makeVsix } from '../../scripts/package.mjs';
import { venvProgram } from '../../scripts/setup.mjs';
import { root, run } from '../../scripts/tools.mjs';
import { start } from '../../scripts/vscode.mjs';
import { click, command, focusedLine, hints, holds, hover, launch, open, pick, press, problems, quickInput, repeat, seen, statusBar, tab, tree } from './page.mjs';

const ORDERS_A_SECOND = 2500;
const GROWS = 'in use here grew';
const BLOCKED = 'leaked here, sending on a channel that nobody receives from';
const LEAKED = 'leaked here, ranging over a channel that is never closed';

describe('a watched program that leaks', { timeout: 600_000 }, () => {
  let code;
  let browser;
  let page;
  let program;
  const tools = mkdtempSync(join(tmpdir(), 'pprof-lens-tools-'));

  before(async () => {
    mkdirSync(join(root, 'build/screenshots'), { recursive: true });
    code = await start({
      folder: join(root, 'examples/leaky'),
      vsix: await makeVsix(here),
      path: withoutPython(tools),
      settings: () => ({ 'pprofLens.watch.intervalSeconds': 1, 'pprofLens.diagnostics.hotLines': 0 }),
    });
    program = await startExample(code.workspace);
    browser = await launch();
    page = await open(browser, code.page('internal/server/server.go', 30));
  });

  after(async () => {
    await browser?.close();
    await code?.stop();
    program?.stop();
    rmSync(tools, { recursive: true });
  });

  const shot = (name) => page.screenshot({ path: join(root, 'build/screenshots', `leaks-${name}.png`) });
  const chart = () => page.locator('.monaco-hover:visible').filter({ hasText: ' at ' });
  const problem = (words) => problems(page).filter({ hasText: words }).first();
  const onlyProblems = (words) => page.locator('.panel').getByPlaceholder(/^Filter/).fill(words);

  async function nextPoll() {
    const trend = await statusBar(page, 'goroutines').textContent();
    while (await statusBar(page, 'goroutines').textContent() === trend) await page.waitForTimeout(100);
  }

  it('is looked for without any Python on the PATH', () => {
    const { stdout, status } = spawnSync('sh', ['-c', 'command -v python || command -v python3 || command -v py'], { env: { PATH: tools } });
    deepEqual([status, String(stdout)], [127, '']);
  });

  it('is warned of on the line that leaks, which a click opens', async () => {
    await command(page, 'Pprof Lens: Watch Live Process…');
    await quickInput(page).fill(program.address);
    await pick(page, program.address);
    await statusBar(page, `${program.address} inuse_space`).waitFor();
    await command(page, 'Problems: Focus on Problems View');
    await onlyProblems('never closed'); // there are more than fit on the screen
    await problem(LEAKED).waitFor();
    await onlyProblems(GROWS);
    await problem(GROWS).waitFor({ timeout: 120_000 });
    await onlyProblems('never closed');
    await shot('found');
    await click(problem(LEAKED), tab(page, 'consumer.go'));
    await statusBar(page, 'Ln 15,').waitFor();
    await shot('opened');
  });

  it('keeps its warning while its file is open', async () => {
    await nextPoll();
    await problem(LEAKED).waitFor();
  });

  it('stands in the Leaks view with its chart', async () => {
    await command(page, 'Pprof Lens: Focus on Leaks View');
    match(await tree(page, GROWS).textContent(), /^\w+\.go:\d+[▁▂▃▄▅▆▇█]{4,12} in use here grew/);
    await hover(tree(page, GROWS), chart());
    await shot('view');
  });

  it('keeps its chart while someone reads it', async () => {
    await repeat(async () => {
      await hover(tree(page, GROWS), chart());
      await nextPoll();
      await nextPoll();
    }, seen(chart()));
  });

  it('shows its stacks as a document', async () => {
    const row = tree(page, GROWS);
    await repeat(async (timeout) => {
      await row.hover({ timeout });
      await row.getByRole('button', { name: 'Show the Stacks' }).click({ timeout });
    }, seen(tab(page, 'stacks.txt')));
    await page.getByText('allocated here, most of all:').first().waitFor();
    await shot('stacks');
  });

  it('is never reported again where a quick fix wrote the setting', async () => {
    await click(tree(page, LEAKED), focusedLine(page, 15));
    const fix = page.getByText('in queue.(*Queue).consume').first();
    const settings = join(code.workspace, '.vscode/settings.json');
    await repeat(async (timeout) => {
      await press(page, 'Control+.', fix);
      await shot('quick-fix');
      await fix.click({ timeout });
    }, holds(() => existsSync(settings)));
    await tree(page, LEAKED).waitFor({ state: 'detached' });
    deepEqual(JSON.parse(readFileSync(settings, 'utf8')), { 'pprofLens.diagnostics.ignore': ['goroutine-leak:example.com/leaky/internal/queue.([*]Queue).consume'] });
  });

  it('stays when the program ends, of which the status bar warns', async () => {
    await tree(page, 'replica.go:').waitFor();
    program.stop();
    await statusBar(page, 'goroutines').locator('.codicon-warning').waitFor();
    await tree(page, 'replica.go:').waitFor();
    await hover(statusBar(page, 'goroutines'), page.locator('.monaco-hover:visible').filter({ hasText: 'the connection was refused.' }));
    await shot('ended');
  });

  it('goes with the watch, and leaves the figures', async () => {
    await onlyProblems('nobody receives');
    await problem(BLOCKED).waitFor();
    await command(page, 'Pprof Lens: Stop Watching');
    await statusBar(page, 'goroutines').waitFor({ state: 'detached' });
    await problem(BLOCKED).waitFor({ state: 'detached' });
    await tree(page, 'replica.go:').waitFor({ state: 'detached' });
    await hints(page).first().waitFor();
    await shot('stopped');
  });
});

/** The example, built where VS Code has it open, and running: where its profiles are, and how to end it. */
async function startExample(source) {
  const folder = mkdtempSync(join(tmpdir(), 'leaky-'));
  const built = join(folder, 'leaky');
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOPROXY: 'off', GOTOOLCHAIN: 'local', GOWORK: 'off' };
  run(venvProgram('go') ?? 'go', ['build', '-o', built, './cmd/leaky'], { cwd: source, env });
  const child = spawn(built, ['-listen', 'localhost:0', '-rate', String(ORDERS_A_SECOND)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  for await (const said of createInterface({ input: child.stderr })) {
    const address = /profiles at http:\/\/([^/]+)/.exec(said);
    if (address) return { address: address[1], stop };
  }
  throw new Error('The example ended before it served profiles.');
}

/** A PATH with what a shell needs and no Python; nothing on this machine is hidden but by that. */
function withoutPython(folder) {
  for (const name of ['sh', 'bash', 'git', 'uname', 'ls', 'cat', 'ps', 'sed', 'which', 'env', 'dirname', 'readlink']) {
    const found = process.env.PATH.split(delimiter).map((place) => join(place, name)).find((path) => existsSync(path));
    if (found) symlinkSync(found, join(folder, name));
  }
  return folder;
}
