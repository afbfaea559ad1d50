/** Loads and filters again what was loaded when the server went away, be it by a restart or a crash. */

import { Disposable, type LogOutputChannel } from 'vscode';
import type { Server } from './client';
import { report } from './errors';
import type { Focus, Load } from './protocol';
import { patterns } from './commands/filter';

export function restoreAfterRestart(server: Server, log: LogOutputChannel): Disposable {
  let loaded: Load | undefined;
  let filter: Focus = {};
  return Disposable.from(
    server.onDidReceiveStatus((status) => {
      const { profile, paths, base } = status;
      loaded = profile && paths ? { source: paths, sampleType: profile.sample_type.type, base: base ?? [] } : undefined;
      filter = patterns(status);
    }),
    server.onDidChangeState((state) => {
      if (state === 'running' && loaded) {
        restore(server, loaded, filter).catch((error: unknown) => report(error, log));
      }
    }),
  );
}

async function restore(server: Server, loaded: Load, filter: Focus): Promise<void> {
  await server.run('load', loaded);
  if (Object.values(filter).some(Boolean)) {
    await server.run('focus', filter);
  }
}
