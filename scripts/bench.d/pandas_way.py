"""The same outputs as the job by plain pandas: one process, whole columns, no Spark.

Written as one would who knows pandas well: pyarrow's reader, categories instead of repeated text,
string work on the distinct spellings only. It knows this one file and nothing else: no contract, no
ledger, no second run, no file larger than memory.
"""

import hashlib
import json
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

SOURCE, BODY = "sample-kazemachi-intake", "991007"
HEADER = [
    "管理番号", "収容日", "収容区分", "収容場所", "種類", "毛色", "性別", "年齢", "首輪",
    "転帰", "転帰日", "譲渡先", "殺処分区分",
]  # fmt: skip
INTAKE_TYPE = {
    "飼い主から": "owner_surrender", "所有者から": "owner_surrender",
    "飼い主からの引取り": "owner_surrender", "所有者不明": "stray", "拾得者から": "stray",
    "所有者不明の引取り": "stray", "負傷": "injured", "負傷収容": "injured", "負傷動物": "injured",
    "他施設から": "transfer_in", "移管": "transfer_in", "条例収容": "ordinance",
}  # fmt: skip
OUTCOME_TYPE = {
    "返還": "returned", "飼い主へ返還": "returned", "返還済": "returned", "譲渡": "rehomed",
    "譲渡済": "rehomed", "殺処分": "euthanized", "致死処分": "euthanized", "安楽死": "euthanized",
    "収容中死亡": "died", "死亡": "died", "自然死": "died", "他施設へ": "transfer_out",
    "移送": "transfer_out", "元の場所に戻す": "returned_to_field",
    "地域へ返還": "returned_to_field", "逸走": "escaped", "逃走": "escaped",
}  # fmt: skip
IN_CARE = {"", "収容中", "飼養中"}
COAT = {
    "キジトラ": "brown_tabby", "ギジトラ": "brown_tabby", "長毛キジトラ": "brown_tabby",
    "キジ白": "brown_tabby_white", "キジトラ白": "brown_tabby_white", "茶トラ": "orange_tabby",
    "茶とら": "orange_tabby", "茶白": "orange_white", "茶トラ白": "orange_white",
    "サバトラ": "silver_tabby", "サバ白": "silver_white", "黒": "black", "クロ": "black",
    "白黒": "black_white", "白・黒": "black_white", "ハチワレ": "black_white", "白": "white",
    "灰": "grey", "グレー": "grey", "三毛": "calico", "ミケ": "calico", "サビ": "tortoiseshell",
    "さび": "tortoiseshell",
}  # fmt: skip
FLAGS = ("INVALID_DATE", "OUTCOME_BEFORE_INTAKE", "PLACE_COARSENED", "UNKNOWN_CODE")
ERA_START = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}


def main(source: str, target: str) -> None:
    """Normalise the benchmark's ledger into a folder: two entities and the quarantine."""
    out, load_id = Path(target), uuid.uuid4().hex
    rows = pd.read_csv(
        source, encoding="cp932", skiprows=2, header=None, names=HEADER, engine="pyarrow",
        dtype_backend="pyarrow",
    )  # fmt: skip
    number = rows.pop("管理番号")
    cells = {name: rows.pop(name).fillna("").astype("category") for name in HEADER[1:]}
    reason = exclusions(number, cells)
    intake_date, intake_bad = per_spelling(cells["収容日"], dates)
    outcome_date, outcome_bad = per_spelling(cells["転帰日"], dates)
    reason[(reason == "") & intake_bad.to_numpy()] = "INVALID_DATE"
    reason[(reason == "") & intake_date.isna().to_numpy()] = "MISSING_VALUE"
    quarantine(out, number, cells, reason, load_id)

    keep = reason == ""
    number, intake_date, outcome_date = number[keep], intake_date[keep], outcome_date[keep]
    cells = {name: column[keep] for name, column in cells.items()}
    shared = lineage(number, np.flatnonzero(keep) + 3, load_id)
    intake_type = per_spelling(cells["収容区分"], lambda s: s.map(INTAKE_TYPE))
    place, coarse = per_spelling(cells["収容場所"], places)
    sex, neuter = per_spelling(cells["性別"], sexes)
    low, high, basis, stage = per_spelling(cells["年齢"], ages)
    worn, collar = per_spelling(cells["首輪"], collars)
    coat = per_spelling(cells["毛色"], lambda s: nfkc(s).map(COAT))
    flags = flag_lists(
        (2, coarse.to_numpy(bool)), (3, (intake_type.isna() & (cells["収容区分"] != "")).to_numpy())
    )
    intake = {
        **shared,
        "dq_flags": flags,
        "facility": constant("風待市動物愛護センター", len(number)),
        "intake_date": arrow_dates(intake_date),
        "intake_date_precision": constant("day", len(number)),
        "intake_type": coded(intake_type),
        "place_area": coded(place, None),
        "coat": coded(coat),
        "hair_length": coded(per_spelling(cells["毛色"], hair)),
        "sex": coded(sex),
        "neuter_status": coded(neuter),
        "age_months_min": months(low),
        "age_months_max": months(high),
        "age_basis": coded(basis, None),
        "life_stage": coded(stage),
        "official_age_class": constant("not_distinguished", len(number)),
        "body_size": constant("unknown", len(number)),
        "collar_present": pa.Array.from_pandas(worn.astype("boolean")),
        "collar": coded(collar, None),
    }
    write(out / "shelter_intake", intake, fiscal_year(intake_date))

    left = (~cells["転帰"].isin(IN_CARE)).to_numpy()
    outcome_type = per_spelling(
        cells["転帰"], lambda s: s.str.replace(" ", "", regex=False).map(OUTCOME_TYPE)
    )
    year = fiscal_year(outcome_date.fillna(intake_date))
    before = (outcome_date < intake_date).to_numpy()
    flags = flag_lists(
        (0, outcome_bad[keep].to_numpy(bool)), (1, before), (3, outcome_type.isna().to_numpy())
    )
    outcome = {
        **shared,
        "dq_flags": flags,
        "outcome_date": arrow_dates(outcome_date),
        "outcome_date_precision": coded(outcome_date.notna().map({True: "day"}), None),
        "outcome_type": coded(outcome_type),
        "recipient_type": coded(per_spelling(cells["譲渡先"], recipients), None),
        "euthanasia_category": coded(
            per_spelling(cells["殺処分区分"], lambda s: nfkc(s).str.extract(r"(\d)")[0]), None
        ),
    }
    chosen = pa.array(left)
    write(out / "outcome", {n: c.filter(chosen) for n, c in outcome.items()}, year[left])


