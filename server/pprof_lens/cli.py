"""The command line: arguments, logging, start; text and JSON output. It decides nothing about profiles.

Errors are one line on standard error that begins `pprof-lens: `, with exit status 1; wrong usage exits with 2.
"""

import argparse
import atexit
import gc
import json
import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pprof_lens import __version__
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import harmless, plain, sentence

if TYPE_CHECKING:
    from pprof_lens.analysis.holders import Holders
    from pprof_lens.analysis.series import Evidence
    from pprof_lens.formats import Problem
    from pprof_lens.leaks import Leak
    from pprof_lens.live.access import Access
    from pprof_lens.live.watch import Round
    from pprof_lens.profile.model import Profile
    from pprof_lens.report.options import Kind
    from pprof_lens.session.snapshot import Snapshot
    from pprof_lens.workspace.surroundings import Surroundings

REPORTS: "tuple[Kind, ...]" = ("list", "top", "peek", "traces", "dot")
_PROFILE_LIMIT = 1 << 32
_FOUND = 3
_LEAST_APART = 10**9
"""Nanoseconds between two captures; files that were copied or checked out are closer together."""

_FORMATS = ("text", "json", "sarif", "github", "markdown")
_SOURCE_LIMIT = 1 << 26


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        sys.exit(_printed(words))
    except ProfileError as error:
        _say(str(error))
        sys.exit(1)
    except MemoryError:
        _say("There is not enough memory for what was asked for; a filter, or fewer profiles at once, takes less.")
        sys.exit(1)
    except BrokenPipeError:
        _print_no_more()  # whoever read us has seen enough
        sys.exit(1)
    except OSError as error:  # a disk that is full, or a system that lets us do nothing
        _say(f"{error.filename or 'What was asked for'} cannot be written: {error.strerror or error}.")
        _print_no_more()
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _printed(words: list[str]) -> int:
    """Do what the words say, and have all of it printed; the exit status. Raises OSError where it cannot be."""
    if sys.stdout is None or (sys.stdin is None and words[:1] == ["lsp"]):
        raise ProfileError("Standard output is closed, or input that a server needs; give /dev/null instead.")
    # What the terminal has no character for is written as its number.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        return _run(words)
    finally:
        if not sys.stdout.closed:  # a server closes it
            sys.stdout.flush()


