/** The last Status that the server sent, for all views and menus. Changes only when the server says so. */

import { commands, Disposable, EventEmitter } from 'vscode';
import type { Server } from './client';
import type { Status } from './protocol';

const NOTHING: Status = { profile: null, source: null, watching: null, findings: [], filter: null };

export class StatusModel {
  private readonly changed = new EventEmitter<Status>();
  private readonly subscriptions: Disposable;
  private status = NOTHING;

  readonly onDidChange = this.changed.event;

  constructor(server: Server) {
    this.subscriptions = Disposable.from(
      this.changed,
      server.onDidReceiveStatus((status) => { this.set(status); }),
      server.onDidChangeState((state) => {
        if (state !== 'running') {
          this.set(NOTHING);
        }
      }),
    );
  }

  get current(): Status {
    return this.status;
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private set(status: Status): void {
    this.status = status;
    void commands.executeCommand('setContext', 'pprofLens.loaded', status.profile !== null);
    void commands.executeCommand('setContext', 'pprofLens.watching', Boolean(status.watching));
    void commands.executeCommand('setContext', 'pprofLens.filtered', isFiltered(status));
    this.changed.fire(status);
  }
}

export function isFiltered({ filter }: Status): boolean {
  return Object.values(filter ?? {}).some(Boolean);
}
