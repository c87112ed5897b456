"""Absurd numbers and telephone numbers in wrong columns: a verdict on the cell, never the end of a run."""

from itertools import product

import pyarrow as pa
import pytest

from catdata.contracts.model import Column
from catdata.entities import ENTITIES
from catdata.normalize.compile import canonical
from catdata.normalize.parse import ColumnParser
from catdata.normalize.privacy import ApplicantKeys
from catdata.normalize.texts import TextMemory, Texts
from catdata.normalize.totals import number_in
from catdata.readers.types import TextBlock
from catdata.values import PARSERS, Context, Parsed, scrub

ABSURD = [
    *("9" * length for length in (5, 8, 10, 12, 20, 40, 5000)),
    *(f"{n}{unit}" for n in ("99999", "9" * 30, "〇" * 5000) for unit in ("歳", "か月", "週", "円", "頭")),
    "99999999万円", "1万9999999999千円", "平成99999年度", "令和999年4月1日", "9999年度", "፩", "百" * 100,
    "999歳9999か月9999週(2024年4月1日現在)", "2.5" + "0" * 40 + "歳", "1," + "000," * 20 + "000",
]  # fmt: skip
FIELDS = {"count": "heads", "yen": "subsidy_yen", "date": "intake_date", "presence": "ear_tip"}
TYPES = {column.name: column.type for entity in ENTITIES.values() for column in entity.columns}


@pytest.mark.parametrize("name", sorted(PARSERS))
def test_every_spelling_fits_its_column(name: str) -> None:
    column = Column(parser=name, **{"as": FIELDS.get(name, "clinic")})
    parser = PARSERS[name]
    outputs = {canonical(o, column): TYPES[canonical(o, column)] for o in parser.outputs}
    units: list[dict[str, object]] = [{}]
    units += [{"unit": unit} for unit in ("months", "years") if "unit" in parser.arguments]
    for args, context in product(units, (Context(), Context(2023, 4))):

        def function(text: str, args: object = args, context: Context = context) -> Parsed:
            parsed = parser.function(text, context, args)  # type: ignore[arg-type]
            fields = {canonical(o, column): value for o, value in parsed.fields.items()}
            return Parsed(fields, parsed.flags, parsed.reject, parsed.exclude)

        ColumnParser(function, outputs).parse(pa.array(ABSURD))


def test_a_telephone_number_among_the_heads_rejects_its_row() -> None:
    assert PARSERS["count"].function("9012345678", Context(), {}).reject == "MALFORMED_COUNT"
    assert PARSERS["yen"].function("3000000000", Context(), {}).flags == ("COUNT_UNPARSED",)
    assert number_in("合計 " + "9" * 5000) is None


@pytest.mark.parametrize(
    "number", ["09012345678", "090-1234-5678", "0138.21.3323", "090_1234_5678", "090/1234/5678"]
)
def test_a_telephone_number_is_no_management_number(number: str) -> None:
    cells = pa.array(["K-0012", number, "R5-0000123"])
    block = TextBlock(pa.record_batch({"no": cells}), pa.array([2, 3, 4]), {})
    ordinary = Texts(block, TextMemory({})).ordinary("no")
    assert ordinary is not None and ordinary.tolist() == [True, False, True]
    assert PARSERS["identifier"].function(number, Context(), {}).fields == {}
    assert number not in str(ApplicantKeys().identities(pa.array([f"jp-x/{number}"])))


@pytest.mark.parametrize(
    "text",
    [
        "090.1234.5678", "090・1234・5678", "090 - 1234 - 5678", "090\n1234\n5678", "0138/21/3323",
        "090\u200b1234\u200b5678", "392141000\u200b123456", "普通預金 1234567", "当座 №1234567",
        "氏名=佐藤花子",
    ],
)  # fmt: skip
def test_further_spellings_of_personal_data_are_scrubbed(text: str) -> None:
    assert scrub(f"連絡あり {text} まで")[1]


@pytest.mark.parametrize(
    "text",
    [
        "2024/04/01 12:34:56", "2024.04.01～2024.04.05", "05/12/2024～06/12/2024", "05.12.2024 09:00",
        "2024-04-01 - 2024-04-05", "0.123456789", "R5/0123/4567", "体重0.5 1.2 3.456",
    ],
)  # fmt: skip
def test_dates_and_measures_are_no_telephone_numbers(text: str) -> None:
    assert scrub(text) == (text, False)
