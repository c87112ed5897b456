"""The tables of the lake: the one definition that Arrow, Spark, Glue, dbt and the API follow."""

from dataclasses import dataclass, field
from enum import StrEnum


class Type(StrEnum):
    """Column types that all engines share; the value is the SQL spelling of Spark and Glue."""

    STRING = "string"
    INT = "int"
    BIGINT = "bigint"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    MONTHS = "decimal(6,1)"
    STRINGS = "array<string>"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, type, what it means in both languages, and the code list that closes it.

    `minimum` is the least value that can be true; a row with less is rejected.
    """

    name: str
    type: Type
    en: str
    ja: str
    codes: str | None = None
    required: bool = False
    minimum: int | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One table: its grain in a sentence, its columns, and the columns its folders are named by.

    The first column identifies a record within its source. `fiscal_dates` are the dates that place a
    record in a fiscal year, the first that it has; none where the year is stated.
    """

    name: str
    en: str
    ja: str
    grain: str
    columns: tuple[Column, ...]
    partitions: tuple[str, ...] = ()
    fiscal_dates: tuple[str, ...] = ()
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {c.name: c for c in self.columns})

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def identity(self) -> str:
        """Name of the column that identifies a record within its source."""
        return self.columns[0].name

    def column(self, name: str) -> Column:
        """Return the column of that name; raises KeyError when the table has none."""
        return self._by_name[name]


S, I, L, B, D, T, M, A = (
    Type.STRING,
    Type.INT,
    Type.BIGINT,
    Type.BOOLEAN,
    Type.DATE,
    Type.TIMESTAMP,
    Type.MONTHS,
    Type.STRINGS,
)

PARTITIONS = ("municipality_code", "fiscal_year")

LINEAGE: tuple[Column, ...] = (
    Column("source_id", S, "contract that the row came by", "取込契約", required=True),
    Column("source_object", S, "key of the raw file", "元ファイル", required=True),
    Column(
        "source_row", L, "1-based row or record number in the file", "元の行番号", required=True
    ),
    Column("load_id", S, "load that wrote the row", "取込番号", required=True),
    Column("municipality_code", S, "6-character code of the body", "自治体コード", required=True),
    Column("fiscal_year", I, "fiscal year, named by its first year", "年度", required=True),
    Column(
        "dq_flags", A, "data quality flags, sorted; empty when none", "品質フラグ", required=True
    ),
    Column("ingested_at", T, "time of the load, UTC", "取込日時", required=True),
)


# An outcome without a day of its own still belongs to the year of its intake.
_FISCAL_DATES: dict[str, tuple[str, ...]] = {
    "shelter_intake": ("intake_date", "observed_date"),
    "outcome": ("outcome_date", "intake_date", "observed_date"),
    "tnr_case": ("applied_date", "approved_date", "surgery_date", "paid_date"),
    "complaint": ("received_date",),
    "carcass_pickup": ("period_start",),
}


def _entity(name: str, en: str, ja: str, grain: str, *columns: Column) -> Entity:
    dates = _FISCAL_DATES.get(name, ())
    return Entity(name, en, ja, grain, columns + LINEAGE, PARTITIONS, dates)


