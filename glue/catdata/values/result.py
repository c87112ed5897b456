"""What a value function returns: canonical fields, flags, or the reason why the row cannot stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Value = str | int | bool | date | Decimal | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """The meaning of one spelling.

    `fields` maps an output name of the parser to its value; a name left out is null. `reject` or
    `exclude` is a code of entities.reasons that settles the whole row.
    """

    fields: Mapping[str, Value] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    reject: str | None = None
    exclude: str | None = None


EMPTY = Parsed()


@dataclass(frozen=True, slots=True)
class Context:
    """What a spelling may depend on besides itself, the same for a whole file.

    `today` is the day against which dates lie too far ahead.
    """

    fiscal_year: int | None = None
    fiscal_year_start_month: int = 4
    today: date = field(default_factory=date.today)


ValueFunction = Callable[[str, Context, Mapping[str, object]], Parsed]


@dataclass(frozen=True, slots=True)
class Parser:
    """A value function with the output names it may fill.

    An output name with `*` takes the canonical name of the contract's `as` in its place: `*` alone is
    that name, `*_precision` its companion. `arguments` are the names a contract may give.
    """

    name: str
    outputs: tuple[str, ...]
    function: ValueFunction
    arguments: tuple[str, ...] = ()
