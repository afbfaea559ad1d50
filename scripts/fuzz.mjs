/**
 * Fuzzes: tests/fuzz/guided.py, one kind after the other, where atheris can be installed; else, and always for the
 * native part under sanitizers, tests/fuzz/run.py. [--minutes N] is for each, 10 if nothing is said.
 */
import { join } from 'node:path';
import { python } from './setup.mjs';
import { attempt, main, root, say, show } from './tools.mjs';

const ATHERIS = 'atheris==3.0.0';
const KINDS = ['profile', 'repository', 'answer', 'message'];

await main(import.meta.url, (args) => {
  const program = python();
  const minutes = args[args.indexOf('--minutes') + 1] ?? '10';
  const guided = attempt(program, ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', '--no-deps', ATHERIS]).ok;
  if (!guided) say(`${ATHERIS} is not there for this Python: without it nothing guides the fuzzer`);
  const runs = guided ? KINDS.map((kind) => ['tests/fuzz/guided.py', kind, '--minutes', minutes, join(root, 'build', 'fuzz', kind, 'corpus')]) : [];
  runs.push(['tests/fuzz/run.py', '--minutes', minutes, '--sanitize']);
  for (const run of runs) if (!show(program, run)) process.exitCode = 1;
});
