/** Switches to another sample type of the loaded profile. */

import { window } from 'vscode';
import type { Context } from '../context';
import { withoutIcons } from '../text';

export const selectSampleType = ({ server, status }: Context) => async (): Promise<void> => {
  const { profile } = status.current;
  if (!profile) {
    void window.showInformationMessage('No profile is loaded.');
    return;
  }
  const items = profile.sample_types.map(({ type, unit }) => ({
    type,
    label: withoutIcons(type),
    description: type === profile.sample_type.type ? `${withoutIcons(unit)}, shown now` : withoutIcons(unit),
  }));
  const picked = await window.showQuickPick(items, { title: 'Select Sample Type' });
  if (picked) {
    await server.run('selectSampleType', { type: picked.type });
  }
};
