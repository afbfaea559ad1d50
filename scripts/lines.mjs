/** Builds and profiles every construct that Go has a name for with every Go release: tests/lines/run.py. */
import { python } from './setup.mjs';
import { main, show } from './tools.mjs';

await main(import.meta.url, () => {
  if (!show(python(), ['tests/lines/run.py'])) process.exitCode = 1;
});
