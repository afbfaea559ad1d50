import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commands, ConfigurationTarget, extensions, Uri, window, workspace } from 'vscode';

interface Asked {
  readonly pid: number;
  readonly options: { readonly client: string; readonly trusted: boolean; readonly settings: { readonly threshold: number } };
  readonly asked: readonly (readonly [name: string, argument: unknown])[];
}

const asked = (): Thenable<Asked> => commands.executeCommand<Asked>('pprofLens.server.test.asked', {});

interface Part {
  readonly root: { readonly function: string };
  readonly direction: string;
  readonly parent?: string;
}

const part = ({ root, direction, parent }: Part): string => `${root.function} ${direction}${parent === undefined ? '' : ' below'}`;

/** Everything that the server was asked until `name` was among it. */
async function askedUntil(name: string): Promise<Asked['asked']> {
  const all: Asked['asked'][number][] = [];
  while (!all.some(([seen]) => seen === name)) {
    all.push(...(await untilRunning()).asked);
    await turn();
  }
  return all;
}

/** Lets what is under way in the extension host go on. */
const turn = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 20); });

async function untilRunning(): Promise<Asked> {
  for (;;) {
    try {
      return await asked();
    } catch {
      await turn(); // its commands are there once it runs
    }
  }
}

describe('the extension with a server of fixed answers', () => {
  const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file('/');
  const goFile = Uri.joinPath(folder, 'internal/cache/cache.go');
  const heap = Uri.joinPath(folder, 'profiles/heap.pprof');
  const useServer = (...command: string[]): Thenable<void> =>
    workspace.getConfiguration('pprofLens').update('server.command', command, ConfigurationTarget.Workspace);

  before(async () => {
    const extension = extensions.getExtension('pprof-lens.pprof-lens');
    await extension?.activate();
    await window.showTextDocument(goFile);
    await useServer(process.execPath, fakeServer(__dirname));
    await untilRunning();
  });

  after(() => workspace.getConfiguration('pprofLens').update('server.command', undefined, ConfigurationTarget.Workspace));

  beforeEach(() => asked());

  it('tells the server at its start who it is, its settings and whether the workspace is trusted', async () => {
    await commands.executeCommand('pprofLens.restart');
    const { client, trusted, settings: given } = (await untilRunning()).options;
    deepStrictEqual([client, trusted, given.threshold], ['vscode', workspace.isTrusted, 0.5]);
  });

  it('has every command of its manifest', async () => {
    const manifest = extensions.getExtension('pprof-lens.pprof-lens')?.packageJSON as { contributes: { commands: { command: string }[] } };
    const there = new Set(await commands.getCommands(true));
    deepStrictEqual(manifest.contributes.commands.map(({ command }) => command).filter((id) => !there.has(id)), []);
  });

  it('loads the file that was clicked in the explorer, and asks for the heat of what is open', async () => {
    await commands.executeCommand('pprofLens.load', heap);
    const [first, ...rest] = await askedUntil('lines');
    deepStrictEqual([first, rest.at(-1)], [['load', { source: [heap.fsPath] }], ['lines', { uri: goFile.toString() }]]);
  });

  it('merges the files that were selected together', async () => {
    const allocs = Uri.joinPath(folder, 'profiles/allocs.pprof');
    await commands.executeCommand('pprofLens.load', heap, [heap, allocs]);
    const [first] = await askedUntil('load');
    deepStrictEqual(first, ['load', { source: [heap.fsPath, allocs.fsPath] }]);
  });

  it('ends a command whose profile was refused without failing', async () => {
    await commands.executeCommand('pprofLens.load', Uri.joinPath(folder, 'broken.pprof'));
    strictEqual((await askedUntil('load')).length, 1);
  });

  it('asks for each part of a call tree once, also while its view opens first', async () => {
    const targets = ['main.main', 'main.second'];
    const parts: string[] = [];
    for (const name of targets) {
      await commands.executeCommand('pprofLens.showCallTree', { function: name });
      while (parts.filter((part) => part.startsWith(`${name} `)).length < 4) {
        parts.push(...(await asked()).asked.filter(([command]) => command === 'callTree').map(([, argument]) => part(argument as Part)));
        await turn();
      }
    }
    deepStrictEqual(parts.sort(), targets.flatMap((name) => [`${name} callees`, `${name} callees below`, `${name} callers`, `${name} callers below`]).sort());
  });

  it('opens the call tree of a lens and of a hint', async () => {
    const roots = async (target: object): Promise<unknown> => {
      await commands.executeCommand('pprofLens.showCallTree', target);
      return (await asked()).asked.filter(([name]) => name === 'callTree').slice(0, 2).map(([, argument]) => argument);
    };
    const uri = goFile.toString();
    deepStrictEqual(await roots({ function: 'main.main', declaration: 'main.main', title: 'main.main' }), [
      { root: { declaration: 'main.main' }, direction: 'callers' },
      { root: { declaration: 'main.main' }, direction: 'callees' },
    ]);
    deepStrictEqual(await roots({ uri, line: 7 }), [
      { root: { uri, line: 7 }, direction: 'callers' },
      { root: { uri, line: 7 }, direction: 'callees' },
    ]);
  });

  it('adds a leak that is never to be reported to the settings of the workspace, once', async () => {
    const settings = (): unknown => workspace.getConfiguration('pprofLens').inspect('diagnostics.ignore')?.workspaceValue;
    for (const pattern of ['heap-growth:main.a', 'heap-growth:main.b', 'heap-growth:main.a']) {
      await commands.executeCommand('pprofLens.neverReport', pattern);
    }
    deepStrictEqual(settings(), ['heap-growth:main.a', 'heap-growth:main.b']);
    await workspace.getConfiguration('pprofLens').update('diagnostics.ignore', undefined, ConfigurationTarget.Workspace);
  });

  it('loads again what was loaded when the server crashes', async () => {
    await commands.executeCommand('pprofLens.load', heap);
    const { pid } = await asked();
    await Promise.allSettled([commands.executeCommand('pprofLens.server.test.crash', {})]);
    const all = await askedUntil('load');
    deepStrictEqual(all.find(([name]) => name === 'load'), ['load', { source: [heap.fsPath], sampleType: 'inuse_space', base: [] }]);
    notStrictEqual((await asked()).pid, pid);
  });

  it('opens a call tree of what it loaded again after a restart', async () => {
    await commands.executeCommand('pprofLens.load', heap);
    const { pid } = await asked();
    await commands.executeCommand('pprofLens.restart');
    deepStrictEqual((await askedUntil('load')).find(([name]) => name === 'load'), ['load', { source: [heap.fsPath], sampleType: 'inuse_space', base: [] }]);
    await commands.executeCommand('pprofLens.showCallTree', { function: 'main.after' });
    deepStrictEqual((await askedUntil('callTree')).find(([name]) => name === 'callTree'), ['callTree', { root: { function: 'main.after' }, direction: 'callers' }]);
    notStrictEqual((await asked()).pid, pid);
  });

  it('does not ask again for what was fetched, as that went with the server', async () => {
    await commands.executeCommand('pprofLens.server.load', { source: 'http://localhost:6060/debug/pprof/heap' });
    await asked();
    await commands.executeCommand('pprofLens.restart');
    await commands.executeCommand('pprofLens.server.top', {});
    deepStrictEqual((await askedUntil('top')).map(([name]) => name), ['top']);
  });

  it('filters again as before when the server crashes', async () => {
    await commands.executeCommand('pprofLens.load', heap);
    await commands.executeCommand('pprofLens.server.focus', { focus: 'main' });
    await Promise.allSettled([commands.executeCommand('pprofLens.server.test.crash', {})]);
    const all = await askedUntil('focus');
    deepStrictEqual(all.find(([name]) => name === 'focus'), ['focus', { focus: 'main', ignore: '', tagFocus: '', tagIgnore: '' }]);
    await commands.executeCommand('pprofLens.clear');
  });

  it('has one server only, however often it is restarted', async () => {
    const { pid } = await asked();
    await Promise.all(Array.from({ length: 5 }, () => commands.executeCommand('pprofLens.restart')));
    const now = await untilRunning();
    notStrictEqual(now.pid, pid);
    ok(!isAlive(pid), 'the old one has ended');
  });

  for (const [what, command] of [['does not exist', ['/no/such/program']], ['ends at once', [process.execPath, '-e', '0']]] as const) {
    it(`runs again after a server command that ${what}`, async () => {
      await useServer(...command);
      await commands.executeCommand('pprofLens.restart');
      await rejects(async () => asked());
      await useServer(process.execPath, fakeServer(__dirname));
      strictEqual((await untilRunning()).options.client, 'vscode');
    });
  }
});

/** Of the checkout in which the bundled tests lie: its node_modules are the server's too. */
function fakeServer(folder: string): string {
  const path = join(folder, 'tests/client/fakeServer.mjs');
  return existsSync(path) ? path : fakeServer(dirname(folder));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