def per_spelling(column: pd.Series, parse: Callable[[pd.Series], object]) -> object:
    """Parse the categories of a column and spread the result over its rows."""
    parsed = parse(pd.Series(column.cat.categories.astype(object)))
    codes = column.cat.codes.to_numpy()
    spread = tuple(
        part.astype("category").take(codes).set_axis(column.index)
        if part.dtype == object
        else part.take(codes).set_axis(column.index)
        for part in (parsed if isinstance(parsed, tuple) else (parsed,))
    )
    return spread if isinstance(parsed, tuple) else spread[0]


def nfkc(texts: pd.Series) -> pd.Series:
    """Return texts in NFKC, without white space."""
    return texts.str.normalize("NFKC").str.replace(r"\s+", "", regex=True)


def exclusions(number: pd.Series, cells: dict[str, pd.Series]) -> np.ndarray:
    """Return each row's reason of exclusion, "" for none."""
    reason = np.full(len(number), "", object)
    label = number.fillna("")
    reason[(cells["種類"] == "犬").to_numpy()] = "OTHER_SPECIES"
    reason[label.isin(["小計", "合計"]).to_numpy()] = "TOTAL_ROW"
    reason[(label == "管理番号").to_numpy()] = "REPEATED_HEADER"
    blank = label == ""
    for column in cells.values():
        blank &= column == ""
    reason[blank.to_numpy()] = "BLANK_ROW"
    return reason


