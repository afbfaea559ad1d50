/** What a command works with. */

import type { ExtensionContext, LogOutputChannel } from 'vscode';
import type { Server } from './client';
import type { StatusModel } from './status';
import type { CallTree } from './views/callTree';
import type { ProfileEditors } from './views/profileEditor';

export interface Context {
  readonly extension: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly server: Server;
  readonly status: StatusModel;
  readonly callTree: CallTree;
  readonly editors: ProfileEditors;
}
