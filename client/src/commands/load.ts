/** Loads a profile of the workspace, or one from elsewhere on disk. */

import { Uri } from 'vscode';
import type { Context } from '../context';
import { pickProfile } from './pickProfile';

/** `clicked` and `selected` are the explorer's; several profiles are merged. */
export const load = ({ server }: Context) => async (clicked?: Uri, selected: readonly Uri[] = []): Promise<void> => {
  const chosen = selected.length > 0 ? selected : clicked instanceof Uri ? [clicked] : [];
  const source = chosen.length > 0 ? chosen.map(({ fsPath }) => fsPath) : await pickProfile(server, 'Load Profile');
  if (source !== undefined) {
    await server.run('load', { source });
  }
};
