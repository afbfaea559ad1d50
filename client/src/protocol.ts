/**
 * The server's commands and notifications with their shapes; mirrors `server/pprof_lens/lsp/commands.py`.
 * Holds names and types only. Lines here count from 0, as in LSP, unless the name says `profileLine`.
 */

export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

export interface Profile {
  readonly kind: string;
  readonly sample_types: readonly ValueType[];
  readonly sample_type: ValueType;
  readonly total: number;
  readonly time_nanos: number;
  readonly duration_nanos: number;
  readonly samples: number;
}

/** A place in a source file; absent where the file of the profile was not found. */
export interface Place {
  readonly uri?: string | null;
  readonly line?: number | null;
}

export interface Figures {
  readonly flat: number;
  readonly cum: number;
  /** The value that the row is about, as pprof prints it. */
  readonly label: string;
  readonly percent: string | number;
}

export interface Load {
  /** A path or URL, or several paths that are merged. */
  readonly source: string | readonly string[];
  readonly sampleType?: string;
  readonly base?: string | readonly string[];
  readonly seconds?: number;
}

export interface Loaded {
  readonly profile: Profile;
  readonly files: { readonly total: number; readonly resolved: number };
}

export interface LineFigures {
  readonly line: number;
  readonly profileLine: number;
  readonly flat: number;
  readonly cum: number;
  readonly state: 'exact' | 'moved' | 'edited';
  /** How hot the line is, from 0 (not) to 4. */
  readonly heat?: number;
}

/** A declaration is a function with its closures, as a lens counts them. */
export type Root = { readonly function: string } | { readonly declaration: string } | { readonly uri: string; readonly line: number };
export type Direction = 'callers' | 'callees';

export interface CallTreeNode extends Place, Figures {
  readonly id: string;
  readonly function: string;
  readonly hasChildren: boolean;
}

export interface TopRow extends Place, Figures {
  readonly function: string;
}

export interface PathFile {
  readonly profilePath: string;
  readonly uri?: string | null;
  readonly how: string;
  readonly reason?: string | null;
}

/** An entry of `pprofLens.pathMappings` that would resolve `files` more files. */
export interface MappingSuggestion {
  readonly prefix: string;
  readonly local: string;
  readonly files: number;
}

export interface Finding {
  readonly code: string;
  readonly uri?: string | null;
  readonly line?: number | null;
  readonly message: string;
  readonly function?: string;
  /** Its series in block characters: in one line, over several lines, and its first and last value in words. */
  readonly chart?: string;
  readonly largeChart?: string;
  readonly ends?: string;
}

export interface Status {
  readonly profile: Profile | null;
  /** What was loaded, as the user named it. */
  readonly source: string | null;
  /** The files that hold it, and those of the base that is subtracted from it. */
  readonly paths?: readonly string[];
  readonly base?: readonly string[];
  /** What is shown was fetched into a folder that goes with the server. */
  readonly captured?: boolean;
  readonly watching: unknown;
  readonly findings: readonly Finding[];
  /** The total of the sample type, as pprof prints it; of a difference the change. */
  readonly total?: string;
  /** The filter that all figures obey; its parts are text for the user. */
  readonly filter?: Readonly<Record<string, unknown>> | null;
  /** A small chart in block characters while watching. */
  readonly trend?: string;
  /** Why the newest capture of a watch failed, as one sentence; empty while all is well. */
  readonly failure?: string;
}

export interface EndpointKind {
  readonly kind: string;
  readonly description: string;
  readonly url: string;
  readonly needsSeconds: boolean;
}

/** Which samples count; regular expressions, and the id of a call tree node. An empty object clears every filter. */
export interface Focus {
  readonly focus?: string;
  readonly ignore?: string;
  readonly tagFocus?: string;
  readonly tagIgnore?: string;
  readonly through?: string;
}

/** Argument and answer of each `pprofLens.server.*` command. */
export interface ServerCommands {
  load: { argument: Load; answer: Loaded };
  clear: { argument: object; answer: object };
  selectSampleType: { argument: { readonly type: string }; answer: Loaded };
  lines: { argument: { readonly uri: string }; answer: { readonly sampleType: string; readonly lines: readonly LineFigures[] } };
  callTree: {
    argument: { readonly root: Root; readonly direction: Direction; readonly parent?: string };
    answer: { readonly nodes: readonly CallTreeNode[] };
  };
  top: { argument: { readonly by: 'flat' | 'cum'; readonly limit: number }; answer: { readonly rows: readonly TopRow[] } };
  paths: { argument: object; answer: { readonly files: readonly PathFile[]; readonly suggestions?: readonly MappingSuggestion[] } };
  watch: { argument: { readonly url: string; readonly intervalSeconds: number }; answer: object };
  unwatch: { argument: object; answer: object };
  status: { argument: object; answer: Status };
  endpoints: { argument: { readonly url: string }; answer: { readonly kinds: readonly EndpointKind[] } };
  /** `through` is the id of a call tree node; an empty object clears every filter. */
  focus: { argument: Focus; answer: Loaded };
}

export type ServerCommand = keyof ServerCommands;

export const serverCommandId = (name: ServerCommand): string => `pprofLens.server.${name}`;

/** Sent by the server with a Status after every change of what is loaded, selected, filtered or watched. */
export const STATUS_NOTIFICATION = 'pprofLens/status';

/** Argument of the client command `pprofLens.showCallTree`, which lenses and hints carry. */
export interface ShowCallTree {
  readonly function?: string;
  readonly declaration?: string;
  readonly title?: string;
  readonly uri?: string;
  readonly line?: number;
}