ENTITIES: dict[str, Entity] = {
    e.name: e
    for e in (
        _entity(
            "shelter_intake",
            "intakes",
            "収容",
            "one animal taken in, as one source row tells it",
            Column(
                "intake_id", S, "identity of the stay within its source", "収容ID", required=True
            ),
            Column("management_no", S, "number that the shelter gives the animal", "管理番号"),
            Column("facility", S, "facility that took the animal in", "施設"),
            Column(
                "intake_date",
                D,
                "day of the intake; the first day where only a month is known",
                "収容日",
                required=True,
            ),
            Column(
                "intake_date_precision", S, "how exact the day is", "収容日の精度", "date_precision"
            ),
            Column("intake_type", S, "why the animal came in", "収容区分", "intake_type"),
            Column(
                "place_area",
                S,
                "area where it was found, never finer than a town block",
                "収容場所（町丁目まで）",
            ),
            Column("coat", S, "coat colour and pattern", "毛色", "coat"),
            Column("hair_length", S, "length of the hair", "毛の長さ", "hair_length"),
            Column("breed", S, "breed; mixed for 雑種", "品種"),
            Column("sex", S, "sex", "性別", "sex"),
            Column("neuter_status", S, "neutered or intact at intake", "不妊去勢", "neuter_status"),
            Column("age_months_min", M, "lower bound of the age in months", "月齢（下限）"),
            Column("age_months_max", M, "upper bound of the age in months", "月齢（上限）"),
            Column(
                "age_basis",
                S,
                "stated, estimated or derived from a birth date",
                "年齢の根拠",
                "age_basis",
            ),
            Column("birth_from", D, "earliest day of birth", "生年月日（自）"),
            Column("birth_to", D, "latest day of birth", "生年月日（至）"),
            Column(
                "life_stage", S, "kitten under 5 months, else adult", "ライフステージ", "life_stage"
            ),
            Column(
                "official_age_class",
                S,
                "the statistics' own class, apart from life_stage",
                "成熟区分",
                "official_age_class",
            ),
            Column("body_size", S, "size of the body", "体格", "body_size"),
            Column("collar_present", B, "whether it wore a collar", "首輪の有無"),
            Column("collar", S, "what the record says of the collar", "首輪"),
            Column("ear_tip", B, "whether an ear is tipped", "耳カット"),
            Column(
                "microchip_present",
                B,
                "whether it had a microchip; never the number",
                "マイクロチップの有無",
            ),
            Column("notice_deadline", D, "last day of the public notice", "公示期限"),
            Column(
                "observed_date", D, "day of the listing or snapshot that shows the animal", "掲載日"
            ),
        ),
        _entity(
            "outcome",
            "outcomes",
            "転帰",
            "one leaving of one animal, as one source row tells it",
            Column("intake_id", S, "identity of the stay that ends", "収容ID", required=True),
            Column("management_no", S, "number that the shelter gives the animal", "管理番号"),
            Column(
                "outcome_date",
                D,
                "day of the outcome; the first day where only a month is known",
                "転帰日",
            ),
            Column(
                "outcome_date_precision",
                S,
                "how exact the day is",
                "転帰日の精度",
                "date_precision",
            ),
            Column("outcome_type", S, "how the animal left", "転帰", "outcome_type", required=True),
            Column("recipient_type", S, "who received it", "譲渡先", "recipient_type"),
            Column(
                "euthanasia_category",
                S,
                "the ministry's category 1, 2 or 3",
                "殺処分の分類",
                "euthanasia_category",
            ),
            Column("counterpart_facility", S, "facility it went to", "移送先"),
            Column(
                "observed_date",
                D,
                "day of the listing or snapshot that shows the outcome",
                "掲載日",
            ),
        ),
        _entity(
            "tnr_case",
            "TNR subsidy lines",
            "不妊去勢助成",
            "one line of an application for a subsidised surgery",
            Column(
                "application_id",
                S,
                "identity of the line within its source",
                "申請ID",
                required=True,
            ),
            Column(
                "applicant_key",
                S,
                "keyed hash of the applicant per body and year, null without a key",
                "申請者の匿名キー",
            ),
            Column("applied_date", D, "day of the application", "申請日"),
            Column("approved_date", D, "day of the approval", "交付決定日"),
            Column("surgery_date", D, "day of the surgery", "手術日"),
            Column("paid_date", D, "day of the payment", "交付日"),
            Column("area", S, "area, never finer than a town block", "町丁目"),
            Column("sex", S, "sex of the cats of the line", "性別", "sex"),
            Column("heads", I, "number of cats of the line", "頭数", required=True, minimum=0),
            Column("subsidy_yen", L, "subsidy of the line in yen", "助成額", minimum=0),
            Column("clinic", S, "clinic that operates", "動物病院"),
            Column("ear_tip", B, "whether the ear was tipped", "耳カット"),
            Column("status", S, "state of the application", "状態", "tnr_status"),
        ),
        _entity(
            "complaint",
            "complaints",
            "苦情",
            "one complaint case, with one or more categories",
            Column("case_id", S, "identity of the case within its source", "受付ID", required=True),
            Column(
                "received_date",
                D,
                "day it was received; the first day where only a month is known",
                "受付日",
                required=True,
            ),
            Column(
                "received_date_precision",
                S,
                "how exact the day is",
                "受付日の精度",
                "date_precision",
            ),
            Column("area", S, "area, never finer than a town block", "町丁目"),
            Column("repeat_of", S, "case that this one repeats", "再苦情の元"),
            Column(
                "categories",
                A,
                "categories of the case, sorted",
                "苦情の種類",
                "complaint_category",
                required=True,
            ),
        ),
        _entity(
            "carcass_pickup",
            "carcass pick-ups",
            "死体収容",
            "one body and period, or one event",
            Column(
                "pickup_id", S, "identity of the record within its source", "記録ID", required=True
            ),
            Column("period_start", D, "first day of the period", "期間（自）", required=True),
            Column("period_end", D, "last day of the period", "期間（至）", required=True),
            Column("area", S, "area, never finer than a town block", "町丁目"),
            Column("heads", I, "number of cats", "頭数", required=True, minimum=0),
            Column("scope", S, "where carcasses were counted", "範囲", "carcass_scope"),
        ),
        _entity(
            "annual_report",
            "published annual figures",
            "年次統計",
            "one body, fiscal year, measure, age class and edition",
            Column(
                "report_id", S, "identity of the figure within its source", "記録ID", required=True
            ),
            Column(
                "edition", S, "edition or publication that prints the figure", "版", required=True
            ),
            Column("published_at", D, "day the edition was published", "公表日"),
            Column(
                "revision", I, "0 for a first publication, then counting up", "改訂", required=True
            ),
            Column(
                "body_scope", S, "what part of the body the figure covers, as published", "対象範囲"
            ),
            Column("measure", S, "what is counted", "統計項目", "measure", required=True),
            Column(
                "age_class",
                S,
                "age class; unweaned is a subset, never added",
                "年齢区分",
                "age_class",
                required=True,
            ),
            Column("value", L, "the figure; null unless observed or zero", "値"),
            Column(
                "value_status",
                S,
                "observed, zero, unknown, suppressed or not collected",
                "値の状態",
                "value_status",
                required=True,
            ),
        ),
    )
}

