"""Where functions are declared."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pprof_lens.source.gofuncs import FuncDecl, scan, scan_assembly


def drawn(text: str) -> str:
    """Each declaration with its lines, each literal with its own."""
    found = scan(text)
    declared = [f"{f.name} {f.line}-{f.end_line}" for f in found.functions]
    literals = [f"func {literal.line}-{literal.end_line}" for literal in found.literals]
    return ", ".join(declared + literals)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("func F() {}", "F 1-1"),
        ("func F() {\n\twork()\n}\n\nfunc G() {\n}\n", "F 1-3, G 5-6"),
        ("func (T) M() {\n}", "T.M 1-2"),
        ("func (t *T) M() {\n}", "(*T).M 1-2"),
        ("func (t *Tree[K, V]) M() {\n}", "(*Tree[...]).M 1-2"),
        ("func (s S) M[V any](v V) {\n}", "S.M[...] 1-2"),
        ("func F[T interface{ ~int }](t T) {\n}", "F[...] 1-2"),
        ("func F(\n\ta int,\n) (\n\tint,\n\terror,\n) {\n}", "F 1-7"),
        ("func F() struct{ a int } {\n}", "F 1-2"),
        ("func F() interface {\n\tM()\n} {\n}", "F 1-4"),
        ("func F() func() error {\n\treturn func() error {\n\t\treturn nil\n\t}\n}", "F 1-5, func 2-4"),
        ("func F() map[string]func(int) (a, b int) {\n}", "F 1-2"),
        ("func asm(x int) int\n\nfunc G() {\n}", "asm 1-1, G 3-4"),
        ("var f = func() int {\n\treturn 1\n}()", "func 1-3"),
        ("var t = []func(){f, g}\nvar u = map[string]func(){\n\t`a`: f,\n}", ""),
        ("type F func(int) error\ntype I interface {\n\tM(func()) int\n}", ""),
        ("func F(f func(int) bool) {\n\tf(func(x int) bool {\n\t}(1))\n}", "F 1-4, func 2-3"),
        # what only looks like code
        ("func F() {\n\t_ = \"}\" + `}\nfunc G() {\n` + string('}')\n}", "F 1-5"),
        ("func F() { // }\n\t/* } func G() { */\n}", "F 1-3"),
        ("// func F() {}\n/*\nfunc G() {}\n*/", ""),
        ('func F() {\n\t_ = "unfinished\n}\nfunc G() {\n}', "F 1-3, G 4-5"),
        ("func F() {\n\t_ = '\\''\n\t_ = \"\\\\\"\n}", "F 1-4"),
        # line ends and odd characters
        ("func F() {\r\n\twork()\r\n}\r\n", "F 1-3"),
        ("\ufefffunc F() {\f\n\u2028}\n", "F 1-2"),
        ("func größe() {\n}", "größe 1-2"),
        # code that is being typed
        ("func F() {\n\tif x {\n", "F 1-1"),
        ("func ", ""),
        ("}}}\nfunc F() {\n}", "F 2-3"),
    ],
)
def test_declarations_and_literals(text: str, expected: str) -> None:
    """With the lines of their `func` and of their closing brace."""
    assert drawn(text) == expected


def test_lines_that_hold_code() -> None:
    """Blank lines and comments hold none; a comment behind code or in it leaves it code."""
    text = "package x\n\n// no\n/* no\nno */\nx() // yes\n/* */ y()\n\t\f\n`\n\n`"
    assert sorted(scan(text).code) == [1, 6, 7, 9, 11]


def test_line_directives() -> None:
    """Only at the beginning of a line, or in the other form anywhere."""
    text = "//line a.y:10\nx()\n\t//line b.y:20\ny() /*line c.y:30:4*/ z()\n//line :5\n"
    assert [tuple(directive) for directive in scan(text).directives] == [(2, "a.y", 10), (4, "c.y", 30), (6, "", 5)]


def test_assembly() -> None:
    """A function is as long as no other begins."""
    text = (
        '#include "x.h"\n\nTEXT ·memclr(SB), NOSPLIT, $0\n\tRET\n\nTEXT runtime·mcall<ABIInternal>(SB), 4, $0\n\tRET\n'
    )
    assert scan_assembly(text).functions == (FuncDecl("memclr", 3, 5), FuncDecl("mcall", 6, 8))


def test_a_macro_of_assembly_may_have_the_declaration_in_it() -> None:
    text = "CALLFN(·call16, 16)\nCALLFN(·call32, 32)\n\tCALL(·other, 8)\n"
    assert scan_assembly(text).functions == (FuncDecl("call16", 1, 1), FuncDecl("call32", 2, 4))


PARSER = """package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
)

func main() {
	paths := bufio.NewScanner(os.Stdin)
	for paths.Scan() {
		path := paths.Text()
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			panic(err)
		}
		line := func(pos token.Pos) int { return files.PositionFor(pos, false).Line }
		fmt.Println("file:", path)
		ast.Inspect(file, func(node ast.Node) bool {
			switch f := node.(type) {
			case *ast.FuncDecl:
				fmt.Println(f.Name.Name, line(f.Pos()), line(f.End()-1))
			case *ast.FuncLit:
				fmt.Println("func", line(f.Pos()), line(f.End()-1))
			}
			return true
		})
	}
}
"""


def test_large_packages_are_read_as_go_reads_them(tmp_path: Path) -> None:
    """go/parser of the Go installation is the judge, over every declaration and literal of some packages."""
    (tmp_path / "main.go").write_text(PARSER)
    environ = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off"}
    go = shutil.which("go", path=f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}")
    assert go is not None, "the tests need Go, which the development environment brings"
    goroot = subprocess.run([go, "env", "GOROOT"], check=True, capture_output=True, text=True, env=environ).stdout
    packages = ("net/http", "runtime", "slices", "text/template", "go/types")
    paths = [str(path) for package in packages for path in Path(goroot.strip(), "src", package).glob("*.go")]
    command = [go, "run", str(tmp_path / "main.go")]
    asked = "\n".join(paths)
    printed = subprocess.run(command, input=asked, check=True, capture_output=True, text=True, env=environ).stdout
    parsed = {block.split("\n")[0]: block.split("\n")[1:-1] for block in printed.split("file: ")[1:]}
    assert len(parsed) == len(paths) > 300
    for path in paths:
        found = scan(Path(path).read_text())
        names = [f"{f.name.removesuffix('[...]').rpartition('.')[2]} {f.line} {f.end_line}" for f in found.functions]
        names += [f"func {literal.line} {literal.end_line}" for literal in found.literals]
        assert sorted(names) == sorted(parsed[path]), path


def test_signatures_without_end_are_not_read_from_each_func_to_the_end_of_the_text() -> None:
    assert scan("package a\n\nfunc F() {\n}\n" + "func(" * 2).functions == (FuncDecl("F", 3, 4),)
    assert scan("package a\n\nfunc F() {\n}\n" + "func(" * 50).functions == ()


def test_assembly_without_a_function_declares_none() -> None:
    assert scan_assembly("#define A 1\n").functions == ()
