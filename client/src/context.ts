/** What a command works with. */

import type { ExtensionContext, LogOutputChannel, OutputChannel } from 'vscode';
import type { Server } from './client';
import type { StatusModel } from './status';
import type { CallTree } from './views/callTree';
import type { ProfileEditors } from './views/profileEditor';
import type { Top } from './views/top';

export interface Context {
  readonly extension: ExtensionContext;
  readonly log: LogOutputChannel;
  /** What tests and Go print. */
  readonly output: OutputChannel;
  readonly server: Server;
  readonly status: StatusModel;
  readonly callTree: CallTree;
  readonly editors: ProfileEditors;
  readonly top: Top;
}