QUARANTINE = Entity(
    "quarantine",
    "rejected and excluded rows",
    "隔離",
    "one source row, block and reason of one load",
    (
        Column("source_id", S, "contract that the row came by", "取込契約", required=True),
        Column("source_object", S, "key of the raw file", "元ファイル", required=True),
        Column("load_id", S, "load that wrote the row", "取込番号", required=True),
        Column(
            "source_row", L, "1-based row or record number in the file", "元の行番号", required=True
        ),
        Column("disposition", S, "rejected or excluded", "扱い", required=True),
        Column("reason_code", S, "why", "理由", required=True),
        Column("field", S, "canonical field at fault, where one is", "項目"),
        Column(
            "raw_text",
            S,
            "JSON object of the row's cells that are not personal, scrubbed",
            "元の値（個人情報を除く）",
        ),
        Column("row_hash", S, "SHA-256 of the cleaned text", "ハッシュ"),
    ),
    ("source_id", "load_id"),
)

LOADS = Entity(
    "loads",
    "the ledger",
    "取込台帳",
    "one version of one raw object; the greatest version is current",
    (
        Column(
            "load_id",
            S,
            "identity of the load; a compaction is one load of many objects",
            "取込番号",
            required=True,
        ),
        Column("source_id", S, "contract", "取込契約", required=True),
        Column("source_object", S, "key of the raw file", "元ファイル", required=True),
        Column("object_version", I, "1, 2, … in the order of commits", "版", required=True),
        Column("status", S, "committed or withdrawn", "状態", required=True),
        Column("content_sha256", S, "hash of the raw bytes", "内容のハッシュ"),
        Column("contract_sha256", S, "hash of the contract", "契約のハッシュ"),
        Column("size_bytes", L, "size of the raw file", "大きさ"),
        Column("rows_in", L, "source rows read", "入力行数", required=True),
        Column("rows_accepted", L, "source rows accepted", "採用行数", required=True),
        Column("rows_rejected", L, "source rows rejected", "却下行数", required=True),
        Column("rows_excluded", L, "source rows excluded", "除外行数", required=True),
        Column(
            "entity_rows", S, "JSON object: entity to rows written", "実体ごとの行数", required=True
        ),
        Column(
            "reasons", S, "JSON object: reason code to source rows", "理由ごとの行数", required=True
        ),
        Column("flags", S, "JSON object: flag to entity rows", "フラグごとの行数", required=True),
        Column(
            "unknown_codes",
            S,
            "JSON object: field to spelling to rows",
            "未知のコード",
            required=True,
        ),
        Column("totals_found", I, "total rows found in the file", "合計行の数", required=True),
        Column(
            "totals_differing",
            I,
            "total rows that differ from their parts",
            "合わない合計行の数",
            required=True,
        ),
        Column(
            "totals",
            S,
            "JSON array of row, label, published and computed value",
            "合計の照合",
            required=True,
        ),
        Column(
            "fiscal_years",
            S,
            "JSON array of [municipality_code, fiscal_year] that the load touched",
            "対象年度",
            required=True,
        ),
        Column("observed_date", D, "day the file speaks of, where its name says so", "対象日"),
        Column("files", I, "Parquet files written", "ファイル数", required=True),
        Column("started_at", T, "start of the run, UTC", "開始", required=True),
        Column(
            "committed_at", T, "time of the commit of the raw bytes, UTC", "確定", required=True
        ),
        Column(
            "compacted_at",
            T,
            "time of the compaction that rewrote the rows, UTC; null for a load of raw bytes",
            "圧縮",
        ),
    ),
)

