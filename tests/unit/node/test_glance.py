"""A look at encoded datasets: agrees with pydicom on good bytes, says `Malformed` and nothing else of bad ones."""

import random
import struct
import time
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.filereader import read_dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)

from dicom_node.receive.glance import DEEPEST, WANTED, Glance, Malformed, glance
from tests.factories import SCALE
from tests.unit.node.factories import dataset_bytes, make_image, part10

SYNTAXES = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
)
ENDLESS = 0xFFFFFFFF
UID_ELEMENT = b"\x08\x00\x18\x00UI\x04\x001.2\0"


def look(data: bytes, transfer_syntax: UID, **limit: int) -> Glance:
    return glance(BytesIO(data), len(data), transfer_syntax, **limit)


def encoded(transfer_syntax: str = ExplicitVRLittleEndian) -> bytes:
    return dataset_bytes(part10(make_image(), transfer_syntax))


def real_files(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "transfer_syntaxes").glob("*.dcm")) + sorted((shared_data / "odd").glob("*.dcm"))


def dataset_of(path: Path) -> tuple[bytes, UID]:
    return dataset_bytes(path.read_bytes()), dcmread(path, specific_tags=[], stop_before_pixels=True).file_meta[
        "TransferSyntaxUID"
    ].value


def test_every_transfer_syntax_is_read_as_pydicom_reads_it(shared_data: Path) -> None:
    for path in real_files(shared_data):
        seen = look(*dataset_of(path))
        known = dcmread(path, stop_before_pixels=True)
        told = {name: getattr(seen, name) for name in WANTED.values()}
        names = ("SOPClassUID", "SOPInstanceUID", "Modality", "PatientID")
        expected = [str(known.get(name) or "") for name in (*names, "StudyInstanceUID", "SeriesInstanceUID")]
        assert list(told.values()) == expected, path.name


@pytest.mark.parametrize("syntax", [s for s in SYNTAXES if not s.is_encapsulated], ids=lambda s: s.name)
def test_what_pydicom_writes_is_read(syntax: UID) -> None:
    seen = look(encoded(syntax), syntax)
    assert (seen.modality, seen.study_instance_uid) == ("CT", make_image().StudyInstanceUID)


def test_a_cut_in_the_pixels_of_a_real_object_is_malformed(shared_data: Path) -> None:
    chance = random.Random(7)
    for path in real_files(shared_data):
        data, syntax = dataset_of(path)
        for _ in range(12 * SCALE):
            cut = chance.randrange(len(data) // 2, len(data))
            with pytest.raises(Malformed):
                look(data[:cut], syntax)


def test_a_cut_at_any_byte_is_malformed_unless_between_two_elements() -> None:
    data = encoded()
    boundaries = {cut for cut in range(len(data)) if cut == 0 or _is_whole(data[:cut])}
    image = make_image()
    assert len(boundaries) == len(image)
    for cut in set(range(len(data))) - boundaries:
        with pytest.raises(Malformed):
            look(data[:cut], ExplicitVRLittleEndian)


def _is_whole(data: bytes) -> bool:
    try:
        look(data, ExplicitVRLittleEndian)
    except Malformed:
        return False
    return True


@pytest.mark.parametrize("syntax", [s for s in SYNTAXES if not s.is_encapsulated], ids=lambda s: s.name)
def test_one_byte_too_few_or_too_many_is_malformed(syntax: UID) -> None:
    data = encoded(syntax)
    if syntax == DeflatedExplicitVRLittleEndian:
        data = data.rstrip(b"\0")  # a pad byte may follow the deflated stream
    else:
        with pytest.raises(Malformed):
            look(data + b"\0", syntax)
    with pytest.raises(Malformed):
        look(data[:-1], syntax)


@given(st.binary(max_size=400), st.sampled_from(SYNTAXES))
@settings(max_examples=300 * SCALE, deadline=500)
def test_random_bytes_are_a_glance_or_malformed(data: bytes, syntax: UID) -> None:
    _glance_or_malformed(data, syntax)


@given(
    st.sampled_from([s for s in SYNTAXES if not s.is_encapsulated]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6)), min_size=1, max_size=5),
)
@settings(max_examples=300 * SCALE, deadline=500)
def test_a_mutated_dataset_is_a_glance_or_malformed(syntax: UID, changes: list[tuple[float, bytes]]) -> None:
    data = bytearray(encoded(syntax))
    for where, new in changes:
        start = int(where * len(data))
        data[start : start + len(new)] = new
    _glance_or_malformed(bytes(data), syntax)


def test_mutated_real_objects_are_a_glance_or_malformed(shared_data: Path) -> None:
    chance = random.Random(11)
    for path in real_files(shared_data):
        original, syntax = dataset_of(path)
        for _ in range(10 * SCALE):
            data = bytearray(original)
            for _ in range(chance.randrange(1, 6)):
                data[chance.randrange(min(len(data), 6000))] = chance.randrange(256)
            _glance_or_malformed(bytes(data), syntax)


