"""What packaging makes once and keeps: two runs at the same time both end with the whole of it."""

import hashlib
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKES = """
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { built } from '%s/scripts/tools.mjs';
const [place, word, runs] = process.argv.slice(2);
const folder = built(place, [word], (making) => {
  writeFileSync(join(making, 'first'), '');
  const others = () => readdirSync(place).filter((name) => existsSync(join(place, name, 'first')));
  while (others().length < Number(runs));
  writeFileSync(join(making, 'second'), '');
});
console.log(readdirSync(folder).sort().join(' '));
"""


def runs(place: Path, words: list[str]) -> list[str]:
    """What runs see of what they made of these words, none of which ended before all had begun."""
    script = place.parent / "makes.mjs"
    script.write_text(MAKES % ROOT.as_posix(), encoding="utf-8")
    command = ("node", str(script), str(place))
    started = [
        subprocess.Popen([*command, word, str(len(words))], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for word in words
    ]
    return [program.communicate(timeout=120)[0].strip() for program in started]


def test_two_runs_at_the_same_time_have_the_whole_of_one_folder(tmp_path: Path) -> None:
    place = tmp_path / "built"
    assert runs(place, ["a", "a"]) == ["first second"] * 2
    assert len(list(place.iterdir())) == 1


def test_what_is_made_of_other_words_takes_its_place(tmp_path: Path) -> None:
    place = tmp_path / "built"
    for word in ("a", "b"):
        assert runs(place, [word]) == ["first second"]
    (folder,) = place.iterdir()
    assert folder.name == hashlib.sha256(b"b").hexdigest()[:16]
