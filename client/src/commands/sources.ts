/** The setting of sources, and the secrets that its headers refer to: typed here, kept by VS Code, told to the server only. */

import { commands, window, type QuickPickItem, type SecretStorage } from 'vscode';
import type { Context } from '../context';

const PREFIX = 'pprofLens.secret.';

export const secretOf = (secrets: SecretStorage, name: string): Thenable<string | undefined> => secrets.get(PREFIX + name);

export async function openSources(): Promise<void> {
  const choice = await window.showInformationMessage('No source is set: the setting pprofLens.sources lists the servers of your fleet.', 'Open Settings');
  if (choice) {
    await commands.executeCommand('workbench.action.openSettings', 'pprofLens.sources');
  }
}

export const setSecret = ({ extension, server }: Context) => async (): Promise<void> => {
  const name = await pickName(server);
  if (!name) {
    return;
  }
  const value = await window.showInputBox({
    title: `Set Secret ${name}`,
    prompt: `What \${secret:${name}} stands for in headers; empty to forget it.`,
    password: true,
    ignoreFocusOut: true,
  });
  if (value) {
    await extension.secrets.store(PREFIX + name, value);
  } else if (value === '') {
    await extension.secrets.delete(PREFIX + name);
  }
};

/** One of those that the settings refer to. */
async function pickName(server: Context['server']): Promise<string | undefined> {
  const { servers } = await server.run('fleet', {});
  const items = servers.flatMap(({ name, secrets }): QuickPickItem[] => secrets.map((secret) => ({ label: secret, description: name })));
  if (servers.length === 0) {
    await openSources();
    return undefined;
  }
  if (items.length === 0) {
    void window.showInformationMessage('No header of pprofLens.sources refers to a secret as ${secret:NAME}.');
    return undefined;
  }
  return (await window.showQuickPick(items, { title: 'Set Secret', placeHolder: 'Which secret?' }))?.label;
}
