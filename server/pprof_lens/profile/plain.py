"""Text of a profile made harmless: whatever it is shown on stays what it was.

Control characters, line ends, characters that change the direction of what follows or that nobody sees, and bytes
that are no text each become a replacement character. Names stay as they are in tables, reports and keys; they pass
through here where they are shown.
"""

import re

from pprof_lens.profile.model import ValueType

_UNSAFE = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e"
    "\\u2060-\\u206f\\u3164\\ud800-\\udfff\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\U000e0000-\\U000e0fff]"
)
_NAME_LENGTH = 240
_SENTENCE_LENGTH = 5_000


def harmless(text: str) -> str:
    """The text as one line that no view, log or terminal takes for anything but text; as long as it was."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def plain(name: str) -> str:
    """A name as one harmless line of text, cut where it is longer than anyone reads."""
    # Cut first: a name may have a million characters.
    text = harmless(name[:_NAME_LENGTH])
    return text if len(name) <= _NAME_LENGTH else text[:-1] + "…"


def sentence(text: str) -> str:
    """What went wrong as one harmless line, without the middle where what it repeats is longer than anyone reads."""
    half = _SENTENCE_LENGTH // 2
    return harmless(text if len(text) <= _SENTENCE_LENGTH else f"{text[:half]}…{text[-half:]}")


def plain_type(sample_type: ValueType) -> ValueType:
    """A sample type with its name and unit plain."""
    return ValueType(plain(sample_type.type), plain(sample_type.unit))
