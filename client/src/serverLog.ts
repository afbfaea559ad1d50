/** The server's standard error, line by line into the log, each at the level that it names. */

import { createInterface } from 'node:readline';
import type { LogOutputChannel } from 'vscode';
import type { StdioOptions } from 'vscode-languageclient/node';

const LEVELS = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error', CRITICAL: 'error' } as const;

/** A line that names no level belongs to the one before, as those of a traceback do. */
export function logByLevel(log: LogOutputChannel): Required<StdioOptions> {
  const pipe = (input: NodeJS.ReadableStream): void => {
    let level: (typeof LEVELS)[keyof typeof LEVELS] = 'error';
    createInterface({ input }).on('line', (line) => {
      const named = /^(DEBUG|INFO|WARNING|ERROR|CRITICAL) (.*)$/.exec(line);
      level = named ? LEVELS[named[1] as keyof typeof LEVELS] : level;
      log[level](named?.[2] ?? line);
    });
  };
  return { stdout: pipe, stderr: pipe };
}
