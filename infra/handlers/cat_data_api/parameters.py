"""The parameters of every operation: one pydantic model each, for checking and for the document."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Self, TypeVar, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from cat_data_api.fields import CATS, GROUPS
from cat_data_api.problems import Fault, invalid
from catdata.entities import CODE_LISTS
from published.snapshot import ORDERS

MOST_ROWS = 2000
MOST_VALUES = 100
# What identifies a body is a code of six characters; anything else cannot match.
Code = Annotated[str, Field(pattern=r"^[0-9A-Z]{6}$")]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Year = Annotated[int, Field(ge=1950, le=2100)]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _written_as_day(value: object) -> object:
    """Refuse what pydantic would take for a time since 1970."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise PydanticCustomError("date_parsing", "Input should be a date as YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(_written_as_day)]
Months = Annotated[float, Field(ge=0, le=600)]


@dataclass(frozen=True, slots=True)
class OneOf:
    """A text that must be one of some values; the document lists them, and so does the problem."""

    values: tuple[str, ...]

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Return the schema by which pydantic checks and documents it."""
        return core_schema.literal_schema(list(self.values))


def _codes(code_list: str) -> OneOf:
    return OneOf(CODE_LISTS[code_list].names())


IntakeType = Annotated[str, _codes("intake_type")]
OutcomeType = Annotated[str, _codes("outcome_type")]
Sex = Annotated[str, _codes("sex")]
Coat = Annotated[str, _codes("coat")]
LifeStage = Annotated[str, _codes("life_stage")]
AgeClass = Annotated[str, _codes("official_age_class")]
SORTS = ("municipality_code", *(sign + column for column in ORDERS for sign in ("", "-")))
Sort = Annotated[str, OneOf(SORTS)]
CatField = Annotated[str, OneOf(tuple(CATS))]
Group = Annotated[str, OneOf(tuple(GROUPS))]
CodeListName = Annotated[str, OneOf(tuple(CODE_LISTS))]

T = TypeVar("T", bound=BaseModel)


class Query(BaseModel):
    """What every operation takes; parameters that are not named here are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["json", "csv", "parquet"] | None = Field(
        None, description="Format of the answer, before Accept. / 形式（Accept より優先）"
    )
    labels: Literal["ja", "en"] | None = Field(
        None,
        description="Adds a column `…_label` in that language beside every coded one. / コードの横に名称の列を加える",
    )
    bom: bool = Field(
        False,
        description="CSV begins with a byte order mark, for Excel. / CSVの先頭にBOMを付ける（Excel用）",
    )


class Filters(Query):
    """Which records of animals count."""

    municipality_code: list[Code] = Field(
        [], max_length=MOST_VALUES, description="Body of the intake. / 自治体コード"
    )
    prefecture: list[Text] = Field(
        [],
        max_length=MOST_VALUES,
        description="Prefecture of the body, as /municipalities names it. / 都道府県",
    )
    fiscal_year: list[Year] = Field(
        [], max_length=MOST_VALUES, description="Fiscal year of the intake. / 収容の年度"
    )
    intake_date_from: Day | None = Field(None, description="First day of intake. / 収容日（から）")
    intake_date_to: Day | None = Field(None, description="Last day of intake. / 収容日（まで）")
    intake_type: list[IntakeType] = Field(
        [], max_length=MOST_VALUES, description="収容区分 / why it came in"
    )
    outcome_type: list[OutcomeType] = Field(
        [], max_length=MOST_VALUES, description="転帰 / how it left"
    )
    sex: list[Sex] = Field([], max_length=MOST_VALUES, description="性別 / sex")
    coat: list[Coat] = Field([], max_length=MOST_VALUES, description="毛色 / coat")
    life_stage: list[LifeStage] = Field(
        [], max_length=MOST_VALUES, description="ライフステージ / life stage"
    )
    official_age_class: list[AgeClass] = Field(
        [], max_length=MOST_VALUES, description="成熟区分 / age class of the statistics"
    )
    age_months_from: Months | None = Field(
        None,
        description="Animals that may be this old or older, in months. / 月齢（以上の可能性があるもの）",
    )
    age_months_to: Months | None = Field(
        None,
        description="Animals that may be this old or younger, in months. / 月齢（以下の可能性があるもの）",
    )
    facility: list[Text] = Field(
        [], max_length=MOST_VALUES, description="Name of the facility. / 施設名"
    )
    area: list[Text] = Field(
        [],
        max_length=MOST_VALUES,
        description="Area, where it is told. / 町丁目（公開されているもの）",
    )

    @model_validator(mode="after")
    def _ranges_stand_in_order(self) -> Self:
        for low, high in (
            ("intake_date_from", "intake_date_to"),
            ("age_months_from", "age_months_to"),
        ):
            first, last = getattr(self, low), getattr(self, high)
            if first is not None and last is not None and first > last:
                raise invalid(
                    [
                        Fault(
                            high,
                            f"{low} 以上の値を指定してください（{first} と {last}）。",
                            f"must not lie before {low} ({first} and {last})",
                        )
                    ]
                )
        return self