def _glance_or_malformed(data: bytes, syntax: UID) -> None:
    with suppress(Malformed):
        assert isinstance(look(data, syntax, limit=1 << 22), Glance)


def test_a_deflate_bomb_is_malformed_before_it_is_large() -> None:
    deflater = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    whole = b"\xe0\x7f\x10\x00OB\0\0" + struct.pack("<L", 300_000_000) + bytes(300_000_000)
    bomb = deflater.compress(whole) + deflater.flush()
    began = time.perf_counter()
    with pytest.raises(Malformed, match="larger than the limit"):
        look(bomb, DeflatedExplicitVRLittleEndian, limit=1_000_000)
    assert time.perf_counter() - began < 0.5


def nested(depth: int) -> bytes:
    opening = (
        b"\x40\x00\x75\x02SQ\0\0" + struct.pack("<L", ENDLESS) + b"\xfe\xff\x00\xe0" + struct.pack("<L", ENDLESS)
    )
    closing = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    return opening * depth + closing * depth


def test_sequences_are_followed_as_deep_as_anyone_nests_them() -> None:
    assert look(UID_ELEMENT + nested(DEEPEST), ExplicitVRLittleEndian).sop_instance_uid == "1.2"


@pytest.mark.parametrize("depth", [DEEPEST + 2, 100_000])
def test_deeper_nesting_is_malformed_and_no_recursion_error(depth: int) -> None:
    with pytest.raises(Malformed, match="too deeply"):
        look(nested(depth), ExplicitVRLittleEndian)


def test_an_element_longer_than_the_dataset_is_malformed() -> None:
    with pytest.raises(Malformed, match="longer than the dataset"):
        look(b"\x08\x00\x18\x00UI\xff\x001.2\0", ExplicitVRLittleEndian)


def test_a_sequence_in_a_private_element_of_unknown_vr_is_implicit_inside() -> None:
    """PS3.5 section 6.2.2: a node that does not know a private SQ writes UN of undefined length, implicit inside."""
    inside = b"\x09\x00\x01\x10" + struct.pack("<L", 4) + b"ABCD"
    item = b"\xfe\xff\x00\xe0" + struct.pack("<L", ENDLESS) + inside + b"\xfe\xff\x0d\xe0\0\0\0\0"
    whole = b"\x09\x00\x02\x10UN\0\0" + struct.pack("<L", ENDLESS) + item + b"\xfe\xff\xdd\xe0\0\0\0\0"
    after = b"\x08\x00\x60\x00CS\x02\x00CT"
    seen = look(UID_ELEMENT + whole + after, ExplicitVRLittleEndian)
    assert (seen.sop_instance_uid, seen.modality) == ("1.2", "CT")


@pytest.mark.parametrize("delimited", [True, False])
def test_an_item_that_a_sender_left_implicit_is_read_as_pydicom_reads_it(delimited: bool) -> None:
    """Sequences copied from an Implicit VR object into an Explicit VR one, as some archives do."""
    inside = b"".join(b"\x08\x00" + tag + struct.pack("<L", 4) + b"1.2\0" for tag in (b"\x50\x11", b"\x55\x11"))
    end = b"\xfe\xff\x0d\xe0\0\0\0\0" if delimited else b""
    item = b"\xfe\xff\x00\xe0" + struct.pack("<L", ENDLESS if delimited else len(inside)) + inside + end
    sequence = b"\x08\x00\x40\x11SQ\0\0" + struct.pack("<L", ENDLESS) + item + b"\xfe\xff\xdd\xe0\0\0\0\0"
    data = UID_ELEMENT + sequence + b"\x08\x00\x60\x00CS\x02\x00CT"
    known = read_dataset(BytesIO(data), is_implicit_VR=False, is_little_endian=True)
    assert known.ReferencedImageSequence[0].ReferencedSOPInstanceUID == "1.2"
    assert look(data, ExplicitVRLittleEndian).modality == known.Modality == "CT"
    with pytest.raises(Malformed):
        look(data[:-12], ExplicitVRLittleEndian)


def test_values_inside_sequences_are_not_taken_for_those_of_the_object() -> None:
    item = b"\xfe\xff\x00\xe0" + struct.pack("<L", 12) + b"\x08\x00\x18\x00UI\x04\x009.9\0"
    sequence = b"\x08\x00\x15\x11SQ\0\0" + struct.pack("<L", len(item)) + item
    assert look(UID_ELEMENT + sequence, ExplicitVRLittleEndian).sop_instance_uid == "1.2"


def test_a_value_is_never_longer_than_the_look_needs() -> None:
    data = b"\x08\x00\x60\x00LO" + struct.pack("<H", 60_000) + b"x" * 60_000
    assert len(look(data, ExplicitVRLittleEndian).modality) == 1024
