/** Loads and filters again what was loaded when the server went away, be it by a restart or a crash; what was fetched went with it. */

import { Disposable, window, type LogOutputChannel } from 'vscode';
import type { Server } from './client';
import { report } from './errors';
import type { Focus, Load } from './protocol';
import { patterns } from './commands/filter';

export function restoreAfterRestart(server: Server, log: LogOutputChannel): Disposable {
  let loaded: Load | undefined;
  let filter: Focus = {};
  let captured: string | undefined;
  return Disposable.from(
    server.onDidReceiveStatus((status) => {
      const { profile, paths, base, source } = status;
      captured = status.captured ? source ?? undefined : undefined;
      loaded = profile && paths && !status.captured ? { source: paths, sampleType: profile.sample_type.type, base: base ?? [] } : undefined;
      filter = patterns(status);
    }),
    server.onDidChangeState((state) => {
      if (state === 'running' && loaded) {
        restore(server, loaded, filter).catch((error: unknown) => report(error, log));
      } else if (state === 'running' && captured !== undefined) {
        void window.showInformationMessage(`What was fetched from ${captured} went with the server; fetch it again to see it.`);
        captured = undefined;
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
