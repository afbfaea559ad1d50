"""The formats of old against pprof's own reading of them: `Profile.String()`, kept beside each input."""

import re
from pathlib import Path

import pytest

from pprof_lens.profile import decode
from pprof_lens.profile.model import NO_MAPPING, Profile
from pprof_lens.profile.read import read

LEGACY = Path(__file__).parents[3] / "shared" / "corpus" / "pprof-legacy"
GOLDENS = sorted(path for path in LEGACY.glob("*.string") if not path.name.startswith("java."))


def told(profile: Profile) -> list[str]:
    """The profile with addresses and binaries where `Profile.String()` has the numbers of its tables."""

    def place(index: int) -> str:
        address, mapping = profile.locations.addresses[index], profile.locations.mappings[index]
        return f"{address:#x} {profile.mappings[mapping].filename if mapping != NO_MAPPING else ''}"

    sizes = [dict(sample.num_labels).get("bytes") for sample in decode.samples(profile)]
    return [
        f"PeriodType: {profile.period_type.type} {profile.period_type.unit}",
        f"Period: {profile.period}",
        " ".join("/".join(sample_type) for sample_type in profile.sample_types),
        *(
            f"{sample.values} {size[0].value if size else ''}: {'; '.join(map(place, sample.locations))}"
            for sample, size in zip(decode.samples(profile), sizes, strict=True)
        ),
        *(f"{at.memory_start:#x}/{at.memory_limit:#x}/{at.file_offset:#x} {at.filename}" for at in profile.mappings),
    ]


def told_by_pprof(golden: str) -> list[str]:
    """The same out of a golden; pprof invents a mapping of everything for what no binary holds."""
    head, _, rest = golden.partition("Samples:\n")
    samples, _, rest = rest.partition("Locations\n")
    locations, _, mappings = rest.partition("Mappings\n")
    binaries = re.findall(r"^([0-9]+): (\S+) (\S*)", mappings, re.MULTILINE)
    files = {id_: file for id_, _, file in binaries}
    places = {
        id_: f"{address} {files[mapping]}"
        for id_, address, mapping in re.findall(r"([0-9]+): (0x[0-9a-f]+) M=([0-9]+)", locations)
    }
    types, *lines = samples.splitlines()
    told = [line for line in head.splitlines() if line.startswith("Period")]
    told.append(types)
    for line in lines:
        if size := re.match(r"\s+bytes:\[([0-9]+)\]", line):
            told[-1] = told[-1].replace(" :", f" {size[1]}:")
            continue
        values, _, ids = line.partition(":")
        told.append(f"{tuple(map(int, values.split()))} : {'; '.join(map(places.__getitem__, ids.split()))}")
    return told + [f"{extent} {file}" for _, extent, file in binaries if extent != "0x0/0xffffffffffffffff/0x0"]


@pytest.mark.skipif(not GOLDENS, reason="pprof's own test data is not here")
@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.stem)
def test_a_legacy_profile_is_what_pprof_reads(golden: Path) -> None:
    profile = read(golden.with_suffix("").read_bytes(), limit=1 << 20)
    assert told(profile) == told_by_pprof(golden.read_text(encoding="utf-8"))
