"""Zip archives: the members that are meant, and the tricks that are refused."""

import io
import random
import zipfile

import pytest

from catdata.readers import ReadError
from catdata.readers.archive import NoMemberError, member_name

from .reading import read_all, table

CONTRACT = table("csv", ["id", "coat"])
ROWS = "id,coat\n{},黒\n"


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def read_zip(data: bytes) -> list[tuple[str, ...]]:
    return read_all(data, CONTRACT, key="many.zip").rows


@pytest.mark.parametrize(
    "compression",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
)
def test_all_members_that_the_contract_means_in_the_order_of_their_names(compression: int) -> None:
    data = zipped(
        {
            "b/f2.csv": ROWS.format(2).encode("cp932"),
            "a/f1.csv": ROWS.format(1).encode(),
            "読んでください.txt": b"no table",
            "__MACOSX/a/f1.csv": b"\0",
            "a/.f3.csv": b"\0",
        },
        compression,
    )
    found = read_all(data, CONTRACT, key="many.zip", split_bytes=1)
    assert found.rows == [("1", "黒"), ("2", "黒")]
    assert [v["@file.year"] for v in found.variables] == ["1", "2"]
    assert [(s.number, s.member) for s in found.plan.splits] == [(0, "a/f1.csv"), (1, "b/f2.csv")]


@pytest.mark.parametrize(
    ("raw", "flag", "name"),
    [
        ("台帳_表.csv".encode("cp932"), 0, "台帳_表.csv"),
        ("ソ/能.csv".encode("cp932"), 0, "ソ/能.csv"),
        ("台帳.csv".encode(), 0, "台帳.csv"),
        ("が.csv".encode(), 0, "が.csv"),
        (b"folder\\f1.csv", 0, "folder/f1.csv"),
        (b"plain.csv", 0, "plain.csv"),
    ],
)
def test_names_of_members(raw: bytes, flag: int, name: str) -> None:
    info = zipfile.ZipInfo("x")
    info.filename, info.flag_bits = raw.decode("cp437"), flag
    assert member_name(info) == name


def test_a_name_in_cp932_is_matched() -> None:
    contract = table("csv", ["id", "coat"], file=r"台帳_表(?P<year>\d+)\.csv")
    data = zipped({"x" * len("台帳_表2023.csv".encode("cp932")): ROWS.format(1).encode()})
    renamed = data.replace(b"x" * 15, "台帳_表2023.csv".encode("cp932"))
    found = read_all(renamed, contract, key="many.zip")
    assert found.variables == [{"@file.year": "2023"}]


def lying() -> bytes:
    """An archive whose member unpacks to 64 MB and says that it has 20 bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("f1.csv", "id,coat\n" + "1,a\n" * (16 << 20))
        archive.infolist()[0].file_size = 20
    return buffer.getvalue()


def flagged(data: bytes, flag: int) -> bytes:
    """Set a general purpose flag in the local header and the directory."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[data.index(signature) + offset] |= flag
    return bytes(changed)


GOOD = zipped({"f1.csv": ROWS.format(1).encode()})
RANDOM = random.Random(1).randbytes(2000)


@pytest.mark.parametrize(
    ("data", "part"),
    [
        pytest.param(b"", "cannot be opened as a zip", id="empty"),
        pytest.param(b"id,coat\n", "cannot be opened as a zip", id="no zip"),
        pytest.param(GOOD[:-30], "cannot be opened as a zip", id="cut short"),
        pytest.param(zipped({}), "No file in the archive", id="no member"),
        pytest.param(zipped({"g.csv": b""}), "No file in the archive", id="other members"),
        pytest.param(zipped({"../f1.csv": b"x"}), "leads out", id="parent folder"),
        pytest.param(zipped({"a\\..\\..\\f1.csv": b"x"}), "leads out", id="parent folder of Windows"),
        pytest.param(zipped({"/f1.csv": b"x"}), "leads out", id="root"),
        pytest.param(zipped({"C:f1.csv": b"x"}), "leads out", id="drive"),
        pytest.param(flagged(GOOD, 1), "password", id="encrypted"),
        pytest.param(zipped({"f1.csv": GOOD, "f2.zip": GOOD}), "inside the archive", id="nested"),
        pytest.param(zipped({"a/f1.csv": b"x", "a\\f1.csv": b"x"}), "more than once", id="same name"),
        pytest.param(zipped({f"{i}.txt": b"" for i in range(1001)}), "Too many files", id="many"),
        pytest.param(zipped({"f1.csv": bytes(64 << 20)}), "bomb", id="bomb"),
        pytest.param(lying(), "broken", id="bomb that lies"),
        pytest.param(GOOD.replace(b"\x08\x00", b"\x09\x00"), "unknown way", id="Deflate64"),
        pytest.param(zipped({"f1.csv": b"id,coat\n" + RANDOM}, 0).replace(RANDOM[:9], b"x" * 9), "broken", id="damaged"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(data: bytes, part: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_zip(data)
    assert part in caught.value.en
    assert caught.value.key.startswith("many.zip")


def test_an_error_inside_names_the_member() -> None:
    with pytest.raises(ReadError) as caught:
        read_zip(zipped({"a/f1.csv": b"id,fur\n1,2\n"}))
    assert caught.value.key == "many.zip!a/f1.csv"


def test_no_member_is_an_error_of_its_own() -> None:
    with pytest.raises(NoMemberError):
        read_zip(zipped({"g.csv": b""}))
