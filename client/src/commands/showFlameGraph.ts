/** Shows what is loaded as a flame graph, and in it the function of a call tree's node or at the cursor. */

import { window } from 'vscode';
import type { Context } from '../context';
import type { CallTreeEntry } from '../views/callTree';

/** The loaded profile as a whole. */
export const showFlameGraph = ({ editors, status }: Context) => (): void => {
  const { paths, base } = status.current;
  if (!paths) {
    void window.showInformationMessage('No profile is loaded.');
    return;
  }
  editors.show({ source: paths, base: base ?? [] }, undefined);
};

/** `entry` is the call tree's; the palette and the editor's menu have none and mean the cursor's line. */
export const showInFlameGraph = ({ editors, server, status }: Context) => async (entry?: Partial<CallTreeEntry>): Promise<void> => {
  const { paths, base } = status.current;
  const name = entry?.node?.function ?? await functionAtCursor(server);
  if (paths && name !== undefined) {
    editors.show({ source: paths, base: base ?? [] }, name);
  }
};

async function functionAtCursor(server: Context['server']): Promise<string | undefined> {
  const editor = window.activeTextEditor;
  if (!editor) {
    return undefined;
  }
  const found = await server.run('functionAt', { uri: editor.document.uri.toString(), line: editor.selection.active.line });
  return found.function;
}
