"""What a page is packed into: JSON in pieces, none of which holds its thread for long."""

import base64
import gzip
import json

from hypothesis import given
from hypothesis import strategies as st

from pprof_lens.web import page

values = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False) | st.text() | st.lists(st.integers()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), values))
def test_what_is_packed_is_the_json_of_it(data: dict[str, object]) -> None:
    assert json.loads(gzip.decompress(base64.b64decode(page.packed(data)))) == data


def test_a_long_column_is_written_in_parts() -> None:
    column = list(range(100_000))
    parts = list(page._json({"flat": [column, column]}))
    assert json.loads("".join(parts)) == {"flat": [column, column]}
    assert max(map(len, parts)) < 100_000
