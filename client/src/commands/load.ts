/** Loads a profile of the workspace, or one from elsewhere on disk. */

import { Uri } from 'vscode';
import type { Context } from '../context';
import { pickProfile } from './pickProfile';

/** `chosen` is the file of the explorer's context menu. */
export const load = ({ server }: Context) => async (chosen?: Uri): Promise<void> => {
  const source = chosen instanceof Uri ? chosen.fsPath : await pickProfile('Load Profile');
  if (source !== undefined) {
    await server.run('load', { source });
  }
};
