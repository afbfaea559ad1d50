import { strictEqual } from 'node:assert/strict';
import { age, size } from '../../client/src/commands/pickProfile';
import { withoutPassword } from '../../client/src/commands/pickUrl';
import { baseName, harmless, plain, shortName, withoutIcons } from '../../client/src/text';

describe('text of a profile', () => {
  it('makes no command link in a notification', () => {
    strictEqual(plain('no file [here](command:workbench.action.quit)'), 'no file [here] (command:workbench.action.quit)');
  });

  it('neither acts nor hides anywhere', () => {
    for (const safe of [plain, withoutIcons, harmless]) {
      strictEqual(safe('a\u001b[31m\u202eb\u200b\u2066c\u2028 é世.pprof'), 'a\ufffd[31m\ufffdb\ufffd\ufffdc\ufffd é世.pprof');
    }
  });

  it('makes no icon in the status bar or a quick pick', () => {
    strictEqual(withoutIcons('main.$(flame) $(sync~spin) $5 $()'), 'main.\\$(flame) \\$(sync~spin) $5 $()');
  });
});

describe('a base name', () => {
  for (const path of ['/tmp/heap.pprof', 'C:\\tmp\\heap.pprof', 'http://localhost:6060/heap.pprof', 'heap.pprof']) {
    it(`ends ${path}`, () => { strictEqual(baseName(path), 'heap.pprof'); });
  }

  it('of a program that is watched is its host', () => {
    strictEqual(baseName('http://localhost:6060/debug/pprof/'), 'localhost:6060');
  });
});

describe('a function in the call tree', () => {
  for (const [name, short] of [
    ['example.com/leaky/internal/cache.(*Sessions).Open', 'cache.(*Sessions).Open'],
    ['example.com/a.Map[go.shape.string,example.com/b.Item]', 'a.Map[go.shape.string,example.com/b.Item]'],
    ['runtime.mallocgc', 'runtime.mallocgc'],
  ] as const) {
    it(`is called ${short}`, () => { strictEqual(shortName(name), short); });
  }
});

describe('the picker', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  for (const [then, words] of [
    ['2026-03-01T11:59:58Z', '2 seconds ago'],
    ['2026-03-01T11:00:01Z', '59 minutes ago'],
    ['2026-02-28T12:00:00Z', 'yesterday'],
    ['2026-03-01T13:00:00Z', 'now'],
  ] as const) {
    it(`calls ${then} "${words}"`, () => { strictEqual(age(new Date(then), now), words); });
  }

  for (const [bytes, words] of [[0, '0B'], [1023, '1023B'], [1024, '1.00kB'], [63_100, '61.62kB'], [2 ** 41, '2048.00GB']] as const) {
    it(`writes ${String(bytes)} bytes as ${words}`, () => { strictEqual(size(bytes), words); });
  }

  for (const [typed, remembered] of [
    ['https://me:secret@host:6060/debug/pprof', 'https://host:6060/debug/pprof'],
    ['me:secret@host:6060', 'host:6060'],
    ['https://me:se@cret@host:6060/', 'https://host:6060/'],
    ['HTTP:\\\\me:se/cret@host/', 'HTTP:\\\\host/'],
    ['host:6060/debug/pprof/heap?token=secret', 'host:6060/debug/pprof/heap'],
    ['unix:/run/app.sock', 'unix:/run/app.sock'],
  ] as const) {
    it(`remembers ${typed} without its secret`, () => { strictEqual(withoutPassword(typed), remembered); });
  }
});