def _print_no_more() -> None:
    """Python must not flush into what takes nothing, at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(words: list[str]) -> int:
    for kind in REPORTS:
        if words[:1] == [kind]:
            # pprof's flags have one dash or two and stand anywhere: argparse cannot read them.
            return _report(kind, words[1:])
    if words[:1] in (["html"], ["web"]):
        return _page(words[1:], in_browser=words[0] == "web")
    options = _parser().parse_args(words)
    command: Callable[[argparse.Namespace], int] = options.run
    return command(options)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one harmless line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"pprof-lens: {_one_line(message)}; see {self.prog} --help.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="pprof-lens",
        description="What Go profiles say, on the line that it is said about.",
        epilog="list, top, peek, traces and dot take the flags of `go tool pprof`: pprof-lens top --help names them.",
    )
    parser.add_argument("--version", action="version", version=f"pprof-lens {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    lsp = commands.add_parser("lsp", help="run the language server")
    transport = lsp.add_mutually_exclusive_group()
    transport.add_argument("--stdio", action="store_true", help="talk over standard input and output (default)")
    transport.add_argument("--tcp", metavar="HOST:PORT", type=_address, help="listen on an address")
    lsp.set_defaults(run=_lsp)
    lines = commands.add_parser("lines", help="print flat and cum of every line")
    lines.add_argument("profile", metavar="PROFILE")
    lines.add_argument("--root", default=".", metavar="DIR", help="the workspace that holds the sources")
    lines.add_argument("--sample-type", default="", metavar="T")
    lines.add_argument("--json", action="store_true")
    _add_access(lines)
    lines.set_defaults(run=_lines)
    leaks = commands.add_parser("leaks", help="print what leaks; exit status 3 where something does")
    leaks.add_argument("profiles", nargs="*", metavar="PROFILE", help="captures of one run of a program")
    leaks.add_argument("--url", default="", help="watch a running program instead")
    leaks.add_argument("--seconds", type=_seconds, default=60, metavar="N", help="for so long (60)")
    leaks.add_argument("--interval", type=_seconds, default=5, metavar="S", help="asked every S seconds (5)")
    _add_access(leaks)
    leaks.add_argument("--root", default=".", metavar="DIR", help="the workspace that holds the sources")
    leaks.add_argument("--format", choices=_FORMATS, default="text", help="how findings are told (text)")
    leaks.add_argument("--json", action="store_const", const="json", dest="format", help="--format json")
    leaks.set_defaults(run=_leaks, parser=leaks)
    bench = commands.add_parser(
        "bench", help="run benchmarks, figures per operation on the lines; exit status 3 over budget or where worse"
    )
    bench.add_argument("packages", nargs="*", default=["."], metavar="PACKAGES", help="as `go test` takes them (.)")
    bench.add_argument("-bench", "--bench", default=".", metavar="REGEX", help="the benchmarks to run (all)")
    bench.add_argument("-count", "--count", type=_runs, default=10, metavar="N", help="each N times (10)")
    bench.add_argument("-benchtime", "--benchtime", default="1s", metavar="T", help="each for so long, or 100x (1s)")
    bench.add_argument("-against", "--against", default="", metavar="FILE", help="results that it is compared with")
    bench.add_argument("-format", "--format", choices=_FORMATS, default="text", help="text is Go's own format")
    bench.add_argument("-json", "--json", action="store_const", const="json", dest="format", help="--format json")
    bench.add_argument("-o", default="", metavar="FILE", help="write there instead of to standard output")
    bench.set_defaults(run=_bench)
    fetch = commands.add_parser("fetch", help="write a profile of a running program or of a fleet into a file")
    fetch.add_argument(
        "source", metavar="SOURCE", help="host:port or URL; pyroscope://host:4040, parca://host:7070, or a name"
    )
    fetch.add_argument(
        "--query", default="", metavar="Q", help='of a fleet: TYPE{LABEL="VALUE"}; without it, the types'
    )
    fetch.add_argument("--from", dest="since", default="", metavar="T", help="now-1h (default), or a time")
    fetch.add_argument("--to", dest="until", default="", metavar="T", help="now (default), or a time")
    fetch.add_argument("--at", default="", metavar="T", help="a moment, in place of a range")
    fetch.add_argument("--seconds", type=_seconds, metavar="N", help="of a program: collect for so long")
    fetch.add_argument("-o", default="", metavar="FILE", help="where the profile is written")
    _add_access(fetch)
    fetch.set_defaults(run=_fetch, parser=fetch)
    for kind, given in zip(REPORTS, ("REGEX PROFILE", "PROFILE", "REGEX PROFILE", "PROFILE", "PROFILE"), strict=True):
        commands.add_parser(kind, add_help=False, help=f"{given}: what `go tool pprof -{kind}` prints")
    commands.add_parser("html", add_help=False, help="PROFILE [-o FILE]: one page with flame graph, call graph and top")
    commands.add_parser("web", add_help=False, help="PROFILE: the same page, in the browser")
    return parser


def _add_access(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-H", "--header", dest="headers", type=_header, action="append", default=[], metavar="'NAME: VALUE'",
        help="a header to send; ${env:NAME} in it is read from the environment",
    )  # fmt: skip
    command.add_argument("--ca", default="", metavar="FILE", help="certificates to trust beside the system's")


def _report(kind: "Kind", words: Sequence[str]) -> int:
    from pprof_lens.profile.read import read  # noqa: PLC0415 - the server starts without them
    from pprof_lens.report import options, run  # noqa: PLC0415
    from pprof_lens.session.reading import read_file  # noqa: PLC0415

    if not {"-h", "-help", "--help"}.isdisjoint(words):
        print(options.usage(kind))
        return 0
    try:
        local, rest = _reached(words)
        request = options.parse(kind, rest)
    except options.UsageError as error:
        _say(str(error))
        return 2
    pieces = run.report(
        request,
        load=lambda path: read(read_file(local(path), _PROFILE_LIMIT), limit=_PROFILE_LIMIT),
        read=_source,
        directory=_working_directory(),
    )
    for piece in pieces:
        sys.stdout.buffer.write(piece)  # names need not be UTF-8, so what is printed are bytes
    sys.stdout.buffer.flush()
    return 0


def _page(words: Sequence[str], *, in_browser: bool) -> int:
    from pprof_lens.profile.read import read  # noqa: PLC0415
    from pprof_lens.report import options  # noqa: PLC0415
    from pprof_lens.session.reading import read_file  # noqa: PLC0415
    from pprof_lens.web import page  # noqa: PLC0415

    if not {"-h", "-help", "--help"}.isdisjoint(words):
        print(f"{options.usage('html')}; beside them -o=… and -root=…")
        return 0
    own, rest = _own_flags(words, ("o", "root"))
    try:
        local, rest = _reached(rest)
        request = options.parse("html", rest)
    except options.UsageError as error:
        _say(str(error))
        return 2
    text = page.page(
        request,
        load=lambda path: read(read_file(local(path), _PROFILE_LIMIT), limit=_PROFILE_LIMIT),
        local=local(request.profiles[0]),
        folder=_folder(own.get("root", ".")),
    )
    if in_browser and not own.get("o"):
        return page.open_in_browser(text)
    if own.get("o"):
        _write(own["o"], text)
    else:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    return 0


def _own_flags(words: Sequence[str], names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The flags of these names with their values, and the other words; with one dash or two, as pprof's."""
    own: dict[str, str] = {}
    rest = []
    waiting = iter(words)
    for word in waiting:
        name, equals, value = word.lstrip("-").partition("=")
        if word.startswith("-") and name in names:
            own[name] = value if equals else next(waiting, "")
        else:
            rest.append(word)
    return own, rest


