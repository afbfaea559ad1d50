/**
 * Prints the notes of a release: what CHANGELOG.md has under the version of package.json. Refuses where the tag that
 * is given, package.json and the server are not of one version.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, Refusal, root } from './tools.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');

await main(import.meta.url, ([tag]) => {
  const { version } = JSON.parse(read('package.json'));
  const server = /__version__ = "(.*)"/.exec(read('server/pprof_lens/__init__.py'))?.[1];
  if (server !== version) throw new Refusal(`The server is ${server}, package.json is ${version}.`);
  if (tag && tag !== `v${version}`) throw new Refusal(`The tag is ${tag}, package.json is ${version}.`);
  const [, notes] = read('CHANGELOG.md').split(/^## /m).slice(1).map((part) => /^(\S+).*\n([^]*)$/.exec(part)).find(([, of]) => of === version)?.slice(1) ?? [];
  if (!notes?.trim()) throw new Refusal(`CHANGELOG.md says nothing of ${version}.`);
  process.stdout.write(`${notes.trim()}\n`);
});