class Page(BaseModel):
    """A part of the rows, and where it goes on."""

    limit: int = Field(100, ge=1, le=MOST_ROWS, description="Rows of a page. / 1ページの行数")
    cursor: str | None = Field(
        None,
        min_length=1,
        max_length=1000,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="`next` of the page before; the other parameters stay the same. / 前のページの next",
    )


class CatsQuery(Filters, Page):
    """Parameters of GET /cats."""

    sort: Sort = Field(
        "municipality_code",
        description="Order of the rows, `-` for descending; empty values come last. / 並び順",
    )
    fields: list[CatField] = Field(
        [], max_length=MOST_VALUES, description="Fields of a row, all when not given. / 返す項目"
    )


class SummaryQuery(Filters, Page):
    """Parameters of GET /cats/summary."""

    group_by: list[Group] = Field(
        ["municipality_code", "fiscal_year"],
        min_length=1,
        max_length=len(GROUPS),
        description="What the rows are told apart by. `area` stands with municipality_code and fiscal_year "
        "alone. / 集計の軸。area は自治体と年度とだけ組み合わせられる",
    )
    basis: Literal["records", "annual_report"] = Field(
        "records",
        description="Figures of the records, or those that the bodies published; the latter by body and year "
        "alone. / 個体記録の集計か公表統計か",
    )

    @model_validator(mode="after")
    def _areas_stand_alone(self) -> Self:
        by_area = "area" in self.group_by
        if by_area or self.area:
            stray = [
                g for g in self.group_by if g not in ("municipality_code", "fiscal_year", "area")
            ]
            others = self.set_filters() - {"municipality_code", "prefecture", "fiscal_year", "area"}
            if stray or not by_area or others:
                raise invalid(
                    [_area_fault("area" if not by_area else "group_by", stray or sorted(others))]
                )
        if self.basis == "annual_report":
            wrong = set(self.group_by) != {"municipality_code", "fiscal_year"}
            others = self.set_filters() - {"municipality_code", "prefecture", "fiscal_year"}
            if wrong or others:
                raise invalid(
                    [
                        Fault(
                            "basis",
                            "公表統計は自治体と年度ごとにだけあります。",
                            "published figures exist by municipality_code and fiscal_year alone",
                        )
                    ]
                )
        return self

    def set_filters(self) -> set[str]:
        """Return the filters that are given."""
        return {
            name
            for name in Filters.model_fields
            if name not in Query.model_fields and getattr(self, name) not in (None, [])
        }


def _area_fault(parameter: str, stray: Sequence[str]) -> Fault:
    named = ", ".join(stray) or "area"
    return Fault(
        parameter,
        f"町丁目の集計は自治体と年度とだけ組み合わせられます（小さい数から個体が分かるため）: {named}",
        "areas are told by municipality_code and fiscal_year alone, grouped by area, since small cells would "
        f"tell single animals: {named}",
        ("municipality_code", "fiscal_year", "area"),
    )


