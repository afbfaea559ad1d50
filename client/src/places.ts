/** Opens source lines in the editor. */

import { Range, Uri, window } from 'vscode';
import type { Place } from './protocol';

/** Opens the place; does nothing for one without a file. */
export async function open({ uri, line }: Place): Promise<void> {
  const target = fileUri(uri);
  if (target) {
    const at = line ?? 0;
    await window.showTextDocument(target, { selection: new Range(at, 0, at, 0) });
  }
}

/** Only files: whatever else a server might name is not for opening. */
export function fileUri(uri: string | null | undefined): Uri | undefined {
  const parsed = uri ? Uri.parse(uri) : undefined;
  return parsed?.scheme === 'file' ? parsed : undefined;
}
