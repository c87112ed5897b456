"""The contract of a source: who sends it, how to read it, and what each column means."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1)]
SourceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
BodyCode = Annotated[str, StringConstraints(pattern=r"^([0-9]{6}|[A-Z]{2}[A-Z0-9]{4})$")]
EntityName = Literal[
    "shelter_intake",
    "outcome",
    "tnr_case",
    "complaint",
    "carcass_pickup",
    "annual_report",
]
PersonalKind = Literal["name", "address", "phone", "mail", "account", "signature", "chip"]


class Strict(BaseModel):
    """Base of every part of a contract: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Body(Strict):
    """The municipality a source speaks of, where no column says it.

    A body of the Japanese code list needs its code alone; others state name and kind.
    """

    code: BodyCode
    name: Name | None = None
    name_en: Name | None = None
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = "JP"
    prefecture: str | None = None
    kind: str | None = None
    fiscal_year_start_month: int = Field(default=4, ge=1, le=12)
    population: int | None = Field(default=None, ge=0)
    population_year: int | None = None
    fictional: bool = False


class Freshness(Strict):
    """How long after a load the next one is due; None never warns."""

    warn_after_days: int | None = Field(default=None, ge=1)
    error_after_days: int | None = Field(default=None, ge=1)


class Meaning(Strict):
    """What one spelling of a coded column means; an empty one says that it means nothing here."""

    set: dict[Name, str | int | bool | None] = {}
    flag: str | None = None
    exclude: str | None = None


class Column(Strict):
    """What to do with one source column.

    Pseudo-columns stand beside the file's own: `@file.x`, `@heading.x`, `@sheet`, `@block.x` and
    `@part.x`.
    One of: `personal` alone (never read), `ignore` with a reason (never read), `use` (read for
    conditions, identity and totals only), or a `parser` whose outputs become canonical fields. Two
    personal kinds may have the one parser that takes a harmless fact out of them: chip `presence`,
    address `place`. Where several columns give a field, the first in the contract's order that has a
    value wins, combined ones after single ones, a record's `set` last.
    `codes` (parser `code` alone) maps a spelling to a code of the field `as`, or to a Meaning; a key
    between slashes is a regular expression, `*` is every other spelling. `optional` columns may be
    absent from a file.
    """

    parser: Name | None = None
    as_: Name | None = Field(default=None, alias="as")
    args: dict[Name, str | int | bool | list[str]] = {}
    codes: dict[str, str | Meaning] = {}
    personal: PersonalKind | None = None
    applicant_key: bool = False
    ignore: str | None = None
    use: bool = False
    optional: bool = False


class Part(Strict):
    """A text taken out of one column before anything else looks at it: the pseudo-column `@part.NAME`.

    `extract` is a regular expression that is searched in the cell after NFKC and trimming; the part is
    its first group that took part, or all that matched where it has none, and blank where nothing
    matches. `unless` names a pseudo-column that is the same for the whole file: the part is also
    blank where its digits are those of that one, as a date that only repeats the file's day.
    """

    column: Name
    extract: Name = "(?s).*"
    unless: Name | None = None


class Combined(Strict):
    """Several columns joined to one text before parsing."""

    columns: list[Name] = Field(min_length=2)
    separator: str = ""
    column: Column


When = dict[Name, str | list[str]]
"""A test of one row, every column named must match.

A value is a spelling or a list of spellings (compared after NFKC, trimming and case folding);
`filled` and `blank` test for presence; a text between slashes is a regular expression that must
match the whole cell; `!` before a spelling or expression negates it.
"""


class Exclusion(Strict):
    """Rows that are no records, with the reason code they are counted under.

    The reason itself says whether such a row is excluded or rejected (entities.reasons).
    """

    when: When = Field(min_length=1)
    reason: str


class Record(Strict):
    """An entity row that a source row gives: its identity and when it exists.

    `id` names the columns (or pseudo-columns) whose cells identify the record within the source. A
    list of such lists gives alternatives: the first whose first cell is filled identifies the row,
    and a row for which none stands is rejected. `row` stands for the place in the file: equal rows
    stay separate records.
    """

    entity: EntityName
    id: list[Name] | list[list[Name]] | Literal["row"]
    when: When = {}
    set: dict[Name, str | int | bool | None] = {}

    @property
    def alternatives(self) -> tuple[tuple[str, ...], ...]:
        """The lists of columns that may identify the record, in order; none where its row does."""
        if isinstance(self.id, str):
            return ()
        lists = [one for one in self.id if not isinstance(one, str)]
        return tuple(map(tuple, lists)) or (tuple(one for one in self.id if isinstance(one, str)),)


class Header(Strict):
    """Where the header is: found as the first row with all of `contains`, or stated by `row`."""

    contains: list[Name] = []
    row: int | None = Field(default=None, ge=1)
    rows: int = Field(default=1, ge=1, le=3)
    separator: str = "/"


class Blocks(Strict):
    """Side-by-side blocks or measure columns turned into rows.

    `pattern` is a regular expression over header names with the named group `column` (the inner
    name); its other groups become `@block.NAME`. Every distinct set of the other groups is one
    block; columns that do not match belong to every block. `items` lists blocks one by one instead.
    """

    pattern: str | None = None
    items: list["BlockItem"] = []
    skip_blank: bool = True


class BlockItem(Strict):
    """One block: source columns to inner names, and the variables it sets."""

    columns: dict[Name, Name] = Field(min_length=1)
    set: dict[Name, str] = {}


class Totals(Strict):
    """How total rows are known and what they must equal.

    A row is a total when the cell of `label` reads like one. `counts` says what is compared:
    `rows` (the number of accepted records above) or the names of count columns summed above.
    """

    label: Name
    counts: Literal["rows"] | list[Name] = "rows"
    value: Name | None = None


class Table(Strict):
    """One kind of file of the source.

    `file` is a regular expression that matches the whole file name; named groups become `@file.NAME`.
    """

    name: Name
    file: Name
    format: Literal["csv", "xlsx", "xls", "json", "jsonl", "parquet"]
    encoding: str | None = None
    delimiter: str | None = None
    sheets: str | None = None
    header: Header = Header()
    headings: dict[Name, str] = {}
    fiscal_year: Name | None = None
    species: Literal["cat"] = "cat"
    parts: dict[Name, Part] = {}
    columns: dict[Name, Column] = Field(min_length=1)
    combined: list[Combined] = []
    blocks: Blocks | None = None
    exclude: list[Exclusion] = []
    records: list[Record] = Field(min_length=1)
    totals: Totals | None = None
    notes: list[str] = []


class Target(Strict):
    """A target that the body set itself, on a linear path from the base year."""

    measure: Name
    base_year: int
    base_value: int
    target_year: int
    target_value: int
    note: str | None = None


class Contract(Strict):
    """One source: one YAML file; the file's name is its `source_id`."""

    source_id: SourceId
    title: Name
    title_en: Name
    publisher: Name
    licence: str | None = None
    body: Body | None = None
    snapshot: bool = False
    freshness: Freshness = Freshness()
    tables: list[Table] = Field(min_length=1)
    targets: list[Target] = []
