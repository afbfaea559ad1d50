"""Text of a profile made harmless: nothing in it acts on what shows it."""

import pytest

from pprof_lens.profile.plain import harmless, plain, sentence


@pytest.mark.parametrize(
    "tricks",
    [
        "a\nb\r\x00",
        "\x1b]0;title\x07",
        "\x9b2J",
        "\u202eright to left",
        "\u2066isolated\u2069",
        "nobody\u200bsees\ufeffthis\u2060\u00ad\u3164\u115f",
        "\U000e0041 tag",
        "no text \udc80",
        "line\u2028end",
    ],
)
def test_what_acts_or_hides_is_replaced_and_the_rest_stays(tricks: str) -> None:
    shown = harmless(tricks)
    assert len(shown) == len(tricks)
    assert shown.replace("\ufffd", "").isprintable()
    assert all(now in (was, "\ufffd") for was, now in zip(tricks, shown, strict=True))


@pytest.mark.parametrize("name", ["main.世界", "main.Größe[…].func1", "名前 ñ é", "🙂"])
def test_words_of_any_language_stay(name: str) -> None:
    assert plain(name) == name


def test_a_name_of_a_million_characters_is_cut() -> None:
    assert len(plain("x" * 1_000_000)) == 240


def test_a_sentence_keeps_its_begin_and_its_end_however_long_what_it_repeats_is() -> None:
    told = sentence(f"There is no {'x' * 1_000_000}; choose another one.")
    assert told.startswith("There is no xxx")
    assert told.endswith("xxx; choose another one.")
    assert len(told) == 5_001
