"""What the API tells: every field of its tables with its type, its code list and what it means."""

from dataclasses import dataclass
from typing import Literal

from catdata.entities import CODE_LISTS, ENTITIES, REFERENCES

Kind = Literal["text", "integer", "number", "boolean", "date", "list"]
_KINDS: dict[str, Kind] = {
    "string": "text",
    "int": "integer",
    "bigint": "integer",
    "boolean": "boolean",
    "date": "date",
    "decimal(6,1)": "number",
    "array<string>": "list",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `codes` names the code list that closes it, `example` is one value."""

    name: str
    kind: Kind
    ja: str
    en: str
    codes: str | None = None
    example: object = None
    nullable: bool = True

    @property
    def code_names(self) -> tuple[str, ...]:
        """Return the codes that the field may have, none where it is open."""
        return CODE_LISTS[self.codes].names() if self.codes else ()


def _of(entity: str, name: str, example: object, *, nullable: bool = True) -> Field:
    """Return the field of that name as the canonical schema defines it."""
    column = (ENTITIES | REFERENCES)[entity].column(name)
    kind = _KINDS[column.type.value]
    return Field(name, kind, column.ja, column.en, column.codes, example, nullable)


def _named(fields: tuple[Field, ...]) -> dict[str, Field]:
    return {field.name: field for field in fields}


_CODE = Field(
    "municipality_code",
    "text",
    "自治体コード",
    "6-character code of the body",
    example="991007",
    nullable=False,
)
_YEAR = Field(
    "fiscal_year",
    "integer",
    "年度（4月から翌年3月、始まる年で呼ぶ）",
    "fiscal year of the intake, April to March, named by its first year",
    example=2024,
    nullable=False,
)

CATS: dict[str, Field] = _named(
    (
        _CODE,
        _YEAR,
        Field(
            "intake_month",
            "date",
            "収容月（初日）",
            "first day of the month of intake",
            example="2024-05-01",
            nullable=False,
        ),
        _of("shelter_intake", "facility", "風待市動物愛護センター"),
        _of("shelter_intake", "intake_date", "2024-05-17", nullable=False),
        _of("shelter_intake", "intake_date_precision", "day", nullable=False),
        _of("shelter_intake", "intake_type", "stray", nullable=False),
        Field(
            "is_official_intake",
            "boolean",
            "統計上の引取りか（負傷・移管・出生を除く）",
            "counts as 引取り in the statistics; injured, transferred and born in care do not",
            example=True,
            nullable=False,
        ),
        _of("shelter_intake", "sex", "female", nullable=False),
        _of("shelter_intake", "neuter_status", "unknown", nullable=False),
        _of("shelter_intake", "coat", "brown_tabby", nullable=False),
        _of("shelter_intake", "hair_length", "short", nullable=False),
        _of("shelter_intake", "body_size", "medium", nullable=False),
        _of("shelter_intake", "life_stage", "adult", nullable=False),
        _of("shelter_intake", "official_age_class", "adult", nullable=False),
        _of("shelter_intake", "age_months_min", 24.0),
        _of("shelter_intake", "age_months_max", 35.0),
        _of("shelter_intake", "age_basis", "estimated"),
        _of("shelter_intake", "ear_tip", False),
        _of("shelter_intake", "microchip_present", False),
        _of("shelter_intake", "collar_present", False),
        Field(
            "area",
            "text",
            "収容場所（町丁目まで。秘匿のときは空）",
            "area where it was found, never finer than a town block; null where it is hidden or not known",
            example="花折町2丁目",
        ),
        Field(
            "area_status",
            "text",
            "町丁目の状態（observed=公開, suppressed=秘匿, unknown=記録なし）",
            "whether the area is told; suppressed where its cell of the year is under 5 or guards such a cell",
            "value_status",
            "observed",
            nullable=False,
        ),
        _of("outcome", "outcome_type", "rehomed", nullable=False),
        _of("outcome", "outcome_date", "2024-06-20"),
        _of("outcome", "outcome_date_precision", "day"),
        Field(
            "outcome_fiscal_year",
            "integer",
            "転帰の年度",
            "fiscal year of the outcome",
            example=2024,
        ),
        Field(
            "official_category",
            "text",
            "統計上の殺処分分類（収容中死亡は3）",
            "category in the statistics, where a death in care is 3",
            "euthanasia_category",
        ),
        Field(
            "is_outcome_inferred",
            "boolean",
            "掲載終了から推定した転帰か",
            "inferred from the disappearance of a listing",
            example=False,
        ),
        Field(
            "length_of_stay_days",
            "integer",
            "収容日数（転帰日－収容日）",
            "outcome day minus intake day; null unless both are known to the day and in order",
            example=34,
        ),
        Field(
            "dq_flags",
            "list",
            "品質フラグ",
            "data quality flags, sorted; empty when none",
            example=[],
            nullable=False,
        ),
    )
)

# What records are grouped by; `month` is the month of intake.
GROUPS: dict[str, Field] = {
    **{
        name: CATS[name]
        for name in (
            "municipality_code",
            "fiscal_year",
            "intake_type",
            "outcome_type",
            "sex",
            "coat",
            "life_stage",
            "official_age_class",
            "area",
        )
    },
    "month": Field(
        "month",
        "date",
        "月（初日）",
        "first day of the month",
        example="2024-05-01",
        nullable=False,
    ),
}

# What records are chosen by, one value or several of each.
CHOSEN_BY = (*(name for name in GROUPS if name != "month"), "facility")

_COUNTS: dict[str, tuple[str, str]] = {
    "intakes": ("引取り数", "intakes, I"),
    "intakes_owner": ("引取り数（飼い主から）", "intakes from owners"),
    "intakes_stray": ("引取り数（所有者不明）", "intakes of unknown owner"),
    "unweaned_intakes": ("引取り数のうち幼齢", "intakes of unweaned kittens, a subset"),
    "injured_intakes": (
        "負傷動物収容数（引取りに含まない）",
        "injured animals, not among the intakes",
    ),
    "returned": ("返還数", "returned to owners, R"),
    "rehomed": ("譲渡数", "rehomed, A"),
    "returned_and_rehomed": ("返還・譲渡数", "returned and rehomed, R + A"),
    "euthanized": ("殺処分数", "euthanised, E"),
    "euthanized_1": ("殺処分数（分類1）", "euthanised, category 1"),
    "euthanized_2": ("殺処分数（分類2）", "euthanised, category 2, E2"),
    "euthanized_3": ("殺処分数（分類3）", "died in care, category 3, E3"),
}
RATES: dict[str, tuple[str, str]] = {
    "return_rehome_rate": ("返還・譲渡率 (R+A)/I", "(R + A) / I"),
    "euthanasia_rate": ("殺処分率 E/I", "E / I"),
    "live_release_rate": (
        "生存転帰率（転帰の分かるもののうち）",
        "outcomes alive over outcomes of known type",
    ),
    "category_2_rate": ("分類2の率 E2/I", "E2 / I"),
    "died_share": ("殺処分に占める収容中死亡 E3/E", "E3 / E"),
    "kitten_share": ("子猫の割合（月齢の分かる引取りのうち）", "kittens over intakes of known age"),
}


def _rate_fields() -> tuple[Field, ...]:
    fields: list[Field] = []
    for name, (ja, en) in RATES.items():
        fields += (
            Field(name, "number", ja, en, example=0.486),
            Field(f"{name}_low", "number", f"{ja} 95 %下限", f"{en}, lower Wilson bound"),
            Field(f"{name}_high", "number", f"{ja} 95 %上限", f"{en}, upper Wilson bound"),
        )
    return tuple(fields)


# The mart's own figures: given where a row is one of the mart's, a body in a year or a month.
FIGURES: dict[str, Field] = _named(
    (
        *(Field(name, "integer", ja, en, example=0) for name, (ja, en) in _COUNTS.items()),
        Field("population", "integer", "人口", "people of the body"),
        Field("per_10k_people", "number", "人口1万人あたり引取り数", "intakes per 10,000 people"),
        *_rate_fields(),
    )
)
# Beside the figures of a year: where they come from.
BASIS: dict[str, Field] = _named(
    (
        Field(
            "basis",
            "text",
            "数値の出所（records=個体記録, annual_report=公表統計）",
            "records or annual_report",
            example="records",
        ),
        Field(
            "body_scope",
            "text",
            "対象範囲（空＝自治体全体）",
            "part of the body that the figures cover; empty for the whole",
            example="",
        ),
    )
)
COUNTED: dict[str, Field] = _named(
    (
        Field(
            "heads",
            "integer",
            "収容頭数（個体記録の数）",
            "animals taken in: records; null where hidden or where there are none of the kind",
            example=12,
        ),
        Field(
            "value_status",
            "text",
            "頭数の状態",
            "observed, or suppressed where an area is small",
            "value_status",
            "observed",
            nullable=False,
        ),
    )
)

MUNICIPALITIES: dict[str, Field] = _named(
    (
        _CODE,
        _of("ref_body", "country", "JP"),
        _of("ref_body", "prefecture", "架空県"),
        _of("ref_body", "name", "風待市"),
        _of("ref_body", "name_kana", "かぜまちし"),
        _of("ref_body", "name_en", "Kazemachi City"),
        _of("ref_body", "kind", "core_city"),
        _of("ref_body", "population", 250000),
        _of("ref_body", "valid_from", None),
        _of("ref_body", "valid_to", None),
        Field(
            "current_municipality_code",
            "text",
            "現在の自治体コード",
            "code of the body that holds the area today",
            example="991007",
        ),
        _of("ref_body", "is_fictional", True),
    )
)
HELD: dict[str, Field] = _named(
    (
        Field(
            "records", "integer", "個体記録の数", "records of animals", example=492, nullable=False
        ),
        Field("facilities", "list", "施設", "facilities that the records name", nullable=False),
        Field("first_fiscal_year", "integer", "最初の年度", "first fiscal year of the records"),
        Field("last_fiscal_year", "integer", "最後の年度", "last fiscal year of the records"),
    )
)