def dates(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return days (NaT where there is none) and whether a text is no date."""
    parts = nfkc(texts).str.extract(r"^(令和|平成|R|H)?(\d+|元)[年./-](\d+)[月./-](\d+)日?$")
    year = parts[1].replace("元", "1").astype("Float64") + parts[0].map(ERA_START).fillna(0)
    day = pd.to_datetime(
        pd.DataFrame({"year": year, "month": parts[2], "day": parts[3]}).astype("Float64"),
        errors="coerce",
    )
    return day, day.isna() & (texts.str.strip() != "")


def places(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the town block of a place, and whether anything finer was cut off."""
    text = texts.str.normalize("NFKC").str.removeprefix("風待市")
    area = text.str.extract(r"^(.+?\d+丁目)")[0]
    return area, (text != area) & ~text.str.endswith("地内") & (text != "")


def sexes(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return sex and neuter status."""
    text = nfkc(texts)
    male, female = text.str.contains("オス|♂|雄"), text.str.contains("メス|♀|雌")
    sex = pd.Series(np.select([male, female], ["male", "female"], "unknown"), dtype=object)
    done = text.str.contains("去勢|避妊")
    return sex, pd.Series(np.where(done, "neutered", "unknown"), dtype=object)


def ages(texts: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
    """Return age bounds in months, their basis and the life stage."""
    parts = nfkc(texts).str.extract(r"^(約|推定)?(\d+)(か月|ヶ月|カ月|歳|才)$")
    value, in_years = parts[1].astype("Float64"), parts[2].isin(["歳", "才"])
    low = value.where(~in_years, value * 12)
    high = value.where(~in_years, value * 12 + 11)
    basis = pd.Series(
        np.select([parts[0].notna(), value.notna()], ["estimated", "stated"], ""), dtype=object
    ).replace("", None)
    stage = pd.Series(
        np.select(
            [(high < 5).fillna(False), (low >= 5).fillna(False) | (texts == "成猫")],
            ["kitten", "adult"],
            "unknown",
        ),
        dtype=object,
    )
    return low, high, basis, stage


def hair(texts: pd.Series) -> pd.Series:
    """Return the hair length that a coat's text tells."""
    return pd.Series(np.where(texts.str.contains("長毛"), "long", "unknown"), dtype=object)


def collars(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return whether a collar was worn, and what the ledger says of it."""
    text = texts.str.normalize("NFKC")
    known = text.isin(["なし", "無", "有", ""])
    worn = (~text.isin(["なし", "無"])).astype("boolean").mask(text == "")
    return worn, text.where(~known, None)


def recipients(texts: pd.Series) -> pd.Series:
    """Return individual or group."""
    text = nfkc(texts)
    group = text.str.contains(r"団体|法人|会|株")
    kind = np.select([text.str.startswith("個人"), group], ["individual", "group"], "")
    return pd.Series(kind, dtype=object).replace("", None)


def fiscal_year(days: pd.Series) -> np.ndarray:
    """Return the fiscal year, April to March."""
    return (days.dt.year - (days.dt.month < 4)).to_numpy(np.int32)


def flag_lists(*parts: tuple[int, np.ndarray]) -> pa.Array:
    """Return the names of each row's flags as lists."""
    bits = np.zeros(len(parts[0][1]), np.int8)
    for bit, mask in parts:
        bits |= (mask << bit).astype(np.int8)
    names = [[f for n, f in enumerate(FLAGS) if b >> n & 1] for b in range(1 << len(FLAGS))]
    return pa.array(names, pa.list_(pa.string())).take(pa.array(bits))


def coded(column: pd.Series, unknown: str | None = "unknown") -> pa.Array:
    """Return a column of codes as an Arrow dictionary."""
    column = column.astype("category")
    if unknown is not None and column.isna().any():
        if unknown not in column.cat.categories:
            column = column.cat.add_categories(unknown)
        column = column.fillna(unknown)
    return pa.Array.from_pandas(column.array)


def months(column: pd.Series) -> pa.Array:
    """Return months as DECIMAL(6,1)."""
    return pa.Array.from_pandas(column.astype("Int32")).cast(pa.decimal128(11, 1)).cast(
        pa.decimal128(6, 1)
    )  # fmt: skip


def arrow_dates(days: pd.Series) -> pa.Array:
    """Return days as Arrow dates."""
    return pa.array(days.to_numpy().astype("datetime64[D]"), pa.date32(), from_pandas=True)


def constant(value: str, rows: int) -> pa.Array:
    """Return one text for every row."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), [value])


def lineage(number: pd.Series, source_row: np.ndarray, load_id: str) -> dict[str, pa.Array]:
    """Return identity and lineage of the accepted rows."""
    rows = len(number)
    now = pa.scalar(datetime.now(UTC), pa.timestamp("us", "UTC"))
    return {
        "intake_id": pa.Array.from_pandas(SOURCE + "/" + number).cast(pa.string()),
        "management_no": pa.Array.from_pandas(number).cast(pa.string()),
        "source_id": constant(SOURCE, rows),
        "source_object": constant("raw/ledger.csv", rows),
        "source_row": pa.array(source_row),
        "load_id": constant(load_id, rows),
        "ingested_at": pa.repeat(now, rows),
    }


def quarantine(
    out: Path, number: pd.Series, cells: dict[str, pd.Series], reason: np.ndarray, load_id: str
) -> None:
    """Write rejected and excluded rows with their text and its hash."""
    places = np.flatnonzero(reason != "")
    frame = pd.DataFrame({"管理番号": number, **cells}).iloc[places].astype(object).fillna("")
    texts = [
        json.dumps({k: v for k, v in row.items() if v}, ensure_ascii=False)
        for row in frame.to_dict("records")
    ]
    rejected = np.isin(reason[places], ["INVALID_DATE", "MISSING_VALUE"])
    table = pa.table(
        {
            "source_id": constant(SOURCE, len(places)),
            "load_id": constant(load_id, len(places)),
            "source_row": places + 3,
            "disposition": np.where(rejected, "rejected", "excluded"),
            "reason_code": reason[places].astype(str),
            "raw_text": texts,
            "row_hash": [hashlib.sha256(t.encode()).hexdigest() for t in texts],
        }
    )
    (out / "quarantine").mkdir(parents=True)
    pq.write_table(table, out / "quarantine" / "part-0.parquet", compression="zstd")


def write(folder: Path, columns: dict[str, pa.Array], year: np.ndarray) -> None:
    """Write one Parquet file a fiscal year."""
    table = pa.table(columns)
    for value in np.unique(year).tolist():
        place = folder / f"municipality_code={BODY}" / f"fiscal_year={value}"
        place.mkdir(parents=True, exist_ok=True)
        part = table.filter(pa.array(year == value))
        pq.write_table(part, place / "part-0.parquet", compression="zstd", compression_level=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
