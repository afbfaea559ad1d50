import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { Finding } from '../../client/src/protocol';
import { leakItem, staysUntil, tooltip } from '../../client/src/views/leaks';

const GROWTH: Finding = {
  code: 'heap-growth', uri: 'file:///shop/cache.go', line: 35, function: 'example.com/shop/cache.Put', message: 'in use here grew 3.1 MB/min.',
  chart: '▁▅█', largeChart: '  █\n▁██', ends: '1MB at 12:00:00, 4MB at 12:01:00',
};

const shown = (finding: Finding): unknown[] => {
  const { label, description, accessibilityInformation, command } = leakItem(finding);
  return [label, description, accessibilityInformation?.label, command?.command];
};

const hovered = (finding: Finding): string => tooltip(finding).value;

describe('a leak in its view', () => {
  it('shows its place and its chart, and tells both ends of the series to those who hear it', () => {
    deepStrictEqual(shown(GROWTH), [
      'cache.go:36', '▁▅█ in use here grew 3.1 MB/min.',
      'heap-growth at cache.go:36: in use here grew 3.1 MB/min. 1MB at 12:00:00, 4MB at 12:01:00', 'pprofLens.openPlace',
    ]);
  });

  it('without a series and a file has its function only', () => {
    deepStrictEqual(shown({ code: 'goroutine-leak', function: 'example.com/shop/cache.Put', message: '3 goroutines leaked here.' }), [
      'cache.Put', '3 goroutines leaked here.', 'goroutine-leak at cache.Put: 3 goroutines leaked here.', undefined,
    ]);
  });

  it('shows the whole chart on hovering, in a font of fixed width', () => {
    strictEqual(hovered(GROWTH).split('```')[1], 'text\n  █\n▁██\n1MB at 12:00:00, 4MB at 12:01:00\n');
  });

  it('breaks its message between words', () => {
    strictEqual(hovered({ code: 'heap-growth', message: 'in use here' }), 'heap-growth\n\nin use here');
  });

  it('renders nothing of what a profile named', () => {
    const evil = { code: 'heap-growth', message: '[click](command:evil) <b>now</b> **bold**' };
    strictEqual(hovered(evil).includes('[click]('), false);
    strictEqual(hovered(evil).includes('<b>'), false);
  });
});

describe('the view of leaks', () => {
  const grown: Finding = { ...GROWTH, message: 'in use here grew 3.2 MB/min.', chart: '▁▃▅█' };
  const [drawnAt, readAt] = [100_000, 105_000];

  it('stays as it is for ten seconds where only charts and amounts are new, and ten more once someone reads', () => {
    strictEqual(staysUntil([GROWTH], [grown], drawnAt, 0), 110_000);
    strictEqual(staysUntil([GROWTH], [grown], drawnAt, readAt), 115_000);
  });

  it('shows a leak that came, went or moved at once, but for who reads', () => {
    for (const known of [[grown, { ...grown, line: 40 }], [{ ...grown, line: 40 }], [{ ...grown, code: 'goroutine-leak' }]]) {
      strictEqual(staysUntil([GROWTH], known, drawnAt, 0), 10_000);
      strictEqual(staysUntil([GROWTH], known, drawnAt, readAt), 115_000);
    }
  });

  it('is empty at once where there is none left', () => {
    strictEqual(staysUntil([GROWTH], [], drawnAt, readAt), 0);
  });
});
