/**
 * Shows the extension at work: a real VS Code in the browser on a copy of examples/leaky with its heap profile loaded.
 * With --check it looks at the page itself, says what it saw and ends.
 */
import { join } from 'node:path';
import { here, makeVsix } from './package.mjs';
import { main, Refusal, root, say } from './tools.mjs';
import { start } from './vscode.mjs';

export const EXAMPLE = join(root, 'examples/leaky');

/** A figure as the hints print it, at the end of a line. */
const HINT = /\d(\.\d+)?(B|kB|MB|GB)\b.*%/;

async function startDemo() {
  return start({
    folder: EXAMPLE,
    vsix: await makeVsix(here),
    settings: (workspace) => ({ 'pprofLens.profile': join(workspace, 'profiles/heap.pprof') }),
  });
}

async function check(demo, file, line) {
  const response = await fetch(demo.url);
  if (!response.ok) throw new Refusal(`The page answered ${response.status}.`);
  const { launch, lines, open } = await import('../tests/workbench/page.mjs');
  const browser = await launch();
  try {
    const page = await open(browser, demo.page(file, line));
    const hint = lines(page).filter({ hasText: HINT }).first();
    await hint.waitFor({ timeout: 60_000 }).catch(() => {
      throw new Refusal(`No figure appeared in ${file} within a minute.`);
    });
    say(`${file} shows: ${(await hint.textContent()).trim()}`);
  } finally {
    await browser.close();
  }
}

await main(import.meta.url, async (args) => {
  const demo = await startDemo();
  const [file, line] = ['internal/cache/cache.go', 36];
  if (args.includes('--check')) {
    await check(demo, file, line).finally(demo.stop);
    return;
  }
  process.stdout.write(`\n  ${demo.page(file, line)}\n\nOpen this address in a browser; Ctrl-C ends it.\n`);
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  });
  await demo.stop();
});
