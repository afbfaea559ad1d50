/** Names of functions as boxes and rows show them, by the rules of the server's `analysis/names.py`; a test holds both together. */

const LONGEST_ARGUMENTS = 30;
/** What the compiler adds to a type argument: that it stands for a shape, and which argument it was. */
const SHAPE = /\bgo\.shape\.|(?<=[\p{L}\p{N}_])_[0-9]+(?=[,\]]|$)/gu;
const FOLDERS = /(?:[\p{L}\p{N}_.~-]+\/)+/gu;
const BRACKET = /"(?:[^"\\]|\\.)*"|[[\]]/g;

/** A function without the folders of its package: `cache.(*Cache).Put`, `cache.Map[string, int].Get`. */
export function short(name: string): string {
  const shown = withShortArguments(name);
  const end = shown.search(/[[(]/); // a slash inside of type arguments or a receiver belongs to those
  return shown.slice(shown.lastIndexOf('/', end < 0 ? shown.length : end) + 1);
}

/** The name with its lists of type arguments as someone would write them; [...] for those that nobody reads. */
export function withShortArguments(name: string): string {
  let kept = '';
  let at = 0;
  for (const [start, end] of argumentSpans(name)) {
    const words = name.slice(start + 1, end - 1).replace(SHAPE, '').replace(FOLDERS, '');
    const shown = words.includes('{') ? '' : words.split(',').map((word) => word.trim()).join(', ');
    kept += `${name.slice(at, start)}[${shown && shown.length <= LONGEST_ARGUMENTS ? shown : '...'}]`;
    at = end;
  }
  return kept + name.slice(at);
}

/** Where the lists of type arguments stand, each from its bracket to past the closing one. */
function argumentSpans(name: string): [number, number][] {
  const spans: [number, number][] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of name.matchAll(BRACKET)) {
    if (token === '[') {
      depth += 1;
      start = depth === 1 ? index : start;
    } else if (token === ']' && depth) {
      depth -= 1;
      if (!depth) {
        spans.push([start, index + 1]);
      }
    }
  }
  return spans;
}
