"""Body sizes."""

import re
from collections.abc import Mapping

from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.text import fold, says_nothing

_SIZES = (
    ("small", re.compile(r"小(?:型|柄|さめ|さい)?|\b(?:x-?)?small\b|\bsml?\b|\btoy\b|\bkitte?ns?\b|\bs\b")),
    ("medium", re.compile(r"中(?:型|くらい)?|普通|\bmed(?:ium)?\b|\bm\b")),
    ("large", re.compile(r"大(?:型|柄|きめ|きい)?|\b(?:x-?)?l(?:arge|rg|ge)?\b")),
)  # fmt: skip
_WEIGHT = re.compile(r"(?:体重)?:?約?[0-9.]* ?(?:kg|g|lbs?|キロ|グラム)(?:[^a-z].*)?")
_ASIDE = re.compile(r"\(.*?\)|小太り|やや大きめの(?=中型)|やや小さめの(?=中型)")


def parse_body_size(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a size; a weight is no size and is left empty, other texts are unknown (UNKNOWN_CODE)."""
    folded = fold(text)
    if says_nothing(folded) or _WEIGHT.fullmatch(folded):
        return EMPTY
    sizes = {name for name, words in _SIZES if words.search(_ASIDE.sub("", folded))}
    if len(sizes) == 1:
        return Parsed({"body_size": sizes.pop()})
    return Parsed({"body_size": "unknown"}, ("UNKNOWN_CODE",))
