import { deepStrictEqual } from 'node:assert/strict';
import { Coalesced } from '../../client/src/restart';

describe('restarts', () => {
  it('never overlap, and join while one waits', async () => {
    const log: string[] = [];
    const ends: (() => void)[] = [];
    const restarts = new Coalesced(async () => {
      log.push('begin');
      await new Promise<void>((resolve) => ends.push(resolve));
      log.push('end');
    });
    const first = restarts.run();
    await Promise.resolve();
    const second = restarts.run();
    const third = restarts.run();
    ends[0]?.();
    await first;
    await Promise.resolve();
    ends[1]?.();
    await Promise.all([second, third]);
    deepStrictEqual(log, ['begin', 'end', 'begin', 'end']);
  });
});
