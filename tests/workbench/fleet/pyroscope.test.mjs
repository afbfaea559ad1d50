/**
 * The path of a user to a Pyroscope itself: named in the settings, picked by what it offers, loaded, compared with another
 * range, and what it answers where it has nothing. `npm run fleet` runs this; it needs the servers that it builds.
 */
import { match } from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { here, makeVsix } from '../../../scripts/package.mjs';
import { python } from '../../../scripts/setup.mjs';
import { root } from '../../../scripts/tools.mjs';
import { start } from '../../../scripts/vscode.mjs';
import { blanks, command, hints, hover, launch, lenses, line, notification, open, pick, picks, quickInput, statusBar } from '../page.mjs';

const PATIENCE = 240_000;
const shot = (page, name) => page.screenshot({ path: join(root, 'build/screenshots', `fleet-pyroscope-${name}.png`) });

describe('a Pyroscope itself', { timeout: 900_000 }, () => {
  let code;
  let browser;
  let server;

  before(async () => {
    mkdirSync(join(root, 'build/screenshots'), { recursive: true });
    code = await start({ folder: join(root, 'examples/leaky'), vsix: await makeVsix(here) });
    const git = (...words) => execFileSync('git', ['-C', code.workspace, '-c', 'user.name=T', '-c', 'user.email=t@example.com', ...words], { encoding: 'utf8' }).trim();
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'what runs');
    server = spawn(python(), ['-u', join(root, 'tests/fleet_servers.py'), 'pyroscope', `service_git_ref=${git('rev-parse', 'HEAD')}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [said] = await once(server.stdout, 'data');
    code.configure({ 'pprofLens.sources': [{ name: 'production', kind: 'pyroscope', url: `http://${String(said).trim()}` }] });
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    server?.stdin.end();
    await code?.stop();
  });

  it('is picked from by what it offers, shown on lines with its commit, and compared', { timeout: PATIENCE }, async () => {
    const page = await open(browser, code.page('internal/cache/cache.go', 36));
    await command(page, 'Pprof Lens: Load from Source…');
    await pick(page, 'inuse_objects, inuse_space');
    await picks(page).filter({ hasText: 'leaky' }).first().waitFor();
    await shot(page, 'services');
    await quickInput(page).fill('leak');
    await picks(page).first().filter({ hasText: 'leaky' }).waitFor();
    await quickInput(page).press('Enter');
    await picks(page).first().filter({ hasText: 'Load {service_name="leaky"}' }).waitFor();
    await quickInput(page).press('Enter');
    await pick(page, 'Last hour');
    await hints(page).first().waitFor();
    await statusBar(page, 'production inuse_space 158.81MB').waitFor();
    await hover(line(page, 'history:  make([]byte'), page.locator('.monaco-hover:visible .hover-contents').filter({ hasText: blanks('production, commit') }).first(), { x: 90, y: 8 });
    await shot(page, 'hover');

    await command(page, 'Pprof Lens: Compare with Source…');
    await picks(page).first().filter({ hasText: 'Load {service_name="leaky"}' }).waitFor();
    await quickInput(page).press('Enter');
    await pick(page, 'Last 15 minutes');
    await statusBar(page, 'production inuse_space +52.94MB').waitFor();
    await lenses(page).filter({ hasText: '+21.53MB' }).first().waitFor();
    await shot(page, 'compared');
    await page.close();
  });

  it('says in one sentence that it has nothing of what is asked for', { timeout: PATIENCE }, async () => {
    const page = await open(browser, code.page('internal/cache/cache.go', 36));
    await command(page, 'Pprof Lens: Load from Source…');
    await pick(page, 'inuse_objects, inuse_space');
    await quickInput(page).fill('{service_name="nobody"}');
    await picks(page).first().filter({ hasText: 'Load {service_name="nobody"}' }).waitFor();
    await quickInput(page).press('Enter');
    await pick(page, 'Last hour');
    const told = notification(page, 'no profile matches');
    await told.waitFor();
    match(await told.innerText(), /production: no profile matches the query in this time range\./);
    await shot(page, 'nothing');
    await page.close();
  });
});
