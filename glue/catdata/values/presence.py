"""Signs on an animal: a collar and what it is like; an ear tip or a microchip, there or not."""

import re
from collections.abc import Mapping

from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.scrub import scrub
from catdata.values.text import fold, plain, says_nothing

_YES = re.compile(
    r"yes|y|true|t|1|有り?|あり|○|◯|〇|●|レ|✓|済み?|装着(?:済み?|あり)?|登録(?:済み?|あり)|present|tipped"
    r"|(?:左|右|両)?耳?(?:耳?v?カット)?(?:済み?|あり|有り?)?(?:\((?:左|右|済み?)\))?|(?:左|右|両)(?:耳)?\(.*\)|さくら耳|耳先カット.*"
)
_NO = re.compile(
    r"no|n|false|f|0|無し?|なし|×|x|none|未|未装着|未登録|(?:耳|v)?カット(?:なし|無し?)|absent|装着なし|首輪(?:なし|無し?)"
)
_LONG_NUMBER = re.compile(r"[0-9 -]*[0-9]{9,}[0-9 -]*|(?:[0-9]{3}[ -]?){5}")


def parse_presence(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read whether something is there; a chip's number means yes and is never kept.

    Texts that say neither are left empty with UNKNOWN_CODE.
    """
    folded = fold(text)
    if says_nothing(folded):
        return EMPTY
    if _NO.fullmatch(folded):
        return Parsed({"*": False})
    if _YES.fullmatch(folded) or _LONG_NUMBER.search(folded):
        return Parsed({"*": True})
    return Parsed({}, ("UNKNOWN_CODE",))


def parse_collar(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read whether a collar was worn and, where the cell tells more, its description.

    Names and numbers on the tag are taken out (TEXT_SCRUBBED).
    """
    folded = fold(text)
    if says_nothing(folded):
        return EMPTY
    if _NO.fullmatch(folded):
        return Parsed({"collar_present": False})
    if _YES.fullmatch(folded.removeprefix("首輪") or "有"):
        return Parsed({"collar_present": True})
    kept, found = scrub(plain(text))
    return Parsed({"collar_present": True, "collar": kept}, ("TEXT_SCRUBBED",) if found else ())
