/** Loads again what was loaded when the server went away, be it by a restart or a crash. */

import { Disposable, type LogOutputChannel } from 'vscode';
import type { Server } from './client';
import { report } from './errors';
import type { Load } from './protocol';

export function restoreAfterRestart(server: Server, log: LogOutputChannel): Disposable {
  let loaded: Load | undefined;
  return Disposable.from(
    server.onDidReceiveStatus(({ profile, paths, base }) => {
      loaded = profile && paths ? { source: paths, sampleType: profile.sample_type.type, base: base ?? [] } : undefined;
    }),
    server.onDidChangeState((state) => {
      if (state === 'running' && loaded) {
        server.run('load', loaded).catch((error: unknown) => report(error, log));
      }
    }),
  );
}
