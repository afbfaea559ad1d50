/**
 * Runs the labs of tests/leaks in the project's own environment, in which Go is: the small programs with many seeds,
 * others drawn by chance, then in real time the sound and the leaking ones, then what a watch costs its program; with a
 * checkout of GoBench as argument its kernels as well.
 */
import { delimiter, dirname } from 'node:path';
import { python } from './setup.mjs';
import { main, show } from './tools.mjs';

await main(import.meta.url, (args) => {
  const interpreter = python();
  const env = { ...process.env, PATH: `${dirname(interpreter)}${delimiter}${process.env.PATH}`, PYTHONPATH: 'tests' };
  const labs = [
    ['tests/leaks/run.py'],
    ['tests/leaks/simulated.py'],
    ['tests/leaks/live.py'],
    ['bench/run.py', 'polling'],
    ...args.map((gobench) => ['tests/leaks/goker.py', gobench]),
  ];
  const failed = labs.filter(([lab, ...rest]) => !show(interpreter, [lab, ...rest], { env }));
  if (failed.length > 0) process.exitCode = 1;
});
