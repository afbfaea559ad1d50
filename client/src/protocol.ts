/**
 * The server's commands and notifications with their shapes. Written by `scripts/contract.py` from
 * `server/pprof_lens/contract.py`; a change here is lost. Lines count from 0, as in LSP, unless the name says
 * `profileLine`.
 */

export type Direction = 'callers' | 'callees';
export type Order = 'flat' | 'cum';
export type LineState = 'exact' | 'moved' | 'edited';
export type BenchKind = 'measure' | 'cpu' | 'memory';

/** What one column of values means: `inuseSpace` in `bytes`. */
export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

/** What the contracts call P: the profile in a few plain values, names made plain. Times are nanoseconds. */
export interface Summary {
  readonly kind: string;
  readonly sample_types: readonly ValueType[];
  readonly sample_type: ValueType;
  readonly total: number;
  readonly time_nanos: number;
  readonly duration_nanos: number;
  readonly samples: number;
}

/** Nothing is asked for, or nothing is answered. */
export type Empty = Record<string, never>;

/** How many source files the profile names, and how many of them are on this machine. */
export interface FileCounts {
  readonly total: number;
  readonly resolved: number;
}

/**
 * Several sources, paths or URLs, are merged. `seconds` is how long a program collects what is fetched.
 *
 * What is fetched is fetched anew each `refreshSeconds`, if that is not 0, until something else is shown.
 */
export interface Load {
  readonly source?: string | readonly string[];
  readonly sampleType?: string;
  readonly base?: string | readonly string[];
  readonly seconds?: number;
  readonly refreshSeconds?: number;
}

/** What is shown now. `note` says where something else was selected than what might be expected. */
export interface Loaded {
  readonly profile: Summary;
  readonly files: FileCounts;
  readonly note: string;
}

/** The file that what is shown is written into. */
export interface Save {
  readonly path: string;
}

/** The name of a sample type of the profile. */
export interface SelectSampleType {
  readonly type: string;
}

/** Which samples count: regular expressions, and the id of a call tree node. An empty object clears all of them. */
export interface Focus {
  readonly focus?: string;
  readonly ignore?: string;
  readonly tagFocus?: string;
  readonly tagIgnore?: string;
  readonly through?: string;
}

/** The file whose lines are asked for. */
export interface Lines {
  readonly uri: string;
}

/** A line of the buffer as it is now. `heat` is from 0 (not hot) to 4. */
export interface LineFigures {
  readonly line: number;
  readonly profileLine: number;
  readonly flat: number;
  readonly cum: number;
  readonly state: LineState;
  readonly heat: number;
}

/** The lines of a file that have a figure. */
export interface FileLines {
  readonly sampleType: string;
  readonly lines: readonly LineFigures[];
}

/** A function, a declaration (a function with its closures, as a lens counts them), or a line of a file. */
export interface Root {
  readonly function?: string;
  readonly declaration?: string;
  readonly uri?: string;
  readonly line?: number;
}

/** What lenses and hints carry: a root, and what to call it. */
export interface ShowCallTree extends Root {
  readonly title?: string;
}

/** What calls the root, or what it calls; or what is below `parent`, a node of an earlier answer by its id. */
export interface CallTree {
  readonly root?: Root;
  readonly direction?: Direction;
  readonly parent?: string;
}

/** A place in a source file; absent where the file of the profile was not found. */
export interface Place {
  readonly uri?: string;
  readonly line?: number;
}

/** A function with its figures. `label` is the value that the row is about, as pprof prints it. */
export interface FunctionRow extends Place {
  readonly function: string;
  readonly flat: number;
  readonly cum: number;
  readonly label: string;
  readonly percent: string;
}

/** A line that makes a call, with its cum. */
export interface CallRow extends Place {
  readonly cum: number;
  readonly label: string;
  readonly percent: string;
}

/** A function below another one in a call tree. `calls` are the lines on which a caller calls, heaviest first. */
export interface CallTreeNode extends FunctionRow {
  readonly id: string;
  readonly hasChildren: boolean;
  readonly calls: readonly CallRow[];
}

/** The heaviest first. */
export interface CallTreeNodes {
  readonly nodes: readonly CallTreeNode[];
}

