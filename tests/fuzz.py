"""A long run of mutated inputs through every parser that a sender's bytes reach: python -m tests.fuzz 1000000 [seed]

Prints the count of inputs, of those that were refused, and the seconds.  A parser that raises anything but its own
refusal ends the run with its input in hexadecimal.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from io import BytesIO

from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from dicom_node.receive.glance import Malformed, glance
from dicom_node.receive.pdu import Reader, Unreadable, data_pdus, read_command
from tests.unit.node.factories import dataset_bytes, make_image, part10
from tests.wire.raw import (
    GOODBYE,
    RELEASE,
    as_command,
    as_data,
    association_request,
    echo,
    pdu,
    pdv,
    store_command,
)

SYNTAXES = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
EDGES = (
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\0\0\0\x01",
    b"\x80\0\0\0",
    b"SQ",
    b"UN",
)
Parser = Callable[[random.Random, bytes], None]


def mutated(chance: random.Random, seed: bytes) -> bytes:
    """`seed` with a few bytes changed, cut out, doubled or made an edge of their range."""
    data = bytearray(seed)
    for _ in range(chance.randrange(1, 6)):
        start = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[start : start + 1] = chance.randbytes(1)
            case 1:
                del data[start : start + chance.randrange(1, 20)]
            case 2:
                data[start:start] = data[start : start + chance.randrange(1, 40)]
            case 3:
                edge = chance.choice(EDGES)
                data[start : start + len(edge)] = edge
            case 4:
                data[start:start] = chance.randbytes(chance.randrange(1, 20))
    return bytes(data)


def read_pdus(chance: random.Random, data: bytes) -> None:
    """Through a `Reader` in pieces of any size."""
    reader, start = Reader(), 0
    while start < len(data):
        end = start + chance.randrange(1, 400)
        for _ in reader.read(memoryview(data)[start:end]):
            pass
        start = end


def read_one_command(_chance: random.Random, data: bytes) -> None:
    """As a command set."""
    read_command(data)


def look(syntax: str) -> Parser:
    """As a dataset in this transfer syntax."""
    return lambda _chance, data: glance(BytesIO(data), len(data), syntax, limit=1 << 20) and None  # type: ignore[arg-type]


def parsers() -> list[tuple[str, Parser, Sequence[bytes]]]:
    """Every parser with the good inputs that are mutated for it."""
    command = store_command("1.2.3.4.5")
    datasets = {syntax: dataset_bytes(part10(make_image(), syntax)) for syntax in SYNTAXES}
    message = as_command(command) + as_data(datasets[ExplicitVRLittleEndian], longest=128)
    pdus = [
        message,
        association_request() + message + RELEASE,
        echo() + GOODBYE,
        pdu(pdv(1, 3, command), pdv(1, 2, b"")),
    ]
    looks = [(f"glance {syntax.name}", look(syntax), [data]) for syntax, data in datasets.items()]
    return [
        ("pdu", read_pdus, [*pdus, data_pdus(1, command, 3, 20)]),
        ("command", read_one_command, [command]),
        *looks,
    ]


def main(inputs: int, seed: int = 1) -> None:
    """Run and report."""
    chance, refused, given, began = random.Random(seed), Counter[str](), Counter[str](), time.perf_counter()
    choices = parsers()
    for number in range(inputs):
        name, parse, seeds = choices[number % len(choices)]
        data = mutated(chance, chance.choice(seeds))
        given[name] += 1
        try:
            parse(chance, data)
        except (Unreadable, Malformed):
            refused[name] += 1
        except BaseException:
            sys.stderr.write(f"{name}: {data.hex()}\n")
            raise
    for name, count in given.items():
        sys.stdout.write(f"{name}: {count} inputs, {refused[name]} refused\n")
    sys.stdout.write(f"{inputs} inputs, {time.perf_counter() - began:.0f} s, seed {seed}, no other exception\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