def _reached(words: Sequence[str]) -> "tuple[_Local, list[str]]":
    """How the profiles of a report are reached, by the flags that pprof has not, and the other words."""
    from pprof_lens.report.options import UsageError  # noqa: PLC0415

    headers, rest = [], list[str]()
    certificates = ""
    waiting = iter(words)
    for word in waiting:
        name, equals, value = word.lstrip("-").partition("=")
        if not word.startswith("-") or name not in ("H", "header", "ca"):
            rest.append(word)
            continue
        value = value if equals else next(waiting, "")
        if name == "ca":
            certificates = value
            continue
        try:
            headers.append(_header(value))
        except argparse.ArgumentTypeError as error:
            raise UsageError(f"-H: {error}") from None
    return _Local(headers, certificates), rest


def _source(path: str) -> bytes:
    """A source file that a profile names; of anything but a file nothing is read, as of a directory by pprof."""
    from pprof_lens.workspace import reading  # noqa: PLC0415

    try:
        return reading.read(path, _SOURCE_LIMIT)[0]
    except (reading.NotRegularError, IsADirectoryError):
        return b""


def _working_directory() -> str:
    """Where we are, by the name that the shell has for it if it has one, as in Go."""
    named = Path(os.environ.get("PWD", ""))
    return str(named if named.is_absolute() and named.exists() and named.samefile(".") else Path.cwd())


def _lsp(options: argparse.Namespace) -> int:
    gc.disable()  # while modules are imported, of which all stay
    from pprof_lens.lsp.start import start_stdio, start_tcp  # noqa: PLC0415 - half a second, not for a report

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    if not options.tcp:
        return start_stdio()
    try:
        return start_tcp(*options.tcp)
    except OSError as error:
        raise ProfileError(f"Nothing can listen there: {error.strerror or error}.") from None


def _lines(options: argparse.Namespace) -> int:
    from pprof_lens.profile.proportion import in_pieces  # noqa: PLC0415
    from pprof_lens.session import maker  # noqa: PLC0415

    local = _Local(options.headers, options.ca)
    loaded = maker.load(local(options.profile), options.sample_type, limit=_PROFILE_LIMIT, folder=_folder(options.root))
    texts = _lines_as_json(loaded) if options.json else (f"{line}\n" for line in _lines_as_text(loaded))
    for piece in in_pieces(texts, len(loaded.profile.raw)):
        sys.stdout.write(piece)
    return 0


def _in_json(value: dict[str, object]) -> Iterator[str]:
    yield from json.JSONEncoder(indent=1).iterencode(value)
    yield "\n"


def _lines_as_json(loaded: "Snapshot") -> Iterator[str]:
    from pprof_lens.session import snapshot  # noqa: PLC0415

    files = [file.as_json() for file in snapshot.file_lines(loaded)]
    return _in_json({"profile": snapshot.summary(loaded).as_json(), "files": files})


