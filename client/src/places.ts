/** Opens source lines in the editor. */

import { Position, Range, Uri, ViewColumn, window, workspace } from 'vscode';
import type { Place } from './protocol';

const NOWHERE = 'Its source is not on this machine.';

/** Opens the place, with the cursor on its code, where the quick fixes of its problem are; does nothing for one without a file. */
export async function open({ uri, line }: Place): Promise<void> {
  const target = fileUri(uri);
  if (target) {
    await show(target, line, ViewColumn.Active);
  }
}

/** Opens the place, or says that there is none. */
export async function openOrSay(place: Place): Promise<void> {
  if (fileUri(place.uri)) {
    await open(place);
  } else {
    void window.showInformationMessage(NOWHERE);
  }
}

/** Opens the place beside the editor in that column: where source is open already, else in a new column. */
export async function openBeside({ uri, line }: Place, column: ViewColumn | undefined): Promise<void> {
  const target = fileUri(uri);
  if (!target) {
    void window.showInformationMessage(NOWHERE);
    return;
  }
  const other = window.visibleTextEditors.find(({ viewColumn }) => viewColumn !== undefined && viewColumn !== column);
  await show(target, line, other?.viewColumn ?? ViewColumn.Beside);
}

async function show(target: Uri, line: number | null | undefined, viewColumn: ViewColumn): Promise<void> {
  const document = await workspace.openTextDocument(target);
  const at = document.lineAt(Math.min(line ?? 0, document.lineCount - 1));
  const start = new Position(at.lineNumber, at.firstNonWhitespaceCharacterIndex);
  await window.showTextDocument(document, { selection: new Range(start, start), viewColumn });
}

/** Only files: whatever else a server might name is not for opening. */
export function fileUri(uri: string | null | undefined): Uri | undefined {
  const parsed = uri ? Uri.parse(uri) : undefined;
  return parsed?.scheme === 'file' ? parsed : undefined;
}