REFERENCES: dict[str, Entity] = {
    e.name: e
    for e in (
        Entity(
            "ref_body",
            "bodies",
            "自治体",
            "one body that is or was",
            (
                Column("municipality_code", S, "6-character code", "自治体コード", required=True),
                Column("country", S, "ISO 3166 country", "国", required=True),
                Column("prefecture", S, "prefecture or state", "都道府県"),
                Column("name", S, "name in its own language", "名称", required=True),
                Column("name_kana", S, "name in kana", "かな"),
                Column("name_en", S, "English name", "英語名"),
                Column("kind", S, "kind of body", "種類", "body_kind", required=True),
                Column(
                    "fiscal_year_start_month",
                    I,
                    "first month of the fiscal year",
                    "年度開始月",
                    required=True,
                ),
                Column(
                    "population", L, "population of the 2020 census or as the contract says", "人口"
                ),
                Column("population_year", I, "year of the population", "人口の年"),
                Column("latitude", S, "latitude in degrees, decimal text", "緯度"),
                Column("longitude", S, "longitude in degrees, decimal text", "経度"),
                Column(
                    "valid_from", D, "day the code came into use, null when before 1970", "施行日"
                ),
                Column("valid_to", D, "last day of the code, null when in use", "廃止日"),
                Column("is_fictional", B, "a sample body of the product", "架空"),
            ),
        ),
        Entity(
            "ref_body_event",
            "mergers and code changes",
            "廃置分合",
            "one predecessor and successor of one event",
            (
                Column("predecessor_code", S, "code before", "旧コード", required=True),
                Column("successor_code", S, "code after", "新コード", required=True),
                Column("event_date", D, "first day of the successor", "施行日", required=True),
                Column("note", S, "what happened", "内容"),
            ),
        ),
        Entity(
            "ref_source",
            "contracts",
            "取込契約",
            "one contract",
            (
                Column("source_id", S, "identity of the contract", "取込契約", required=True),
                Column("title", S, "title in Japanese", "名称", required=True),
                Column("title_en", S, "title in English", "英語名", required=True),
                Column("publisher", S, "who sends or publishes the file", "提供者", required=True),
                Column(
                    "is_snapshot",
                    B,
                    "each file shows what is listed on its day",
                    "掲載一覧",
                    required=True,
                ),
                Column("is_fictional", B, "a sample source of the product", "架空", required=True),
                Column("warn_after_days", I, "a load older than this is late", "警告日数"),
                Column("error_after_days", I, "a load older than this is an error", "エラー日数"),
            ),
        ),
        Entity(
            "ref_target",
            "targets that bodies set themselves",
            "目標",
            "one body, measure and target year",
            (
                Column("municipality_code", S, "code of the body", "自治体コード", required=True),
                Column(
                    "measure", S, "measure of mart_municipality_fiscal_year", "指標", required=True
                ),
                Column(
                    "base_year", I, "fiscal year the path starts from", "基準年度", required=True
                ),
                Column("base_value", L, "value of the base year", "基準値", required=True),
                Column("target_year", I, "fiscal year of the target", "目標年度", required=True),
                Column("target_value", L, "value to reach", "目標値", required=True),
                Column("note", S, "where the target is written", "出典"),
            ),
        ),
        Entity(
            "ref_code",
            "code lists",
            "コード表",
            "one code of one list",
            (
                Column("code_list", S, "name of the list", "コード表", required=True),
                Column("code", S, "code", "コード", required=True),
                Column("ja", S, "Japanese label", "日本語", required=True),
                Column("en", S, "English label", "英語", required=True),
                Column("sort_order", I, "place in the list", "順序", required=True),
            ),
        ),
    )
}

TABLES: dict[str, Entity] = ENTITIES | {QUARANTINE.name: QUARANTINE, LOADS.name: LOADS} | REFERENCES
