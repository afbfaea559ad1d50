/** What is done with benchmark runs: shown, kept as the baseline, compared, removed. */

import { window } from 'vscode';
import type { Context } from '../context';
import type { RunRow } from '../protocol';

/** `run` is of the view; the palette has none and means the newest. */
export const keepBaseline = ({ server }: Context) => async (run?: RunRow): Promise<void> => {
  await server.run('keepBaseline', { run: run?.id ?? '' });
};

export const forgetBaseline = ({ server }: Context) => async (): Promise<void> => {
  await server.run('forgetBaseline', {});
};

/** `run` is of the view; the palette has none and means the newest. */
export const compareBaseline = ({ server }: Context) => async (run?: RunRow): Promise<void> => {
  await server.run('compareRuns', { new: run?.id ?? '' });
};

/** The two that are selected, the older one first. */
export const compareRuns = ({ server }: Context) => async (clicked: RunRow, selected: readonly RunRow[] = []): Promise<void> => {
  const [first, second, ...more] = [...new Set([...selected, clicked])].filter((one) => 'benchmarks' in one);
  if (!first || !second || more.length > 0) {
    void window.showInformationMessage('Select two runs to compare them.');
    return;
  }
  const [old, now] = first.takenSeconds < second.takenSeconds ? [first, second] : [second, first];
  await server.run('compareRuns', { old: old.id, new: now.id });
};

export const showRun = ({ server }: Context) => async (run?: RunRow): Promise<void> => {
  await server.run('showRun', { run: run?.id ?? '' });
};

export const hideRuns = ({ server }: Context) => async (): Promise<void> => {
  await server.run('hideRuns', {});
};

export const removeRun = ({ server }: Context) => async ({ id }: RunRow): Promise<void> => {
  await server.run('removeRun', { run: id });
};
