/** What the top is a table of: functions with their figures in one sample type, and who calls whom. */

import type { Page } from './page';

export interface Call {
  readonly way: 'called by' | 'calls';
  /** The other function's number, -1 where it has none. */
  readonly fn: number;
  readonly name: string;
  readonly weight: number;
}

export interface Table {
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly flat: readonly number[];
  readonly cum: readonly number[];
  readonly unit: string;
  /** What is 100 percent. */
  readonly total: number;
  /** No call with a larger share was left out. */
  readonly leftOut: number;
  /** The calls that lead to a function and from it; undefined until whoever is asked for them tells. */
  readonly callsOf: (fn: number) => readonly Call[] | undefined;
}

/** The functions of a page in one of its sample types. */
export function tableOf(page: Page, column: number): Table {
  const { names, files } = page.functions;
  const { unit, total } = page.types[column] ?? { unit: '', total: 0 };
  const flat = page.functions.flat[column] ?? [];
  return { names, files, flat, cum: page.functions.cum[column] ?? [], unit, total, leftOut: page.calls.leftOut, callsOf: (fn) => callsOf(page, column, fn) };
}

function callsOf({ calls, functions }: Page, column: number, fn: number): Call[] {
  const found: Call[] = [];
  (calls.weights[column] ?? []).forEach((weight, at) => {
    const [caller, callee] = [calls.callers[at] ?? -1, calls.callees[at] ?? -1];
    if (weight && callee === fn) {
      found.push({ way: 'called by', fn: caller, name: functions.names[caller] ?? '', weight });
    }
    if (weight && caller === fn) {
      found.push({ way: 'calls', fn: callee, name: functions.names[callee] ?? '', weight });
    }
  });
  return found;
}
