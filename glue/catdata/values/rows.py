"""Whole rows told by their first cell: totals and notes."""

import re
from typing import Literal

from catdata.values.text import fold

_TOTAL = re.compile(r"計|総数|全国計|.{0,8}(?:合計|総計)(?:\(.*\))?|計\(.*\)|(?:grand )?totals?")
_SUBTOTAL = re.compile(
    r".{0,8}小計(?:\(.*\))?|.{0,6}[月年度期区市町村郡県都府道所局別]計|sub-? ?totals?"
)
_NOTE = re.compile(
    r"\(?(?:注|備考)(?:[0-9]+)?(?:[):.、 0-9]|$)|[※*]|(?:note|source)s?[ 0-9]*[:.)]|(?:資料|出典|出所)[:)]"
)

# A label may bear its figure in the same cell: 合計 123頭.
_FIGURE = re.compile(r"[ :]*\d[\d,]*(?:頭|匹|件|羽|人)?$")


def total_kind(cell: str) -> Literal["total", "subtotal"] | None:
    """Return whether a first cell is the label of a total or a subtotal row, None when neither."""
    label = fold(cell)
    if not label.isascii():
        label = label.replace(" ", "")
    label = _FIGURE.sub("", label)
    if _SUBTOTAL.fullmatch(label):
        return "subtotal"
    return "total" if _TOTAL.fullmatch(label) else None


def is_note(cell: str) -> bool:
    """Return whether a first cell begins a note: (注), ※, 備考:, Note:."""
    return _NOTE.match(fold(cell)) is not None
