"""Files of goref's, written as its pkg/proc/protobuf.go writes them; none was made by goref itself.

    main.shop; sessions. (map[string]*shop.Session) = 9 900

One chain a line, the root first: how many objects its end holds and of how many bytes. A function's id, its
location's and its name's number in the string table are the same; the first five strings are those of the header.
"""

import gzip

from messages import bytes_field, number_field, sample

_HEADER = ("", "inuse_objects", "count", "inuse_space", "bytes")


def grf(text: str) -> bytes:
    strings = dict.fromkeys(_HEADER)
    chains = []
    for row in filter(None, map(str.strip, text.split("\n"))):
        chain, _, values = row.rpartition(" = ")
        names = [name.strip() for name in reversed(chain.split(";"))]
        strings |= dict.fromkeys(names)
        chains.append((names, tuple(map(int, values.split()))))
    numbers = {name: i for i, name in enumerate(strings)}
    parts = [bytes_field(1, number_field(1, of) + number_field(2, of + 1)) for of in (1, 3)]
    parts += [bytes_field(2, sample([numbers[name] for name in names], values)) for names, values in chains]
    for number in range(len(_HEADER), len(numbers)):
        parts.append(bytes_field(4, number_field(1, number) + bytes_field(4, number_field(1, number))))
        parts.append(bytes_field(5, number_field(1, number) + number_field(2, number)))
    parts.append(bytes_field(3, number_field(1, 1) + number_field(3, 0xFF) + number_field(5, numbers[""])))
    parts += [bytes_field(6, name.encode()) for name in numbers]
    return gzip.compress(b"".join(parts))
