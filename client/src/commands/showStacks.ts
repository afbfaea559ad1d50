/** The stacks behind a row of the Leaks view, which the server shows as a document. */

import type { Context } from '../context';
import type { Finding } from '../protocol';

/** VS Code names no row where the view was drawn anew under the pointer. */
export const showStacks = ({ server }: Context) => async (finding?: Finding): Promise<void> => {
  if (finding) {
    await server.run('showStacks', { code: finding.code, function: finding.function ?? '' });
  }
};