def _lines_as_text(loaded: "Snapshot") -> Iterator[str]:
    from pprof_lens.profile.units import scaled_label  # noqa: PLC0415
    from pprof_lens.session import snapshot  # noqa: PLC0415

    unit = loaded.sample_type.unit
    yield f"{'flat':>10} {'cum':>10}  {plain(loaded.sample_type.type)}"
    for file in snapshot.file_lines(loaded):
        yield _no_command(f"{file.found.path or file.found.profile_path} ({file.found.how.value})")
        for row in file.lines:
            flat, cum = plain(scaled_label(row.flat, unit)), plain(scaled_label(row.cum, unit))
            yield f"{flat:>10} {cum:>10}  {row.line}: {', '.join(map(plain, row.functions))}"


def _leaks(options: argparse.Namespace) -> int:
    from pprof_lens.analysis.holders import NOBODY  # noqa: PLC0415
    from pprof_lens.annotate import looked_at  # noqa: PLC0415
    from pprof_lens.annotate.repaired import Memory  # noqa: PLC0415
    from pprof_lens.leaks import find  # noqa: PLC0415
    from pprof_lens.profile.proportion import in_pieces  # noqa: PLC0415

    if bool(options.profiles) == bool(options.url):
        options.parser.error("give either profiles or --url")
    seen = _around(options.root)
    rounds = _watched(options) if options.url else ()
    holders, size = NOBODY, 0
    if rounds:
        evidence, watched = rounds[-1].evidence, rounds[-1].watched
    else:
        (evidence, holders, size), watched = _collected(options), None
    found, waiting = find(evidence, seen, holders=holders)
    looked = [*looked_at.sentences(evidence, watched)]
    for before in rounds[:-1]:
        memory = Memory().with_round(before.evidence, [leak.finding for leak in find(before.evidence, seen).leaks])
        now = [leak.finding for leak in found]
        looked += memory.gone(evidence, now, has_proof=rounds[-1].watched.proof.given > 0)
    if changed := looked_at.difference(evidence):
        _say(changed)
    if options.format == "json":
        lists = {"findings": found, "waiting": waiting}
        told = {name: [leak.as_json() for leak in of] for name, of in lists.items()}
        texts = _in_json({**told, "looked_at": looked})
    elif options.format == "text":
        texts = (f"{line}\n" for line in (*map(_in_text, found), *map(harmless, looked)))
    else:
        texts = iter((_in_format(options.format, [leak.as_problem() for leak in found], looked), "\n"))
    for piece in in_pieces(texts, size):
        sys.stdout.write(piece)
    return _FOUND if found else 0


def _in_text(leak: "Leak") -> str:
    finding = leak.finding
    return _no_command(f"{leak.path or finding.profile_path}:{finding.line}: {finding.code}: {finding.message}")


def _no_command(line: str) -> str:
    """The line as harmless text; what begins with two colons, as no path of Go does, GitHub would obey in a log."""
    text = harmless(line)
    return f"./{text}" if text.lstrip().startswith("::") else text


def _in_format(name: str, problems: "Sequence[Problem]", notes: Sequence[str]) -> str:
    from pprof_lens import formats  # noqa: PLC0415

    here = _working_directory()
    if name == "sarif":
        return json.dumps(formats.sarif(problems, version=__version__, root=here, notes=notes), indent=1)
    if name == "github":
        return "\n".join((*formats.github(problems, root=here), *map(harmless, notes)))
    return "\n".join(formats.markdown(problems, root=here, notes=notes))


def _bench(options: argparse.Namespace) -> int:
    from pprof_lens.bench import benchfmt, figures, output  # noqa: PLC0415
    from pprof_lens.bench.run import Asker, Chosen, Go  # noqa: PLC0415
    from pprof_lens.session.reading import read_file  # noqa: PLC0415

    program = shutil.which("go")
    if program is None:
        raise ProfileError("There is no go on the PATH, which builds and runs the benchmarks; install Go first.")
    before = read_file(options.against, _SOURCE_LIMIT).decode(errors="replace") if options.against else ""
    asker = Asker(tell=_shown_meanwhile if sys.stderr.isatty() else lambda _: None)
    found = tuple(
        figures.benchmarks(
            Go(program, dict(os.environ)),
            options.packages,
            str(Path.cwd()),
            chosen=Chosen(options.bench, options.count, options.benchtime),
            before=tuple(benchfmt.parse(before)),
            asker=asker,
        )
    )
    local = figures.local_files(found, _around("."))
    if options.format == "json":
        wrong = [output.finding_as_json(one) for benchmark in found for one in benchmark.wrong]
        text = json.dumps({"benchmarks": [output.as_json(one, local) for one in found], "findings": wrong}, indent=1)
    elif options.format == "text":
        text = "\n".join(line for benchmark in found for line in output.as_text(benchmark, local))
    else:
        text = _in_format(options.format, [output.as_problem(one) for each in found for one in each.wrong], ())
    if options.o:
        _write(options.o, f"{text}\n".encode("utf-8", "backslashreplace"))
    else:
        print(text)
    return _FOUND if any(benchmark.wrong for benchmark in found) else 0


