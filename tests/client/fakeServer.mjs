/**
 * A language server for the client's tests: answers the commands with fixed figures, tells what it was asked,
 * and does on request what a real one does on its own: notify, crash, fail.
 */
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter, ResponseError } from 'vscode-languageserver-protocol/node';

const connection = createProtocolConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout));
const asked = [];
let options;
let generation = 0;
let loaded;

const PROFILE = {
  kind: 'heap', sample_types: [{ type: 'inuse_space', unit: 'bytes' }, { type: 'alloc_space', unit: 'bytes' }],
  sample_type: { type: 'inuse_space', unit: 'bytes' }, total: 1, time_nanos: 0, duration_nanos: 0, samples: 1,
};
const node = (name, hasChildren) => ({ id: `${generation}/${name}`, function: name, flat: 1, cum: 1, label: '1B', percent: '100%', hasChildren, calls: [] });

const COMMANDS = {
  load: ({ source, base }) => {
    if (String(source).includes('broken')) throw new ResponseError(-32803, 'This is not a profile. [Click](command:workbench.action.quit)');
    generation += 1;
    const paths = [source].flat();
    loaded = { profile: PROFILE, source: paths.join(', '), paths, base: [base ?? []].flat(), captured: paths[0].startsWith('http:'), watching: null, findings: [], filter: null, total: '1B' };
    connection.sendNotification('pprofLens/status', loaded);
    return { profile: PROFILE, files: { total: 1, resolved: 1 } };
  },
  clear: () => {
    connection.sendNotification('pprofLens/status', { profile: null, source: null, watching: null, findings: [], filter: null });
    return {};
  },
  selectSampleType: () => ({}),
  lines: () => ({ sampleType: 'inuse_space', lines: [] }),
  callTree: ({ parent }) => ({ nodes: parent ? [] : [node('main.main', true)] }),
  top: () => ({ rows: [] }),
  runs: () => ({ runs: [] }),
  paths: () => ({ files: [], suggestions: [] }),
  focus: (filter) => {
    connection.sendNotification('pprofLens/status', { ...loaded, filter });
    return {};
  },
  'test.asked': () => ({ pid: process.pid, options, asked: asked.splice(0) }),
  'test.crash': () => process.exit(1),
};

connection.onRequest('initialize', ({ initializationOptions }) => {
  options = initializationOptions;
  return { capabilities: { textDocumentSync: 1, executeCommandProvider: { commands: Object.keys(COMMANDS).map((name) => `pprofLens.server.${name}`) } } };
});
connection.onRequest('workspace/executeCommand', ({ command, arguments: given }) => {
  const name = command.replace('pprofLens.server.', '');
  if (!name.startsWith('test.')) asked.push([name, given[0]]);
  return COMMANDS[name](given[0]);
});
connection.onRequest('shutdown', () => null);
connection.onNotification('exit', () => process.exit(0));
connection.listen();
