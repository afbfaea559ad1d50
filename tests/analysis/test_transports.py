"""Which line makes the Transport that an HTTP request goes through: Go in, lines out."""

import pytest

from pprof_lens.analysis.transports import is_shared, transport_of
from pprof_lens.profile.stacks import Frame

CALL = Frame("main.f", "main.go", 3)
MADE = Frame("main.newClient", "main.go", 7)
MAKER = """
func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{}}
}

func (s *server) newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{}}
}"""


def transport(*lines: str, more: str = MAKER) -> Frame:
    known = dict(enumerate(("func f() {", *lines, "}", *more.split("\n")[1:]), 1))
    return transport_of(CALL, lambda _, number: known.get(number))


def test_it_is_looked_for_above_the_request_in_its_function() -> None:
    assert transport("\tc := http.Client{Transport: &http.Transport{}}", "\tc.Get(u)") == CALL._replace(line=2)
    assert transport("\tt := http.DefaultTransport.(*http.Transport).Clone()", "\tc.Get(u)") == CALL._replace(line=2)
    assert transport_of(CALL, lambda *_: None) == CALL


@pytest.mark.parametrize(
    "lines",
    [("\tdefer done()", "\tresponse, err := newClient().Get(u)", ""), ("\tc := newClient()", "\tc.Do(request)", "")],
)
def test_or_in_the_function_that_made_the_client(lines: tuple[str, ...]) -> None:
    assert transport(*lines) == MADE


@pytest.mark.parametrize(
    "lines", [("\tc := s.client", "\tc.Do(request)"), ("", "\tnewServer().Get(u)"), ("", "\thttp.Get(u)")]
)
def test_a_client_from_elsewhere_says_nothing(lines: tuple[str, ...]) -> None:
    assert transport(*lines) == CALL


@pytest.mark.parametrize(
    ("text", "shared"), [("\thttp.Get(u)", True), ("http.DefaultClient.Do(r)", True), ("c.Get(u)", False)]
)
def test_a_request_by_the_package_goes_through_the_one_that_all_share(text: str, *, shared: bool) -> None:
    assert is_shared(CALL, lambda *_: text) is shared
