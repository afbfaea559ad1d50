/** Shows which functions cost most, in the view beside the call tree. */

import { window } from 'vscode';
import type { Context } from '../context';

export const showTop = ({ status, top }: Context) => async (): Promise<void> => {
  if (!status.current.profile) {
    void window.showInformationMessage('No profile is loaded.');
    return;
  }
  await top.show();
};
