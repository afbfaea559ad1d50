/** Measures benchmarks and takes profiles of tests. Never runs anything itself. */

import { window, workspace } from 'vscode';
import type { Context } from '../context';
import { isExpected } from '../errors';
import type { Bench, BenchKind } from '../protocol';
import { plain } from '../text';

type Asked = Pick<Bench, 'uri' | 'kind' | 'function' | 'line'>;

/** `asked` is what a lens carries. */
export const runTest = (context: Context) => (asked: Asked): Promise<void> => run(context, asked);

export const measureAtCursor = (context: Context) => (): Promise<void> => atCursor(context, () => Promise.resolve('measure'));

export const measurePackage = (context: Context) => (): Promise<void> => ofPackage(context, () => Promise.resolve('measure'));

export const profileAtCursor = (context: Context) => (): Promise<void> => atCursor(context, pickKind);

export const profilePackage = (context: Context) => (): Promise<void> => ofPackage(context, pickKind);

type Picked = () => Promise<BenchKind | undefined>;

async function atCursor(context: Context, pick: Picked): Promise<void> {
  const editor = goEditor();
  const kind = editor && await pick();
  if (kind) {
    await run(context, { uri: editor.document.uri.toString(), line: editor.selection.active.line, kind });
  }
}

async function ofPackage(context: Context, pick: Picked): Promise<void> {
  const editor = goEditor();
  const kind = editor && await pick();
  if (kind) {
    await run(context, { uri: editor.document.uri.toString(), kind });
  }
}

function goEditor(): typeof window.activeTextEditor {
  const editor = window.activeTextEditor;
  if (editor?.document.languageId !== 'go') {
    void window.showInformationMessage('Open a Go file of the package first.');
    return undefined;
  }
  return editor;
}

async function pickKind(): Promise<BenchKind | undefined> {
  const items: { label: string; of: BenchKind }[] = [{ label: 'CPU', of: 'cpu' }, { label: 'Memory', of: 'memory' }];
  return (await window.showQuickPick(items, { title: 'Profile of What?' }))?.of;
}

/** Go builds what is on the disk, so what is edited is saved. */
async function run({ server, output }: Context, asked: Asked): Promise<void> {
  await workspace.saveAll(false);
  try {
    await server.run('bench', asked);
  } catch (error) {
    if (!isExpected(error)) {
      throw error;
    }
    if (await window.showErrorMessage(plain(error.message), 'Show Output')) {
      output.show();
    }
  }
}
