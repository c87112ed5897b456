"""Identities that hold personal data become hashes; all others stay as they are."""

import pyarrow as pa
import pytest

from catdata.normalize.privacy import ApplicantKeys

KEYS = ApplicantKeys(b"a key of the tests")


@pytest.mark.parametrize(
    "identity",
    [
        "a/R02-0073",
        "a/R05-0012-001",
        "a/C0001/2026-05-01",
        "a/28500/2026-06-18T17:45:00.000",
        "a/https://example.jp/page/0000077270.html#row=0",
        "a/TNR2021-004/1",
        "a/20230001234",
    ],
)
def test_an_ordinary_identity_stays(identity: str) -> None:
    assert KEYS.identities(pa.array([identity, None])).to_pylist() == [identity, None]


@pytest.mark.parametrize(
    "cell",
    [
        "392987654321098",
        "392-9876-5432-1098",
        "090-1234-5678",
        "09012345678",
        "03(1234)5678",
        "someone@example.jp",
        "山田様",
        "届出者:山田花子",
        "本町1丁目2番3号",
        "普通 1234567",
        "Mrs Smith",
    ],
)
def test_personal_data_in_an_identity_is_hashed(cell: str) -> None:
    first, again, other = KEYS.identities(pa.array([f"a/{cell}/1", f"a/{cell}/1", f"a/{cell}/2"]))
    assert cell not in first.as_py() and first.as_py().startswith("a/")
    assert first == again != other
    assert ApplicantKeys(b"another").identities(pa.array([f"a/{cell}/1"]))[0] != first
