/** Says once, in one sentence, what went wrong. Never swallows an error but a cancelled one. */

import { CancellationError, window, type LogOutputChannel } from 'vscode';
import { LSPErrorCodes, ResponseError } from 'vscode-languageclient/node';
import { plain } from './text';

export async function report(error: unknown, log: LogOutputChannel): Promise<void> {
  if (isCancellation(error)) {
    return;
  }
  const message = plain(error instanceof Error ? error.message : String(error));
  log.error(message);
  if (isExpected(error)) {
    await window.showErrorMessage(message);
  } else if (await window.showErrorMessage(message, 'Show Log')) {
    log.show();
  }
}

function isCancellation(error: unknown): boolean {
  return error instanceof CancellationError
    || (error instanceof ResponseError && (error.code === LSPErrorCodes.RequestCancelled || error.code === LSPErrorCodes.ServerCancelled));
}

/** The server refused, as opposed to failed. */
export function isExpected(error: unknown): error is ResponseError<unknown> {
  return error instanceof ResponseError && error.code === LSPErrorCodes.RequestFailed;
}