/** How many functions are asked for, and in which order. */
export interface Top {
  readonly by?: Order;
  readonly limit?: number;
}

/** The heaviest functions first. */
export interface TopRows {
  readonly rows: readonly FunctionRow[];
}

/** All functions that have a figure, for the web application: JSON, compressed by gzip, in base 64. */
export interface TopTable {
  readonly packed: string;
}

/**
 * A source file of the profile, where it is, how it was found, or why not.
 *
 * `library` is whose code it is where that is not the workspace's: `the standard library`, or a package.
 */
export interface PathFile {
  readonly profilePath: string;
  readonly how: string;
  readonly library: string;
  readonly uri?: string;
  readonly reason?: string;
}

/** An entry of `pprofLens.pathMappings` that would find `files` more files. */
export interface MappingSuggestion {
  readonly prefix: string;
  readonly local: string;
  readonly files: number;
}

/** All source files of the profile. */
export interface Paths {
  readonly files: readonly PathFile[];
  readonly suggestions: readonly MappingSuggestion[];
}

/**
 * A profile of the workspace, by its path.
 *
 * `total` is as pprof prints it; it, the kind and the sample type are empty where the file is too large to be read
 * for a list. `takenSeconds` is since 1970: when it was taken, or written where it does not tell.
 */
export interface ProfileFile {
  readonly path: string;
  readonly name: string;
  readonly kind: string;
  readonly sampleType: string;
  readonly total: string;
  readonly takenSeconds: number;
  readonly bytes: number;
}

/** Those first that were taken last. */
export interface ProfileFiles {
  readonly profiles: readonly ProfileFile[];
}

/** The files that a page is of, merged, less those of `base`, and the patterns of pprof's flags. */
export interface PageOf {
  readonly source?: string | readonly string[];
  readonly base?: string | readonly string[];
  readonly focus?: string;
  readonly ignore?: string;
}

/** A whole profile for the web application: its JSON, compressed by gzip, in base 64. */
export interface Page {
  readonly packed: string;
}

/** The address of the page's file, which goes with the server. */
export interface ShownPage {
  readonly uri: string;
}

/** A line of a file, as a page has them: the file by its name in the profile, the line from 1. */
export interface PagePlace extends PageOf {
  readonly file: string;
  readonly profileLine?: number;
}

/** A file of the package whose allocations are to be explained. */
export interface ExplainAllocations {
  readonly uri: string;
}

/** A finding whose stacks are to be shown, by its code and its function. */
export interface ShowStacks {
  readonly code: string;
  readonly function: string;
}

/**
 * Measure a benchmark, or have a test write a profile of a kind, which is loaded then.
 *
 * Which one: `function` of the file (`BenchmarkX/part` for a part of one), else that of `line`, else all that the
 * file's package has. The editor's settings for Go are asked of it; what of them would run a program or write a file
 * is not taken.
 */
export interface Bench {
  readonly uri: string;
  readonly kind?: BenchKind;
  readonly function?: string;
  readonly line?: number;
}

/** What was run: the benchmarks that were measured, each in one line, or the file of the profile. */
export interface Benched {
  readonly benchmarks?: readonly string[];
  readonly profile?: string;
}

/** A benchmark that was measured, whose figures are to stand on the lines. */
export interface ShowBenchmark {
  readonly package: string;
  readonly name: string;
}

/** A run by its id; the newest where none is given. */
export interface ChosenRun {
  readonly run?: string;
}

/** Two runs by their ids: the baseline and the newest where none is given. */
export interface CompareRuns {
  readonly old?: string;
  readonly new?: string;
}

/** What is proved of each benchmark that both runs have, each in one line. */
export interface Compared {
  readonly verdicts: readonly string[];
}

/** A benchmark of a run with its figures; `verdict`, with what is proved of each, where it is beside another run. */
export interface RunBenchmark {
  readonly package: string;
  readonly name: string;
  readonly figures: string;
  readonly verdict?: string;
}

/**
 * A run: when it was taken, in seconds since 1970, and the commit of its files, empty where that is not known.
 *
 * `isDirty` where one of them was another than in the commit.
 */
export interface RunRow {
  readonly id: string;
  readonly takenSeconds: number;
  readonly commit: string;
  readonly isDirty: boolean;
  readonly isBaseline: boolean;
  readonly isShown: boolean;
  readonly benchmarks: readonly RunBenchmark[];
}

