/** Which files a profile of a Go program may name. What it does name, the server knows. */

import type { DocumentFilter } from 'vscode';

/** Beside Go: assembly, what cgo compiles, and what Go is generated from (`//line`). */
const BESIDE_GO =
  '**/*.{s,S,sx,c,h,cc,cpp,cxx,hh,hpp,hxx,m,mm,f,F,f90,for,swig,swigcxx,y,l,rl,nex,peg,ebnf,g4,qtpl,ego,templ,tmpl,gohtml,gotmpl,jade,pug,proto,thrift,td,rules}';

export const SOURCES = [{ language: 'go', scheme: 'file' }, { scheme: 'file', pattern: BESIDE_GO }] satisfies DocumentFilter[];
