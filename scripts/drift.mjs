/** Runs bench/drift.py, with its arguments, in the project's own environment, in which Go is. */
import { delimiter, dirname } from 'node:path';
import { python } from './setup.mjs';
import { main, show } from './tools.mjs';

await main(import.meta.url, (args) => {
  const interpreter = python();
  const env = { ...process.env, PATH: `${dirname(interpreter)}${delimiter}${process.env.PATH}` };
  if (!show(interpreter, ['bench/drift.py', ...args], { env })) process.exitCode = 1;
});
