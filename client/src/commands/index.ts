/** Every command of the palette and the menus by its id. A handler that fails is reported once, in one sentence. */

import { commands, Disposable } from 'vscode';
import type { Context } from '../context';
import { report } from '../errors';
import { open } from '../places';
import type { Place } from '../protocol';
import { clear, clearFilters } from './clear';
import { compare } from './compare';
import { fetch } from './fetch';
import { filter } from './filter';
import { load } from './load';
import { compareWithSource, loadFromSource, refreshFromSource, saveProfile } from './loadFromSource';
import { neverReport } from './neverReport';
import { compareBaseline, compareRuns, forgetBaseline, hideRuns, keepBaseline, removeRun, showRun } from './runs';
import { measureAtCursor, measurePackage, profileAtCursor, profilePackage, runTest } from './runTest';
import { selectSampleType } from './sampleType';
import { onlyThrough, showCallTree } from './showCallTree';
import { showFlameGraph, showInFlameGraph } from './showFlameGraph';
import { showPaths } from './showPaths';
import { showStacks } from './showStacks';
import { showTop } from './showTop';
import { setSecret } from './sources';
import { stopWatching, watch } from './watch';

/** What VS Code passes is not typed: the arguments are those of the menus, of lenses and of hints. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Handler = (...args: any[]) => unknown;

export function registerCommands(context: Context): Disposable {
  const handlers: Readonly<Record<string, Handler>> = {
    load: load(context),
    fetch: fetch(context),
    loadFromSource: loadFromSource(context),
    compareWithSource: compareWithSource(context),
    refreshFromSource: refreshFromSource(context),
    saveProfile: saveProfile(context),
    setSecret: setSecret(context),
    selectSampleType: selectSampleType(context),
    compare: compare(context),
    filter: filter(context),
    measureAtCursor: measureAtCursor(context),
    measurePackage: measurePackage(context),
    profileAtCursor: profileAtCursor(context),
    profilePackage: profilePackage(context),
    runTest: runTest(context),
    keepBaseline: keepBaseline(context),
    forgetBaseline: forgetBaseline(context),
    compareBaseline: compareBaseline(context),
    compareRuns: compareRuns(context),
    showRun: showRun(context),
    hideRuns: hideRuns(context),
    removeRun: removeRun(context),
    watch: watch(context),
    stopWatching: stopWatching(context),
    showCallTree: showCallTree(context),
    onlyThrough: onlyThrough(context),
    showTop: showTop(context),
    showFlameGraph: showFlameGraph(context),
    showInFlameGraph: showInFlameGraph(context),
    showPaths: showPaths(context),
    clear: clear(context),
    clearFilters: clearFilters(context),
    restart: () => context.server.restart(),
    showLog: () => { context.log.show(); },
    showTestOutput: () => { context.output.show(); },
    neverReport,
    showStacks: showStacks(context),
    openPlace: (place: Place) => open(place),
  };
  return Disposable.from(...Object.entries(handlers).map(([id, handler]) =>
    commands.registerCommand(`pprofLens.${id}`, async (...args: unknown[]) => {
      try {
        await handler(...args);
      } catch (error) {
        // Not awaited: the command has ended, the message may stand.
        void report(error, context.log);
      }
    })));
}
