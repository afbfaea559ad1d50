/** Offers the command that would bring the commit that a profile of the fleet is of. Never runs it. */

import { env, window, type Disposable } from 'vscode';
import type { StatusModel } from '../status';
import { plain } from '../text';

export function offerMissingCommit(status: StatusModel): Disposable {
  let told: string | undefined;
  return status.onDidChange(({ standing, fetchCommand }) => {
    const isNew = fetchCommand !== undefined && fetchCommand !== told;
    told = fetchCommand ?? told;
    if (isNew) {
      void offer(standing ?? '', fetchCommand);
    }
  });
}

async function offer(standing: string, command: string): Promise<void> {
  const message = `The profile is of ${standing}. This would bring it: ${command}`;
  const choice = await window.showInformationMessage(plain(message), 'Copy Command', 'Put into Terminal');
  if (choice === 'Copy Command') {
    await env.clipboard.writeText(command);
  } else if (choice === 'Put into Terminal') {
    const terminal = window.activeTerminal ?? window.createTerminal();
    terminal.show();
    terminal.sendText(command, false);
  }
}
