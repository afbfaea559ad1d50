"""What becomes of the body of an HTTP answer, by the text of the function that asks for it."""

from collections import Counter

import pytest

from pprof_lens.analysis.bodies import Bodies, Body, Fate
from pprof_lens.profile.stacks import Frame

CLOSED, LEFT, UNSURE = Body(Fate.CLOSED), Body(Fate.LEFT), Body(Fate.UNSURE)
RETURNED = Body(Fate.RETURNED)
ASKS = "response, err := http.Get(url)"
FAILS = "if err != nil {|\treturn err|}"
HELPERS = """
func closed(answer *http.Response) {
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
}

func shut(what string, body io.Closer) { // in a line of its own
	body.Close()
}

func parsed(answer *http.Response) { json.NewDecoder(answer.Body).Decode(nil) }
"""


@pytest.mark.parametrize(
    ("text", "fate"),
    [
        (f"{ASKS}|{FAILS}|defer response.Body.Close()", CLOSED),
        (f"{ASKS}|{FAILS}|text, _ := io.ReadAll(response.Body)|response.Body.Close()", CLOSED),
        (f"{ASKS}|{FAILS}|body := response.Body|defer body.Close()", CLOSED),
        (f"{ASKS}|{FAILS}|closed(response)", CLOSED),
        (f'{ASKS}|{FAILS}|defer shut("prices", response.Body)', CLOSED),
        (f"{ASKS}|{FAILS}|defer shut(name(1, 2), response.Body)", CLOSED),
        ("if response, err := http.Get(url); err == nil {|\tdefer response.Body.Close()|}", CLOSED),
        ("http.Get(url)", LEFT),
        ("_, err := http.Get(url)|return err", LEFT),
        (f"{ASKS}|{FAILS}|return response.StatusCode, nil", LEFT),
        (f"{ASKS}|{FAILS}|json.NewDecoder(response.Body).Decode(&price)", LEFT),
        (f"{ASKS}|other, err := http.Get(url)|defer other.Body.Close()", LEFT),
        (f"{ASKS}|{FAILS}|return response, nil", RETURNED),
        ("return http.Get(url)", RETURNED),
        (f"{ASKS}|{FAILS}|answers <- response", UNSURE),
        (f"{ASKS}|{FAILS}|s.handle(ctx, response)", UNSURE),
        (f"{ASKS}|{FAILS}|text, err := io.ReadAll(response.Body)", UNSURE),
    ],
)
def test_a_body_is_closed_left_open_or_handed_on(text: str, fate: Body) -> None:
    assert body(text) == fate


@pytest.mark.parametrize("leaves", ["return nil", "continue", 'panic("odd")'])
def test_a_way_out_before_it_is_closed_leaves_it_open(leaves: str) -> None:
    refused = f"if response.StatusCode != 200 {{|\t{leaves}|}}"
    assert body(f"{ASKS}|{FAILS}|{refused}|defer response.Body.Close()") == Body(Fate.LEFT, 7)
    assert body(f"{ASKS}|{FAILS}|defer response.Body.Close()|{refused}") == CLOSED
    assert body(f"{ASKS}|{FAILS}|io.Copy(w, response.Body)|{refused}|response.Body.Close()") == CLOSED


@pytest.mark.parametrize("begins", ["err := check(response)", "err := json.NewDecoder(response.Body).Decode(&price)"])
def test_where_something_failed_that_was_done_with_the_answer_there_is_one(begins: str) -> None:
    refused = f"if {begins}; err != nil {{|\treturn err|}}"
    assert body(f"{ASKS}|{FAILS}|{refused}|defer response.Body.Close()") == Body(Fate.LEFT, 7)
    assert body("if response, err := http.Get(url); err != nil {|\treturn err|}|defer response.Body.Close()") == CLOSED


