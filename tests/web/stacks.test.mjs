/** Our boxes beside the stacks of pprof's own flame graph: path, value and whether inlined, and those of each chosen function. */
import { deepEqual, ok } from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { root } from '../../scripts/tools.mjs';
import { dataOf, LEAKY, pages, pprofStacks } from './pages.mjs';

const CORPUS = join(root, '../shared/corpus');
const SETS = ['', 'ddtrace', 'parca', 'pgo', 'pprof-driver', 'pprof-legacy'].map((name) => join(CORPUS, name));
/** What we refuse with a sentence: profiles of Java programs and of jemalloc. */
const NOT_READ = /\/(?:java|jemalloc)\.[^/]*$/;
const PATIENCE = 120_000;
const CHOSEN = 12;

const profiles = [join(LEAKY, 'profiles'), ...SETS].filter(existsSync)
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => /\.(pprof|pb\.gz|pgo|cpu|heap|growth|contention|thread(\.\w+)?)$/.test(path) && !path.endsWith('.string') && !NOT_READ.test(path));

describe('the boxes of a page', () => {
  let made;
  let Boxes;
  before(async () => {
    made = await pages();
    const outfile = join(made.folder, 'boxes.mjs');
    await build({ entryPoints: [join(root, 'web/src/boxes.ts')], outfile, bundle: true, format: 'esm' });
    ({ Boxes } = await import(outfile));
  });
  after(() => made.remove());

  for (const profile of profiles) {
    it(`are those of pprof's stacks for ${basename(profile)}`, { timeout: PATIENCE }, async () => {
      const page = dataOf(made.write('page', '-symbolize=none', profile));
      ok(page.boxes.leftOut === 0 || page.boxes.parents.length === 40_000);
      const theirs = await pprofStacks(profile, page.types.map(({ type }) => type));
      page.types.forEach((_, column) => {
        const boxes = new Boxes(page.boxes, column);
        const name = (kind) => (kind < 0 ? 'root' : `${page.boxes.kinds[kind][1]}|${page.boxes.kinds[kind][2]}`);
        if (page.boxes.leftOut) { // what is too small to see is in its parent, so the whole is the same
          deepEqual(grown(boxes, [boxes.root()], name)['/root'], regrouped(theirs[column], 1, () => 0)['/root']);
          return;
        }
        deepEqual(grown(boxes, [boxes.root()], name), regrouped(theirs[column], 1, () => 0));
        for (const fn of [...page.functions.names.keys()].slice(0, CHOSEN)) {
          const isChosen = ({ FullName, FileName }) => cut(FullName) === page.functions.names[fn] && cut(FileName) === page.functions.files[fn];
          const at = (stack) => stack.findIndex((source) => isChosen(theirs[column].Sources[source]));
          const tops = boxes.chosen(fn);
          deepEqual(grown(boxes, tops, name), regrouped(theirs[column], 1, at));
          deepEqual(grown(boxes, boxes.upwards(tops), name), regrouped(theirs[column], -1, at));
        }
      });
    });
  }
});

/** The values of all boxes by their way from the first. */
function grown(boxes, tops, name) {
  const found = {};
  const waiting = tops.map((box) => [box, '']);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [box, way] = next;
    const here = `${way}/${name(box.kind)}`;
    const values = (found[here] ??= [0, 0]); // of two files two functions can have one name
    values[0] += box.more;
    values[1] += box.less;
    for (const inner of boxes.within(box)) waiting.push([inner, here]);
  }
  return found;
}

/** The same from pprof's stacks: each from where `start` says, towards the leaf or towards the root. */
function regrouped({ Stacks, Sources }, direction, start) {
  const found = {};
  for (const { Value, Sources: stack } of Stacks) {
    const first = start(stack);
    if (first < 0 || !Value) continue;
    let way = '';
    for (let at = first; at >= 0 && at < stack.length; at += direction) {
      const { FullName, Inlined } = Sources[stack[at]];
      way += at === 0 ? '/root' : `/${cut(FullName)}|${Number(Inlined)}`;
      const values = (found[way] ??= [0, 0]);
      values[Value < 0 ? 1 : 0] += Math.abs(Value);
    }
  }
  return found;
}

/** A name as pages have it: cut where nobody reads on, without control characters. */
function cut(name) {
  return (name.length > 240 ? `${name.slice(0, 239)}…` : name).replace(/\p{Cc}/gu, '\ufffd');
}
