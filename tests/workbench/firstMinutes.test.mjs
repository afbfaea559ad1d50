/**
 * What somebody sees who has just installed the extension: before a profile is loaded, when picking one, in the
 * walkthrough, and where files are missing.
 */
import { deepEqual, match } from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { here, makeVsix } from '../../scripts/package.mjs';
import { venvProgram } from '../../scripts/setup.mjs';
import { root, run } from '../../scripts/tools.mjs';
import { start } from '../../scripts/vscode.mjs';
import { click, command, hints, launch, notification, open, pick, picks, quickInput, repeat, seen, side, statusBar } from './page.mjs';

const PATIENCE = 240_000;
const screenshots = join(root, 'build/screenshots');

const [LOAD, READ, OWN, LEAK] = ['Load a profile', 'Read the figures', 'Do it with your own program', 'Find the leak'];
const BENCHMARK = `package tree

import "testing"

var sink []byte

func BenchmarkOwn(b *testing.B) {
	for range b.N {
		sink = make([]byte, 1<<20)
	}
}
`;

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

  it('walk through four steps, on the example and on a package of their own', { timeout: PATIENCE }, async () => {
    code.configure({});
    page = await open(browser, code.page('internal/cache/cache.go', 36));
    const step = (title) => page.locator('.getting-started-step', { hasText: title });
    const link = (title, words) => step(title).locator('.monaco-button', { hasText: words });
    const done = (title) => step(title).locator('.codicon-getting-started-step-checked');
    const clicked = async (title, words, timeout) => {
      if (!await link(title, words).isVisible()) await step(title).click({ timeout });
      await link(title, words).click({ timeout });
    };
    const follow = (title, words, leadsTo) => repeat((timeout) => clicked(title, words, timeout), seen(leadsTo));
    // A step that is done gives the focus to the next one, which closes a list that is open; Escape would leave the steps.
    const choose = (title, words, name, leadsTo) => repeat(async (timeout) => {
      await clicked(title, words, timeout);
      await quickInput(page).fill(name, { timeout });
      await picks(page).filter({ hasText: name }).first().waitFor({ timeout });
      await quickInput(page).press('Enter', { timeout });
    }, seen(leadsTo));

    await command(page, 'Welcome: Open Walkthrough...');
    await pick(page, 'Find what costs');
    await follow(LOAD, 'Fetch Profile from URL…', quickInput(page));
    await choose(LOAD, 'Load Profile…', 'profiles/heap.pprof', statusBar(page, 'heap.pprof inuse_space'));
    await done(LOAD).waitFor();
    await follow(READ, 'Show Top', side(page).getByText('newSession').first());
    await done(READ).waitFor();
    deepEqual([await done(OWN).count(), await done(LEAK).count()], [0, 0]);

    const own = join(code.workspace, 'internal/tree');
    writeFileSync(join(own, 'own_test.go'), BENCHMARK);
    for (const [program, ...args] of commands('load.md', 'own.md')) run(venvProgram(program) ?? program, args, { cwd: own });
    await choose(OWN, 'Load Profile…', 'internal/tree/mem.pprof', statusBar(page, 'mem.pprof'));
    await side(page).getByText('tree.BenchmarkOwn').first().waitFor();
    await follow(OWN, 'Open a Terminal', page.locator('.terminal-wrapper.active'));
    await done(OWN).waitFor();

    const program = await serve(readFileSync(join(code.workspace, 'profiles/heap.pprof')));
    try {
      await choose(LEAK, 'Watch Live Process…', program.address, statusBar(page, program.address));
      await done(LEAK).waitFor();
    } finally {
      program.stop();
    }
  });

  it('fall back to a Python where the server of the package does not start', { timeout: PATIENCE }, async () => {
    const extensions = join(code.workspace, '../../extensions');
    const own = readdirSync(extensions).find((name) => name.startsWith('pprof-lens.'));
    const frozen = join(extensions, own, 'server/frozen/pprof-lens');
    renameSync(frozen, `${frozen}.kept`);
    writeFileSync(frozen, '#!/bin/sh\ncase "$1" in --version) echo pprof-lens;; *) kill -9 $$;; esac\n', { mode: 0o755 });
    code.configure({ 'pprofLens.profile': join(code.workspace, 'profiles/heap.pprof') });
    page = await open(browser, code.page('internal/cache/cache.go', 36));
    await notification(page, 'does not run on this system, so it runs under a Python of yours.').waitFor();
    await hints(page).first().waitFor();
    renameSync(`${frozen}.kept`, frozen);
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

/** The lines of these pages that are typed into a terminal, word by word. */
function commands(...pages) {
  const texts = pages.map((name) => readFileSync(join(root, 'media/walkthrough', name), 'utf8'));
  return [...texts.join('\n').matchAll(/^ {4}(go test .*)$/gm)].map(([, line]) => line.split(' '));
}

/** A program whose heap is always this. */
async function serve(heap) {
  const server = createServer(({ url }, response) => {
    response.writeHead(url.startsWith('/debug/pprof/heap') ? 200 : 404).end(url.startsWith('/debug/pprof/heap') ? heap : '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `127.0.0.1:${server.address().port}`, stop: () => { server.closeAllConnections(); server.close(); } };
}