def _shown_meanwhile(line: str) -> None:
    if line.startswith("Benchmark"):
        print(_one_line(line), file=sys.stderr)


def _fetch(options: argparse.Namespace) -> int:
    from pprof_lens.live import bring, fleet, query  # noqa: PLC0415

    access = _access(options.headers, options.ca)
    is_named = any(server.name == options.source for server in access.servers)
    name = f"{query.NAMED}://{options.source}" if is_named else options.source
    if not query.is_source(name):
        if options.query or options.since or options.until or options.at:
            options.parser.error("--query, --from, --to and --at are of a fleet, such as pyroscope://host:4040")
        _need_file(options)
        seconds = max(1, round(options.seconds)) if options.seconds is not None else None
        body = bring.bring(name, limit=_PROFILE_LIMIT, seconds=seconds, access=access)
        _refuse_other_things(body, bring.place(name).url)
        _write(options.o, body)
        return 0
    given = {"query": options.query, "since": options.since, "until": options.until, "at": options.at}
    source = query.with_asked(query.parse(name, access.servers), **given)
    if not source.query:
        print(*fleet.types(source, access=access), sep="\n")
        return 0
    _need_file(options)
    _write(options.o, fleet.fetch(source, limit=_PROFILE_LIMIT, access=access))
    return 0


def _refuse_other_things(body: bytes, url: str) -> None:
    """Raise ProfileError with what a program answered, where that is no profile; one too large to load here is one."""
    from pprof_lens.profile.errors import TooLarge  # noqa: PLC0415
    from pprof_lens.profile.read import read  # noqa: PLC0415

    try:
        read(body, limit=_PROFILE_LIMIT)
    except TooLarge:
        return
    except ProfileError as error:
        told = str(error)
        raise ProfileError(f"{url} answers with no profile: {told[:1].lower()}{told[1:]}") from None


def _need_file(options: argparse.Namespace) -> None:
    if not options.o:
        options.parser.error("name the file that the profile is written into: -o FILE")


def _access(headers: Sequence[tuple[str, str]], certificates: str) -> "Access":
    """How addresses are reached, with the servers of a fleet that the user has a list of. Raises ProfileError."""
    from pprof_lens.live import named  # noqa: PLC0415
    from pprof_lens.live.access import Access  # noqa: PLC0415
    from pprof_lens.workspace import reading  # noqa: PLC0415

    chosen = os.environ.get("PPROF_LENS_SOURCES", "")
    file = Path(chosen) if chosen else _config_folder() / "pprof-lens" / "sources.json"
    servers: named.Servers = ()
    try:
        servers = named.servers(json.loads(reading.read(str(file), _SOURCE_LIMIT)[0]))
    except FileNotFoundError:
        if chosen:
            raise ProfileError(f"There is no file {file}, which PPROF_LENS_SOURCES names.") from None
    except (OSError, UnicodeError):
        raise ProfileError(f"{file}, the list of sources, cannot be read.") from None
    except (ValueError, RecursionError) as error:
        told = str(error) if isinstance(error, named.WrongServersError) else "JSON"
        raise ProfileError(f"{file} must be {told}.") from None
    return Access(dict(headers), certificates, servers)


def _config_folder() -> Path:
    from pprof_lens.workspace import kept  # noqa: PLC0415

    named = os.environ.get("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME", "")
    return Path(named) if Path(named).is_absolute() else kept.home() / ".config"


def _write(path: str, content: bytes) -> None:
    """Write what was asked for into a file, all of it or nothing. Raises ProfileError."""
    from pprof_lens.workspace.writing import write_for_user  # noqa: PLC0415

    try:
        write_for_user(Path(path), content)
    except OSError as error:
        raise ProfileError(f"{path} cannot be written: {error.strerror}.") from None