def test_a_function_in_another_file_of_the_package_may_close_it() -> None:
    ask = f"func ask() error {{\n\t{ASKS}\n\tdefer closed(response)\n}}"
    for name, fate in (("close.go", CLOSED), ("close.txt", UNSURE)):
        files = {"a/": [name], "a/ask.go": ask.split("\n"), f"a/{name}": HELPERS.split("\n")}
        known = {(path, number): text for path, lines in files.items() for number, text in enumerate(lines, 1)}
        found = Bodies(lambda path, line, known=known: known.get((path, line))).of(Frame("a.ask", "a/ask.go", 2))  # type: ignore[misc]
        assert found == fate


def test_who_gets_an_answer_that_is_only_returned_calls_the_function_on_what_is_of_its_type() -> None:
    texts = (
        "func (c *client) get() {\n\treturn c.http.Get(url)\n}",
        "func ask(c *client) {\n\tc.get()\n}\nfunc read(c *cache) {\n\tc.get()\n}\nfunc f() {\n\tget()\n}",
        "func again(c *client) {\n\treturn c.get()\n}\nfunc more(c *client) {\n\tagain(c)\n}",
    )
    known = {f"a/{n}.go": dict(enumerate(text.split("\n"), 1)) for n, text in enumerate(texts)}
    known["a/"] = {1: "0.go", 2: "1.go", 3: "2.go"}

    def line_at(path: str, line: int) -> str | None:
        return known.get(path, {}).get(line)

    first = Frame("a.(*client).get", "a/0.go", 2)
    assert {*Bodies(line_at).askers(first)} == {Frame("a.ask", "a/1.go", 2), Frame("a.more", "a/2.go", 5)}
    assert [*Bodies(lambda path, line: known["a/0.go"].get(line) if path == "a/0.go" else None).askers(first)] == [
        first
    ]


def test_an_answer_is_left_open_where_a_loop_asks_again_before_one_is_closed() -> None:
    again = "for range 3 {|\tresponse, err = http.Get(url)|\tif err == nil {|\t\tbreak|\t}|}"
    assert body(f"{again}|{FAILS}|defer response.Body.Close()", line=3) == LEFT
    each = "for range 3 {|\tresponse, err := http.Get(url)|\tif err == nil {|\t\tresponse.Body.Close()|\t}|}"
    assert body(each, line=3) == CLOSED


def test_what_leaves_a_loop_behind_the_call_leaves_nothing_open() -> None:
    loop = "for _, cookie := range response.Cookies() {|\tif cookie.Secure {|\t\tbreak|\t}|}"
    assert body(f"{ASKS}|{FAILS}|{loop}|response.Body.Close()") == CLOSED


def test_of_a_text_that_is_not_known_nothing_is_seen_to_close_it() -> None:
    assert Bodies(lambda *_: None).of(Frame("main.ask", "main.go", 2)) == LEFT


def body(text: str, line: int = 2) -> Body:
    function = ["func ask(url string) error {", *(f"\t{line}" for line in text.split("|")), "}"]
    lines = [*function, *HELPERS.split("\n")]
    known = dict(enumerate(lines, 1))
    return Bodies(lambda _, number: known.get(number)).of(Frame("main.ask", "main.go", line))


def test_the_package_is_read_no_more_often_for_more_answers_that_are_handed_to_who_closes_them() -> None:
    asks = ["func ask() {", *["\tr, err := http.Get(u)", "\tdefer done(r)"] * 20, "}"]
    files = {"a/": ["ask.go", "done.go"], "a/ask.go": asks, "a/done.go": ["func done(r *R) {", "\tr.Body.Close()", "}"]}
    reads = Counter[str]()

    def line_at(path: str, line: int) -> str | None:
        reads[path] += 1
        return dict(enumerate(files.get(path, ()), 1)).get(line)

    bodies = Bodies(line_at)
    assert bodies.of(Frame("a.ask", "a/ask.go", 2)).fate is Fate.CLOSED
    once = reads["a/done.go"]
    assert {bodies.of(Frame("a.ask", "a/ask.go", line)).fate for line in range(2, 42, 2)} == {Fate.CLOSED}
    assert reads["a/done.go"] == once > 0
