import pytest
from hypothesis import given
from hypothesis import strategies as st

from values.cases import filled, parse

FULL_WIDTH = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})


@pytest.mark.parametrize(
    ("text", "number"),
    [("１，２３４", 1234), ("2頭", 2), ("３ 匹", 3), ("12.0", 12), ("△3", -3), ("▲１０", -10),
     ("-5", -5), ("十二", 12), ("三頭", 3), ("0", 0), ("1,234,567件", 1234567), ("007", 7)],
)  # fmt: skip
def test_count(text: str, number: int) -> None:
    assert parse("count", text).fields == {"*": number}


@pytest.mark.parametrize(
    "text",
    ["29.955", "1,23", "12,34", "(3)", "約10頭", "1e3", "1.0.0", "10-12", "多数", "0x1", "2頭3頭"],
)
def test_what_is_no_count_rejects_unless_optional(text: str) -> None:
    assert parse("count", text).reject == "MALFORMED_COUNT"
    optional = parse("count", text, optional=True)
    assert (optional.reject, optional.flags, filled(optional)) == (None, ("COUNT_UNPARSED",), {})


@pytest.mark.parametrize("text", ["－", "-", "…", "不明", "", "　"])
def test_an_unsaid_count_is_null_and_never_zero(text: str) -> None:
    parsed = parse("count", text)
    assert not filled(parsed) and parsed.reject is None


@given(
    st.integers(-(10**9), 10**9), st.booleans(), st.booleans(), st.sampled_from(["", "頭", " 匹"])
)
def test_counts_come_back(number: int, grouped: bool, full: bool, unit: str) -> None:
    text = (f"{number:,}" if grouped else str(number)) + unit
    assert parse("count", text.translate(FULL_WIDTH) if full else text).fields == {"*": number}


@pytest.mark.parametrize(
    ("text", "value", "status"),
    [
        ("1,234", 1234, "observed"), ("△3", -3, "observed"), ("３頭", 3, "observed"),
        ("0", 0, "zero"), ("０", 0, "zero"), ("－", 0, "zero"), ("-", 0, "zero"), ("―", 0, "zero"),
        ("ー", 0, "zero"), ("…", None, "unknown"), ("...", None, "unknown"), ("不明", None, "unknown"),
        ("不詳", None, "unknown"), ("X", None, "suppressed"), ("x", None, "suppressed"),
        ("Ｘ", None, "suppressed"), ("秘匿", None, "suppressed"), ("***", None, "suppressed"),
        ("", None, "not_collected"), ("　", None, "not_collected"), ("△", None, "not_collected"),
        ("・", None, "not_collected"), ("調査なし", None, "not_collected"),
    ],
)  # fmt: skip
def test_statistic(text: str, value: int | None, status: str) -> None:
    assert parse("statistic", text).fields == {"value": value, "value_status": status}


@pytest.mark.parametrize("text", ["12.5", "abc", "13 / 11", "1,23"])
def test_what_is_no_figure_rejects(text: str) -> None:
    assert parse("statistic", text).reject == "MALFORMED_COUNT"


@pytest.mark.parametrize(
    ("text", "yen"),
    [("5,000円", 5000), ("¥5,000", 5000), ("￥５，０００－", 5000), ("5千円", 5000), ("1万円", 10000),
     ("1万5千円", 15000), ("1万2,500円", 12500), ("5000", 5000), ("0", 0), ("△500円", -500),
     ("１，０００円也", 1000)],
)  # fmt: skip
def test_yen(text: str, yen: int) -> None:
    assert parse("yen", text).fields == {"*": yen}


@pytest.mark.parametrize("text", ["円", "abc", "5,00円", "万円"])
def test_no_yen(text: str) -> None:
    assert parse("yen", text).flags == ("COUNT_UNPARSED",)
