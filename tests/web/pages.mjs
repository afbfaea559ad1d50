/** Pages as `pprof-lens html` writes them, what is in them, and pprof's own stacks beside them. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { python } from '../../scripts/setup.mjs';
import { root, run } from '../../scripts/tools.mjs';
import { bundleWeb } from '../../scripts/web.mjs';

export const LEAKY = join(root, 'examples/leaky');

/** A folder for pages, gone with the tests. */
export async function pages() {
  await bundleWeb();
  const folder = mkdtempSync(join(tmpdir(), 'pprof-lens-pages-'));
  const write = (name, ...args) => {
    const path = join(folder, `${name}.html`);
    run(python(), ['-m', 'pprof_lens', 'html', ...args, '-o', path], { cwd: LEAKY });
    return path;
  };
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What the page's script unpacks. */
export function dataOf(path) {
  const [, packed] = /id="data">([^<]*)</.exec(readFileSync(path, 'latin1'));
  return Object.assign({}, ...packed.split(' ').map((part) => JSON.parse(gunzipSync(Buffer.from(part, 'base64')).toString('utf8'))));
}

/** The stacks that pprof's own flame graph is drawn of, for each of the sample types. */
export async function pprofStacks(profile, types) {
  const go = spawnSync(python(), ['-c', 'import sys; from pathlib import Path; print(Path(sys.executable).parent / "go")'], { encoding: 'utf8' }).stdout.trim();
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local', GOPROXY: 'off', PPROF_BINARY_PATH: tmpdir() };
  const port = await freePort();
  const tool = run(go, ['tool', '-n', 'pprof'], { env }).trim().split('\n').at(-1);
  const child = spawn(tool, ['-symbolize=none', '-no_browser', `-http=localhost:${port}`, profile], { env, stdio: 'ignore' });
  try {
    const found = [];
    for (const type of types) found.push(await stacks(`http://localhost:${port}/ui/flamegraph?si=${encodeURIComponent(type)}`));
    return found;
  } finally {
    child.kill();
  }
}

async function stacks(address) {
  for (let tries = 0; tries < 200; tries++) {
    const page = await fetch(address).then((response) => response.text(), () => undefined);
    if (page) return JSON.parse(/stackViewer\((\{.*\}), *(?:\n *)?\[/.exec(page)[1]);
    await sleep(50);
  }
  throw new Error(`nothing at ${address}`);
}

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, 'localhost', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
