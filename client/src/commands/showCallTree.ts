/** Opens the call tree of a function or a line, and narrows the figures to one of its callers. */

import { window } from 'vscode';
import type { Context } from '../context';
import type { ShowCallTree } from '../protocol';
import type { CallTreeEntry } from '../views/callTree';

/** `target` comes from a lens or a hint; the palette has none and means the cursor's line. */
export const showCallTree = ({ callTree }: Context) => async (target?: ShowCallTree): Promise<void> => {
  await callTree.show(isTarget(target) ? target : atCursor());
};

export const onlyThrough = ({ server }: Context) => async ({ node }: CallTreeEntry): Promise<void> => {
  await server.run('focus', { through: node.id });
};

/** A menu of the editor passes a URI, which is none. */
function isTarget(value: ShowCallTree | undefined): value is ShowCallTree {
  return value?.function !== undefined || value?.uri !== undefined;
}

function atCursor(): ShowCallTree {
  const editor = window.activeTextEditor;
  return editor ? { uri: editor.document.uri.toString(), line: editor.selection.active.line } : {};
}
