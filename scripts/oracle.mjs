/** Compares every report and line with `go tool pprof`, byte for byte: tests/oracle/run.py --all, about an hour. */
import { python } from './setup.mjs';
import { main, show } from './tools.mjs';

await main(import.meta.url, (args) => {
  if (!show(python(), ['tests/oracle/run.py', '--all', ...args])) process.exitCode = 1;
});
