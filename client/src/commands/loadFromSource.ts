/** Loads a profile of a fleet, again and again if wanted, compares what is shown with another of it, and keeps it as a file. */

import { Uri, window, workspace } from 'vscode';
import type { Context } from '../context';
import { address, lastAsked, pickFleet, pickRest } from './pickFleet';

export const loadFromSource = ({ extension, server }: Context) => async (): Promise<void> => {
  const asked = await pickFleet(server, extension.workspaceState, 'Load from Source');
  if (asked) {
    await server.run('load', { source: address(asked) });
  }
};

export const compareWithSource = ({ extension, server, status }: Context) => async (): Promise<void> => {
  const { paths, profile } = status.current;
  if (!paths || !profile) {
    void window.showInformationMessage('Load the profile that is to be compared first.');
    return;
  }
  const title = 'Compare with Base of a Source';
  const before = lastAsked(extension.workspaceState);
  const isOfFleet = before !== undefined && status.current.source?.startsWith('fleet://') === true;
  const asked = isOfFleet
    ? await pickRest(server, extension.workspaceState, title, before)
    : await pickFleet(server, extension.workspaceState, title);
  if (asked) {
    await server.run('load', { source: paths, base: address(asked), sampleType: profile.sample_type.type });
  }
};

const INTERVALS: readonly (readonly [label: string, seconds: number])[] = [
  ['Every 30 seconds', 30], ['Every minute', 60], ['Every 5 minutes', 300], ['Every 15 minutes', 900],
];

/** What was loaded last, whose range goes on with the time. */
export const refreshFromSource = ({ extension, server }: Context) => async (): Promise<void> => {
  const asked = lastAsked(extension.workspaceState) ?? await pickFleet(server, extension.workspaceState, 'Refresh from Source');
  if (!asked) {
    return;
  }
  const items = INTERVALS.map(([label, seconds]) => ({ label, seconds }));
  const picked = await window.showQuickPick(items, { title: `Refresh from ${asked.source}: ${asked.type}${asked.selector}`, placeHolder: 'How often?' });
  if (picked) {
    await server.run('load', { source: address(asked), refreshSeconds: picked.seconds });
  }
};

/** Writes what is shown, of which captures go with the server, into a file. */
export const saveProfile = ({ server, status }: Context) => async (): Promise<void> => {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog({
    title: 'Save Profile',
    filters: { 'Go profiles': ['pprof'] },
    ...(folder ? { defaultUri: Uri.joinPath(folder, `${status.current.profile?.kind ?? 'profile'}.pprof`) } : {}),
  });
  if (target) {
    await server.run('save', { path: target.fsPath });
  }
};
