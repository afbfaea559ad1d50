/** Loads a profile of a fleet, and compares what is shown with another range or other labels of it. */

import { window } from 'vscode';
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