class MunicipalitiesQuery(Query, Page):
    """Parameters of GET /municipalities."""

    prefecture: list[Text] = Field([], max_length=MOST_VALUES, description="都道府県 / prefecture")
    with_records: bool = Field(
        False, description="Bodies that have records of animals alone. / 個体記録のある自治体だけ"
    )


class CodesQuery(Query):
    """Parameters of GET /codes."""

    code_list: list[CodeListName] = Field(
        [],
        max_length=MOST_VALUES,
        description="Lists to give, all when not named. / コード表の名前",
    )


class NoQuery(BaseModel):
    """Of an operation without parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def is_list(model: type[BaseModel], name: str) -> bool:
    """Return whether a parameter may be given more than once."""
    return getattr(model.model_fields[name].annotation, "__origin__", None) is list


def parse(model: type[T], given: Mapping[str, Sequence[str]]) -> T:
    """Return the parameters of a request; raises ProblemError that names each one at fault."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, texts in given.items():
        if name not in model.model_fields:
            faults.append(
                Fault(
                    name[:100],
                    "この名前のパラメーターはありません。",
                    "there is no parameter of this name",
                    tuple(model.model_fields),
                )
            )
        elif is_list(model, name):
            values[name] = list(dict.fromkeys(_split(model, name, texts)))
        elif len(texts) > 1:
            faults.append(Fault(name, "1回だけ指定してください。", "must be given once"))
        else:
            values[name] = texts[0]
    try:
        return _checked(model, values, faults)
    except ValidationError as error:
        raise invalid([*faults, *(_fault(model, e) for e in error.errors())]) from None


def _checked(model: type[T], values: dict[str, Any], faults: list[Fault]) -> T:
    parsed = model.model_validate(values)
    if faults:
        raise invalid(faults)
    return parsed


def _split(model: type[BaseModel], name: str, texts: Sequence[str]) -> list[str]:
    """Return the values of a list: repeated, or with commas where no value can hold one."""
    (item,) = get_args(model.model_fields[name].annotation)
    if item is Text:
        return list(texts)
    return [part for text in texts for part in text.split(",")]


def _fault(model: type[BaseModel], error: Any) -> Fault:
    name = str(error["loc"][0]) if error["loc"] else "-"
    kind, context = error["type"], error.get("ctx", {})
    given = error["input"]
    shown = repr(given[:60]) if isinstance(given, str) else repr(given)[:60]
    if kind == "literal_error":
        return Fault(
            name, f"{shown} は使えません。", f"{shown} is not allowed", _allowed(model, name)
        )
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        ja, en = ("以上", "at least") if "ge" in context else ("以下", "at most")
        return Fault(
            name, f"{bound} {ja}にしてください（{shown}）。", f"must be {en} {bound}, not {shown}"
        )
    ja = _JAPANESE.get(kind, "値の形が正しくありません。")
    return Fault(name, f"{ja}（{shown}）", f"{error['msg']} ({shown})")


_JAPANESE = {
    "int_parsing": "整数で指定してください。",
    "float_parsing": "数で指定してください。",
    "finite_number": "数で指定してください。",
    "bool_parsing": "true か false で指定してください。",
    "date_from_datetime_parsing": "YYYY-MM-DD の日付で指定してください。",
    "date_parsing": "YYYY-MM-DD の日付で指定してください。",
    "string_too_long": "長すぎます。",
    "string_too_short": "空にはできません。",
    "too_long": "値が多すぎます。",
    "too_short": "値を1つ以上指定してください。",
}


def _allowed(model: type[BaseModel], name: str) -> tuple[str, ...]:
    field = model.model_fields[name]
    found: list[str] = []
    waiting: list[Any] = [field.annotation, *field.metadata]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, OneOf):
            found += one.values
        elif get_origin(one) is Literal:
            found += map(str, get_args(one))
        else:
            waiting += get_args(one)
    return tuple(found)