/** The runs of the workspace, the newest first. */
export interface RunRows {
  readonly runs: readonly RunRow[];
}

/** What a test or Go itself printed. */
export interface Output {
  readonly text: string;
}

/** A line of a file. */
export interface FunctionAt {
  readonly uri: string;
  readonly line: number;
}

/** A function by its name in the profile. */
export interface FunctionName {
  readonly function: string;
}

/** A function by its name, or its heaviest call of another one. */
export interface CallOf {
  readonly function: string;
  readonly of?: string;
}

/** The program to watch, and the seconds between two captures; without them those of the setting. */
export interface Watch {
  readonly url: string;
  readonly intervalSeconds?: number;
}

/** The program that is asked. */
export interface Endpoints {
  readonly url: string;
}

/** A profile that a program offers. `needsSeconds` where it is collected over a time that is to be given. */
export interface EndpointKind {
  readonly kind: string;
  readonly description: string;
  readonly url: string;
  readonly needsSeconds: boolean;
}

/** What a program offers. */
export interface EndpointKinds {
  readonly kinds: readonly EndpointKind[];
}

/** A server of the setting `pprofLens.sources`; `secrets` are the names of those that its headers refer to. */
export interface FleetServer {
  readonly name: string;
  readonly kind: string;
  readonly url: string;
  readonly secrets: readonly string[];
}

/** Those of the settings, in their order. */
export interface FleetServers {
  readonly servers: readonly FleetServer[];
}

/** A server of a fleet as `fleet://NAME`, with the time range, or by its address. */
export interface FleetSource {
  readonly source: string;
}

/** What a query may begin with: a profile with all of its sample types, or one of them. */
export interface FleetType {
  readonly query: string;
  readonly label: string;
  readonly told: string;
}

/** What a server has in the time range, and one sentence where it has more. */
export interface FleetTypes {
  readonly types: readonly FleetType[];
  readonly more: string;
}

/** The selector of a query as it is being typed, behind a profile type. */
export interface FleetSelector extends FleetSource {
  readonly type: string;
  readonly text?: string;
}

/**
 * What may come next: the text then, the word that is new in it, and what it is.
 *
 * `isSelector` where that is what was typed, and is whole.
 */
export interface FleetOffer {
  readonly text: string;
  readonly label: string;
  readonly told: string;
  readonly isSelector: boolean;
}

/** The likeliest first, and one sentence where there are more. */
export interface FleetOffers {
  readonly offers: readonly FleetOffer[];
  readonly more: string;
}

/** A commit that is checked out, by its short name; `seconds` since 1970 is when it was made. */
export interface CommitRow {
  readonly name: string;
  readonly subject: string;
  readonly seconds: number;
}

/** The newest first. */
export interface Commits {
  readonly commits: readonly CommitRow[];
}

/**
 * Something that is worth a diagnostic.
 *
 * `grade` of a leak is `proved` by the runtime, or `growing` as it was measured over time.
 * Its series is there in block characters: in one line, over several lines, and its first and last value in words.
 */
export interface Finding extends Place {
  readonly code: string;
  readonly message: string;
  readonly grade?: string;
  readonly function?: string;
  readonly amounts?: readonly number[];
  readonly chart?: string;
  readonly largeChart?: string;
  readonly ends?: string;
}

/** What a last look at the program found before the watch ended, the runtime's proof included. */
export interface Unwatched {
  readonly findings: readonly Finding[];
}

/** The filter that all figures obey; empty texts for what it does not have. */
export interface ShownFilter {
  readonly focus: string;
  readonly ignore: string;
  readonly tagFocus: string;
  readonly tagIgnore: string;
  readonly through: string;
}

/**
 * What the server has to say of itself.
 *
 * `source` is what was loaded, as the user named it; `paths` and `base` are the files that hold it and what is
 * subtracted from it. `captured` where it was fetched into a folder that goes with the server. `total` is that of
 * the sample type, as pprof prints it; of a difference the change. `watching` is the address of a watched program,
 * `trend` a small chart of it, `failure` why its last capture failed, empty while all is well, and `lookedAt` says in
 * sentences what was looked at so far and what is gone since an earlier watch; once the watch was stopped, what it had
 * found. `standing` says of a profile of a fleet where it was taken and how its commit stands to what is checked out,
 * `fetchCommand` what would bring that commit where it is not here.
 */
