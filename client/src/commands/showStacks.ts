/** The stacks behind a row of the Leaks view, which the server shows as a document. */

import type { Context } from '../context';
import type { Finding } from '../protocol';

export const showStacks = ({ server }: Context) => async ({ code, function: name }: Finding): Promise<void> => {
  await server.run('showStacks', { code, function: name ?? '' });
};
