/** A profile of the fleet: named in the settings, picked by what the server offers, compared, and of the commit that runs. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { here, makeVsix } from '../../scripts/package.mjs';
import { python } from '../../scripts/setup.mjs';
import { root } from '../../scripts/tools.mjs';
import { start } from '../../scripts/vscode.mjs';
import { blanks, command, hints, hover, launch, line, notification, open, pick, picks, quickInput, statusBar } from './page.mjs';

const PATIENCE = 240_000;
const screenshots = join(root, 'build/screenshots');

/** An imitation of a Pyroscope; its profiles carry these labels. */
async function fleet(labels) {
  const server = spawn(python(), ['-u', join(root, 'tests/fleets.py'), 'pyroscope', ...labels], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [said] = await once(server.stdout, 'data');
  return { server, source: { name: 'production', kind: 'pyroscope', url: `http://${String(said).trim()}` } };
}

describe('a fleet', { timeout: 900_000 }, () => {
  let code;
  let browser;
  let page;
  let running;

  const git = (...words) => execFileSync('git', ['-C', code.workspace, '-c', 'user.name=T', '-c', 'user.email=t@example.com', ...words], { encoding: 'utf8' }).trim();

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    code = await start({ folder: join(root, 'examples/leaky'), vsix: await makeVsix(here) });
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await code?.stop();
  });

  afterEach(async ({ name }) => {
    await page?.screenshot({ path: join(screenshots, `fleet-${name.replaceAll(/\W+/g, '-')}.png`) });
    await page?.close();
    running?.server.kill();
    page = running = undefined;
  });

  it('is loaded from a source that the settings name, by what its server offers, and compared', { timeout: PATIENCE }, async () => {
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'what runs');
    const commit = git('rev-parse', 'HEAD');
    appendFileSync(join(code.workspace, 'README.md'), 'Newer.\n');
    git('commit', '-qam', 'newer');
    running = await fleet([`service_git_ref=${commit}`]);
    code.configure({ 'pprofLens.sources': [running.source] });
    page = await open(browser, code.page('internal/cache/cache.go', 36));

    await command(page, 'Pprof Lens: Load from Source…');
    await pick(page, 'alloc_objects, alloc_space');
    await picks(page).filter({ hasText: 'leaky' }).first().waitFor();
    await page.screenshot({ path: join(screenshots, 'fleet-the-services.png') });
    await quickInput(page).fill('leak');
    await picks(page).first().filter({ hasText: 'leaky' }).waitFor();
    await quickInput(page).press('Enter');
    await picks(page).first().filter({ hasText: 'Load {service_name="leaky"}' }).waitFor();
    equal(await quickInput(page).inputValue(), '{service_name="leaky"}');
    await page.screenshot({ path: join(screenshots, 'fleet-the-selector.png') });
    await quickInput(page).press('Enter');
    await pick(page, 'Last hour');

    await hints(page).first().waitFor();
    await statusBar(page, 'production inuse_space 158.81MB').waitFor();
    const story = page.locator('.monaco-hover:visible .hover-contents').filter({ hasText: blanks(`production, commit ${commit.slice(0, 7)}, 1 commit behind`) }).first();
    await hover(line(page, 'history:  make([]byte'), story, { x: 90, y: 8 });
    await page.screenshot({ path: join(screenshots, 'fleet-the-hover.png') });

    await command(page, 'Pprof Lens: Compare with Source…');
    await picks(page).first().filter({ hasText: 'Load {service_name="leaky"}' }).waitFor();
    await quickInput(page).press('Enter');
    await pick(page, 'Last 15 minutes');
    await statusBar(page, 'production inuse_space +52.94MB').waitFor();

    // What was picked before stands first.
    await command(page, 'Pprof Lens: Load from Source…');
    await picks(page).first().filter({ hasText: 'alloc_objects, alloc_space' }).waitFor();
    deepEqual(await quickInput(page).inputValue(), '');
    await page.keyboard.press('Escape');
  });

  it('whose commit is not here says how to fetch it, and runs nothing', { timeout: PATIENCE }, async () => {
    git('remote', 'add', 'origin', join(code.workspace, 'nowhere'));
    const commit = '1a2b3c4d'.repeat(5);
    running = await fleet([`service_git_ref=${commit}`]);
    code.configure({ 'pprofLens.sources': [running.source], 'pprofLens.profile': 'fleet://production?query=memory&from=now-1h' });
    page = await open(browser, code.page('internal/cache/cache.go', 36));
    const fetch = `git fetch origin ${commit}`;
    const told = notification(page, fetch);
    await told.waitFor();
    match(await told.innerText(), /production, commit 1a2b3c4, which is not here/);
    await page.screenshot({ path: join(screenshots, 'fleet-the-missing-commit.png') });
    await page.locator('.notifications-toasts .monaco-button', { hasText: 'Copy Command' }).click();
    await page.waitForFunction(async (command) => await globalThis.navigator.clipboard.readText() === command, fetch);
  });
});