export interface Status {
  readonly profile: Summary | null;
  readonly source: string | null;
  readonly watching: string | null;
  readonly findings: readonly Finding[];
  readonly filter: ShownFilter | null;
  readonly paths?: readonly string[];
  readonly base?: readonly string[];
  readonly captured?: boolean;
  readonly total?: string;
  readonly comparing?: boolean;
  readonly trend?: string;
  readonly failure?: string;
  readonly lookedAt?: readonly string[];
  readonly standing?: string;
  readonly fetchCommand?: string;
}

/** Argument and answer of each command. */
export interface ServerCommands {
  load: { readonly argument: Load; readonly answer: Loaded };
  save: { readonly argument: Save; readonly answer: Empty };
  clear: { readonly argument: Empty; readonly answer: Empty };
  selectSampleType: { readonly argument: SelectSampleType; readonly answer: Loaded };
  focus: { readonly argument: Focus; readonly answer: Loaded };
  lines: { readonly argument: Lines; readonly answer: FileLines };
  callTree: { readonly argument: CallTree; readonly answer: CallTreeNodes };
  showCallTree: { readonly argument: ShowCallTree; readonly answer: Empty };
  top: { readonly argument: Top; readonly answer: TopRows };
  topTable: { readonly argument: Empty; readonly answer: TopTable };
  functionPlace: { readonly argument: CallOf; readonly answer: Place };
  paths: { readonly argument: Empty; readonly answer: Paths };
  profiles: { readonly argument: Empty; readonly answer: ProfileFiles };
  page: { readonly argument: PageOf; readonly answer: Page };
  showPage: { readonly argument: PageOf; readonly answer: ShownPage };
  pagePlace: { readonly argument: PagePlace; readonly answer: Place };
  functionAt: { readonly argument: FunctionAt; readonly answer: FunctionName };
  explainAllocations: { readonly argument: ExplainAllocations; readonly answer: Empty };
  showStacks: { readonly argument: ShowStacks; readonly answer: Empty };
  bench: { readonly argument: Bench; readonly answer: Benched };
  showBenchmark: { readonly argument: ShowBenchmark; readonly answer: Empty };
  showComparison: { readonly argument: ShowBenchmark; readonly answer: Empty };
  runs: { readonly argument: Empty; readonly answer: RunRows };
  showRun: { readonly argument: ChosenRun; readonly answer: Empty };
  hideRuns: { readonly argument: Empty; readonly answer: Empty };
  removeRun: { readonly argument: ChosenRun; readonly answer: Empty };
  keepBaseline: { readonly argument: ChosenRun; readonly answer: Empty };
  forgetBaseline: { readonly argument: Empty; readonly answer: Empty };
  compareRuns: { readonly argument: CompareRuns; readonly answer: Compared };
  watch: { readonly argument: Watch; readonly answer: Empty };
  unwatch: { readonly argument: Empty; readonly answer: Unwatched };
  endpoints: { readonly argument: Endpoints; readonly answer: EndpointKinds };
  fleet: { readonly argument: Empty; readonly answer: FleetServers };
  fleetTypes: { readonly argument: FleetSource; readonly answer: FleetTypes };
  fleetOffers: { readonly argument: FleetSelector; readonly answer: FleetOffers };
  commits: { readonly argument: Empty; readonly answer: Commits };
  status: { readonly argument: Empty; readonly answer: Status };
}

export type ServerCommand = keyof ServerCommands;

export const serverCommandId = (name: ServerCommand): string => `pprofLens.server.${name}`;

/** Sent by the server with a Status after every change of what is shown. */
export const STATUS_NOTIFICATION = 'pprofLens/status';

/** Asked by the server with a name; the answer has its value, null where none is kept. */
export const SECRET_REQUEST = 'pprofLens/secret';

/** Sent by the server with an Output while tests run. */
export const OUTPUT_NOTIFICATION = 'pprofLens/output';

/** Sent by the server with RunRows after every change of them. */
export const RUNS_NOTIFICATION = 'pprofLens/runs';