class _Local:
    """The path of a profile by its name: its own, or that of the file that it was fetched into, which goes with us."""

    def __init__(self, headers: Sequence[tuple[str, str]] = (), certificates: str = "") -> None:
        self._reached = headers, certificates
        self._fetched: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """Each is fetched once. Raises ProfileError."""
        from pprof_lens.live.address import is_url  # noqa: PLC0415

        if not is_url(name):
            return name
        if name not in self._fetched:
            self._fetched[name] = self._fetch(name)
        return self._fetched[name]

    def _fetch(self, name: str) -> str:
        from pprof_lens.live.bring import bring  # noqa: PLC0415
        from pprof_lens.workspace import own_folder  # noqa: PLC0415

        body = bring(name, limit=_PROFILE_LIMIT, access=_access(*self._reached))
        folder = own_folder.make()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        file = folder / "fetched.pprof"
        file.write_bytes(body)
        return str(file)


def _around(root: str) -> "Surroundings":
    from pprof_lens.workspace.surroundings import discover  # noqa: PLC0415

    return discover((_folder(root),), is_trusted=True)


def _folder(root: str) -> str:
    if not Path(root).is_dir():
        raise ProfileError(f"There is no folder {root}.")
    return root


def _collected(options: argparse.Namespace) -> "tuple[Evidence, Holders, int]":
    """What the files say, who holds what by those of references, and how many bytes all of them have."""
    from pprof_lens.analysis.holders import NOBODY, holders, is_references  # noqa: PLC0415
    from pprof_lens.analysis.series import of_profiles  # noqa: PLC0415
    from pprof_lens.session.reading import read_profiles  # noqa: PLC0415

    paths = tuple(map(_Local(options.headers, options.ca), options.profiles))
    given = read_profiles(paths, _PROFILE_LIMIT)
    held = next((holders(profile) for profile in reversed(given) if is_references(profile)), NOBODY)
    profiles = [(path, profile) for path, profile in zip(paths, given, strict=True) if not is_references(profile)]
    return of_profiles(_timed(profiles)), held, sum(len(profile.raw) for profile in given)


def _timed(profiles: "Sequence[tuple[str, Profile]]") -> "list[Profile]":
    """Profiles that do not say when they were taken have the times of their files, if those can be such times."""
    from pprof_lens.analysis.captures import taken  # noqa: PLC0415

    untimed = {path for path, profile in profiles if not taken(profile)}
    if not untimed or len(profiles) == 1:
        return [profile for _, profile in profiles]
    times = {path: Path(path).stat().st_mtime_ns for path in untimed}
    if max(times.values()) - min(times.values()) < _LEAST_APART * len(times):
        but = ", as goroutines in text never do, so growth over them is not looked for."
        times = dict.fromkeys(untimed, 0)
    else:
        but = "; the times of their files stand for it."
    many = sum(path in untimed for path, _ in profiles)
    _say(f"{many} of {len(profiles)} profiles do not say when they were taken{but}")
    return [replace(profile, time_nanos=times.get(path, profile.time_nanos)) for path, profile in profiles]


def _watched(options: argparse.Namespace) -> "tuple[Round, ...]":
    """Watch the program for the time that was asked for: the last round, and before it that of an earlier run.

    News goes to standard error.
    """
    from pprof_lens.annotate import looked_at  # noqa: PLC0415
    from pprof_lens.live import address, watch  # noqa: PLC0415
    from pprof_lens.live.access import Access  # noqa: PLC0415

    rounds: list[watch.Round] = []

    def tell(told: watch.Round) -> None:
        before = rounds[-1:]
        if before and told.evidence.stacks is before[0].evidence.stacks:
            rounds.pop()
        rounds[:] = [*rounds[-1:], told]
        if told.note:
            _say(told.note)
        if told.failure and not any(earlier.failure for earlier in before):
            _say(looked_at.stopped(told.watched.silences[-1]))

    watch.watch(
        address.parse(options.url),
        pace=watch.Pace(options.interval, options.seconds),
        limit=_PROFILE_LIMIT,
        stop=threading.Event(),
        tell=tell,
        access=Access(dict(options.headers), options.ca),
    )
    return tuple(rounds)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host.strip("[]"), int(port)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < threading.TIMEOUT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds


def _runs(text: str) -> int:
    if not text.isdecimal() or len(text) > 7 or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of runs above 0")
    return int(text)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise argparse.ArgumentTypeError("a header is written NAME: VALUE")  # what was given may be a secret
    return name.strip(), value.strip()


def _say(text: str) -> None:
    with suppress(OSError):  # nobody hears us
        print(f"pprof-lens: {_one_line(text)}", file=sys.stderr)


def _one_line(text: str) -> str:
    return sentence(" ".join(text.split()))
