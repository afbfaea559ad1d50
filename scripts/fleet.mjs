/**
 * The servers of a fleet themselves, Pyroscope and Parca: each built once, by its version, from the Go module proxy into
 * the user's cache folder. Started, it runs the tests against them, which print what they check, and then a real VS Code.
 *
 * The versions are the newest that the proxy was seen to have with all that they need.
 */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { python, venvProgram } from './setup.mjs';
import { attempt, main, piece, Refusal, say, show, windows } from './tools.mjs';

/** `replaces` are those of the server's go.mod, which hold for a main module only; its own api is what it has in ./api. */
const SERVERS = {
  pyroscope: {
    module: 'github.com/grafana/pyroscope',
    version: 'v1.12.0',
    program: 'github.com/grafana/pyroscope/cmd/pyroscope',
    replaces: [
      'github.com/grafana/pyroscope/api => github.com/grafana/pyroscope/api v1.1.0',
      'github.com/hashicorp/memberlist => github.com/grafana/memberlist v0.3.1-0.20220708130638-bd88e10a3d91',
      'gopkg.in/yaml.v3 => github.com/colega/go-yaml-yaml v0.0.0-20220720105220-255a8d16d094',
    ],
  },
  parca: { module: 'github.com/parca-dev/parca', version: 'v0.28.0', program: 'github.com/parca-dev/parca/cmd/parca', replaces: [] },
};

/** The environment in which the tests find the servers. Refuses with the module that is not to be had. */
export function fleetServers() {
  return Object.fromEntries(Object.entries(SERVERS).map(([name, server]) => [`PPROF_LENS_${name.toUpperCase()}`, built(name, server)]));
}

function built(name, { module, version, program, replaces }) {
  const go = venvProgram('go');
  if (!go) throw new Refusal(`there is no Go for ${process.platform}-${process.arch}`);
  const file = windows ? `${name}.exe` : name;
  const folder = piece(`${name}-${version}`, (making) => {
    say(`Building ${name} ${version}, once for all clones; about ten minutes`);
    const env = { ...process.env, GOPATH: join(making, 'path'), GOFLAGS: '-modcacherw', GOWORK: 'off' };
    const run = (...args) => {
      const { ok, output } = attempt(go, args, { cwd: making, env });
      if (!ok) throw new Refusal(refused(output) ?? `${name} could not be built: ${output.trim().split('\n').at(-1)}`);
      return output;
    };
    const { Dir } = JSON.parse(run('mod', 'download', '-json', `${module}@${version}`));
    writeFileSync(join(making, 'go.mod'), [`module ${name}.fleet`, 'go 1.22', `require ${module} ${version}`, ...replaces.map((one) => `replace ${one}`), ''].join('\n'));
    copyFileSync(join(Dir, 'go.sum'), join(making, 'go.sum')); // what the checksum database no longer has is in there
    // Parca's storage reaches into Go's runtime by a name that newer linkers refuse unless they are told not to.
    run('build', '-mod=mod', '-trimpath', '-ldflags=-s -w -checklinkname=0', '-o', file, program);
    rmSync(join(making, 'path'), { recursive: true, force: true });
  });
  return join(folder, file);
}

/** The module that the proxy does not hand out, by what Go says of it. */
function refused(output) {
  const [, module] = /([\w./~-]+@v[^\s:]+): .*(?:40[34]|410) /.exec(output) ?? [];
  return module && `the module proxy refuses ${module}`;
}

await main(import.meta.url, (args) => {
  const interpreter = python();
  const env = { ...process.env, ...fleetServers(), PATH: `${dirname(interpreter)}${delimiter}${process.env.PATH}` };
  const tests = show(interpreter, ['-m', 'pytest', '-v', 'tests/protocol/fleet', ...args], { env });
  // What is chosen of the tests is chosen of these.
  const editor = args.length > 0 || show(process.execPath, ['--test', '--test-reporter=spec', 'tests/workbench/fleet/pyroscope.test.mjs'], { env });
  if (!tests || !editor) process.exitCode = 1;
});
