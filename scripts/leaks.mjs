/**
 * Runs the labs of tests/leaks in the project's own environment, in which Go is: the small programs with many seeds,
 * others drawn by chance, then in real time the sound and the leaking ones; with a checkout of GoBench as argument its
 * kernels as well.
 */
import { delimiter, dirname } from 'node:path';
import { python } from './setup.mjs';
import { main, show } from './tools.mjs';

await main(import.meta.url, (args) => {
  const interpreter = python();
  const env = { ...process.env, PATH: `${dirname(interpreter)}${delimiter}${process.env.PATH}` };
  const labs = [['run.py'], ['simulated.py'], ['live.py'], ...args.map((gobench) => ['goker.py', gobench])];
  const failed = labs.filter(([lab, ...rest]) => !show(interpreter, [`tests/leaks/${lab}`, ...rest], { env }));
  if (failed.length > 0) process.exitCode = 1;
});
