"""Total rows of a file against the sum of their parts."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"-?\d[\d,]*")
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A total row: what it states, and how much was accepted above it in its split.

    `block` tells side-by-side blocks apart; `published` and `above` have one entry a counted column,
    or the one entry `rows`.
    """

    row: int
    block: str
    kind: str
    label: str
    published: Mapping[str, int]
    above: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One published total beside the sum of its parts."""

    row: int
    label: str
    counted: str
    published: int
    computed: int

    @property
    def differs(self) -> bool:
        """Whether the file's own total is not the sum of the accepted parts."""
        return self.published != self.computed


def number_in(text: str) -> int | None:
    """Return the first whole number of a text such as 合計 1,234頭, None when there is none."""
    found = _NUMBER.search(unicodedata.normalize("NFKC", text))
    return int(found.group().replace(",", "")) if found and len(found.group()) <= _LONGEST else None


def reconcile(
    splits: Iterable[tuple[Sequence[TotalRow], Mapping[str, Mapping[str, int]]]],
) -> list[Reconciled]:
    """Compare every published total with its parts.

    `splits` are, in file order, the total rows of a split and what the whole split accepted, by
    block and counted column. A subtotal counts since the last total of any kind, a total since the
    last total; a total that equals everything above it is taken as a grand total.
    """
    done: dict[str, Counter[str]] = {}
    since_any: dict[str, Counter[str]] = {}
    since_total: dict[str, Counter[str]] = {}
    result: list[Reconciled] = []
    for totals, whole in splits:
        for total in totals:
            before = done.get(total.block, Counter())
            here = Counter({n: before[n] + above for n, above in total.above.items()})
            for name, published in total.published.items():
                parts = [here[name] - since_any.get(total.block, Counter())[name]]
                if total.kind == "total":
                    parts = [
                        here[name] - since_total.get(total.block, Counter())[name],
                        here[name],
                        *parts,
                    ]
                computed = published if published in parts else parts[0]
                result.append(Reconciled(total.row, total.label, name, published, computed))
            since_any[total.block] = here
            if total.kind == "total":
                since_total[total.block] = here
        for block, sums in whole.items():
            done[block] = done.get(block, Counter()) + Counter(sums)
    return result


def to_json(reconciled: Sequence[Reconciled]) -> str:
    """Return the ledger's JSON text of the reconciled totals."""
    return json.dumps(
        [
            {
                "row": r.row,
                "label": r.label,
                "counted": r.counted,
                "published": r.published,
                "computed": r.computed,
            }
            for r in reconciled
        ],
        ensure_ascii=False,
    )
