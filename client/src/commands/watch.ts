/** Watches a running program, and stops. */

import { workspace } from 'vscode';
import type { Context } from '../context';
import { pickUrl } from './pickUrl';

export const watch = ({ extension, server }: Context) => async (): Promise<void> => {
  const url = await pickUrl(extension.workspaceState, 'Watch Live Process');
  if (url) {
    const intervalSeconds = workspace.getConfiguration('pprofLens').get<number>('watch.intervalSeconds', 10);
    await server.run('watch', { url, intervalSeconds });
  }
};

export const stopWatching = ({ server }: Context) => async (): Promise<void> => {
  await server.run('unwatch', {});
};
