/** Opens source lines in the editor. */

import { Position, Range, Uri, window, workspace } from 'vscode';
import type { Place } from './protocol';

/** Opens the place, with the cursor on its code, where the quick fixes of its problem are; does nothing for one without a file. */
export async function open({ uri, line }: Place): Promise<void> {
  const target = fileUri(uri);
  if (target) {
    const document = await workspace.openTextDocument(target);
    const at = document.lineAt(Math.min(line ?? 0, document.lineCount - 1));
    const start = new Position(at.lineNumber, at.firstNonWhitespaceCharacterIndex);
    await window.showTextDocument(document, { selection: new Range(start, start) });
  }
}

/** Only files: whatever else a server might name is not for opening. */
export function fileUri(uri: string | null | undefined): Uri | undefined {
  const parsed = uri ? Uri.parse(uri) : undefined;
  return parsed?.scheme === 'file' ? parsed : undefined;
}
