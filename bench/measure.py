"""What `run.py` measures in a process of its own: `python bench/measure.py load|floor PROFILE` prints seconds as JSON.

It imports nothing but what it measures, as its peak memory is a result too.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

LIMIT = 2**32


def main() -> None:
    what, path = sys.argv[1:]
    MEASURES[what](Path(path))


def measure_load(path: Path) -> None:
    """As the server does it: read, decode, check, number lines and functions, fold; source files are not looked for."""
    from pprof_lens.analysis import index
    from pprof_lens.profile import merge
    from pprof_lens.session import reading

    gc.freeze()  # as the server does when it starts
    sys.setswitchinterval(0.001)

    said: dict[str, int] = {}

    def load() -> index.Index:
        loaded = index.build(merge.merge(reading.read_profiles((str(path),), LIMIT)))
        said.update(raw=len(loaded.profile.raw), samples=loaded.profile.sample_count)
        return loaded

    seconds, processor = fastest(load)
    print(json.dumps({"seconds": seconds, "processor": processor, **said}))


FULL_SCHEMA: dict[str, dict[int, str]] = {
    "Line": dict.fromkeys((1, 2, 3), "int64"),
    "Location": {**dict.fromkeys((1, 2, 3, 5), "int64"), 4: "Line"},
    "Function": dict.fromkeys((1, 2, 3, 4, 5), "int64"),
    "Profile": {2: "Sample", 4: "Location", 5: "Function"},
}
"""What decode.py leaves out of its schema, by field number; messages are repeated."""


def measure_floor(path: Path) -> None:
    """gunzip, and protobuf's parse of everything, samples included: what nobody who uses it gets below."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    from pprof_lens.profile import decode

    file, kind = descriptor_pb2.FileDescriptorProto(), descriptor_pb2.FieldDescriptorProto
    decode._messages["Profile"].DESCRIPTOR.file.CopyToProto(file)
    messages = {message.name: message for message in file.message_type}
    for name, fields in FULL_SCHEMA.items():
        message = messages.get(name) or file.message_type.add(name=name)
        for number, what in fields.items():
            field = message.field.add(name=f"field{number}", number=number)
            if what in FULL_SCHEMA or what in messages:
                field.label, field.type = kind.LABEL_REPEATED, kind.TYPE_MESSAGE
                field.type_name = f".{file.package}.{what}"
            else:
                field.label, field.type = kind.LABEL_OPTIONAL, kind.TYPE_INT64
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    new = message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.Profile"))
    seconds, processor = fastest(lambda: new().ParseFromString(decode.decompress(path.read_bytes(), limit=LIMIT)))
    print(json.dumps({"seconds": seconds, "processor": processor}))


def fastest(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the fastest run of a few, and of processor time; the result of one is gone before the next begins."""
    runs: list[tuple[float, float]] = []
    until = time.perf_counter() + 3
    while not runs or time.perf_counter() < until:
        start, began = time.perf_counter(), time.process_time()
        result = work()
        runs.append((time.perf_counter() - start, time.process_time() - began))
        del result
    return min(seconds for seconds, _ in runs), min(processor for _, processor in runs)


MEASURES = {"load": measure_load, "floor": measure_floor}

if __name__ == "__main__":
    main()
