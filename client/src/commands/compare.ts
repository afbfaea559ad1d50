/** Shows the loaded profile as its difference from another one. */

import { window } from 'vscode';
import type { Context } from '../context';
import { pickProfile } from './pickProfile';

export const compare = ({ server, status }: Context) => async (): Promise<void> => {
  const { paths, profile } = status.current;
  if (!paths || !profile) {
    void window.showInformationMessage('Load the profile that is to be compared first.');
    return;
  }
  const base = await pickProfile(server, 'Compare with Base Profile');
  if (base !== undefined) {
    await server.run('load', { source: paths, base, sampleType: profile.sample_type.type });
  }
};
