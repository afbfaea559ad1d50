/** Forgets the profile, or the filters over it. */

import type { Context } from '../context';

export const clear = ({ server }: Context) => async (): Promise<void> => {
  await server.run('clear', {});
};

export const clearFilters = ({ server }: Context) => async (): Promise<void> => {
  await server.run('focus', {});
};
