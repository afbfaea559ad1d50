/** Adds a pattern to the findings that are not reported: the quick fix of a leak. */

import { ConfigurationTarget, workspace } from 'vscode';

const NAME = 'diagnostics.ignore';

/** To the settings of what is open; where nothing is, to the user's. */
export async function neverReport(pattern: string): Promise<void> {
  const settings = workspace.getConfiguration('pprofLens');
  const patterns = settings.get<readonly string[]>(NAME, []);
  if (!patterns.includes(pattern)) {
    const target = workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
    await settings.update(NAME, [...patterns, pattern], target);
  }
}
