"""Sex and neutering, in one cell or in two."""

import re
from collections.abc import Mapping

from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.text import fold, says_nothing

_MALE = r"オス|おす|雄|牡|♂|男(?:の子)?|\bmale\b|\bm\b"
_FEMALE = r"メス|めす|雌|牝|♀|女(?:の子)?|\bfemale\b|\bf\b"
_NOT_DONE = re.compile(
    r"未(?:去勢|避妊|不妊|手術|実施|処置|済)|(?:去勢|避妊|不妊|手術)[^、,]*(?:未|なし|無|していない|\bno\b)"
    r"|\(未\)|\bintact\b|\bentire\b|\bunaltered\b|\bunneutered\b|\bunspayed\b"
)
_DONE = re.compile(
    r"去勢|避妊|不妊|手術済|\(済\)|\bneutered\b|\bspayed\b|\bcastrated\b|\baltered\b|\bdesexed\b"
    r"|\bmn\b|\bnm\b|\bfs\b|\bsf\b|\bm/n\b|\bf/s\b"
)
# In the Sex column of American shelter software these words carry the sex as well.
_CASTRATED = re.compile(r"neutered|neutered male|castrated|mn|nm|m/n")
_SPAYED = re.compile(r"spayed|spayed female|fs|sf|f/s")
_IS_MALE, _IS_FEMALE = re.compile(_MALE), re.compile(_FEMALE)
SEX_WORDS = re.compile(
    f"(?:(?:去勢|避妊|不妊|未去勢|未避妊)(?:済み?)?の?)?(?:{_MALE}|{_FEMALE})(?:\\((?:去勢|避妊|不妊)?(?:手術)?(?:済み?|未)\\))?"
)
_UNKNOWN_SEX = re.compile(r"(?:性別)?(?:不明|unknown)(?:\(.*\))?")
_YES = re.compile(
    r"yes|y|true|t|1|済み?|有り?|あり|○|◯|〇|実施(?:済み?)?|(?:不妊|去勢|避妊|・|/)*(?:手術)?(?:済み?|あり|有)|neutered|spayed|altered|spayed/neutered"
)
_NO = re.compile(
    r"no|n|false|f|0|未|無し?|なし|×|x|未実施|(?:不妊|去勢|避妊|・|/)*(?:手術)?(?:未実施|未済|なし|無)|未(?:不妊|去勢|避妊|手術).*|intact|unaltered"
)


def read_neuter_status(folded: str) -> str | None:
    """Return neutered or intact where a folded text speaks of the surgery, else None."""
    if _NOT_DONE.search(folded):
        return "intact"
    return "neutered" if _DONE.search(folded) else None


def read_sex(folded: str) -> tuple[str | None, bool]:
    """Return the sex that a folded text names, and whether it names both."""
    male, female = _IS_MALE.search(folded), _IS_FEMALE.search(folded)
    if male and female:
        return None, True
    return ("male" if male else "female" if female else None), False


def parse_sex(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a sex, with the neuter status where the cell tells it.

    A surgery without a sex leaves the sex unknown; both sexes are unknown with SEVERAL_ANIMALS;
    unreadable texts are unknown with UNKNOWN_SEX.
    """
    folded = fold(text)
    if says_nothing(folded):
        return EMPTY
    if _CASTRATED.fullmatch(folded):
        return Parsed({"sex": "male", "neuter_status": "neutered"})
    if _SPAYED.fullmatch(folded):
        return Parsed({"sex": "female", "neuter_status": "neutered"})
    sex, both = read_sex(folded)
    neuter_status = read_neuter_status(folded)
    fields: dict[str, str] = {"sex": sex or "unknown"}
    if neuter_status:
        fields["neuter_status"] = neuter_status
    if both:
        return Parsed(fields, ("SEVERAL_ANIMALS",))
    if sex is None and neuter_status is None and not _UNKNOWN_SEX.fullmatch(folded):
        return Parsed(fields, ("UNKNOWN_SEX",))
    return Parsed(fields)


def parse_neutered(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read whether the surgery was done; other texts are unknown with UNKNOWN_CODE."""
    folded = fold(text)
    if says_nothing(folded):
        return EMPTY
    if _NO.fullmatch(folded):
        return Parsed({"neuter_status": "intact"})
    if _YES.fullmatch(folded):
        return Parsed({"neuter_status": "neutered"})
    status = read_neuter_status(folded)
    return Parsed({"neuter_status": status or "unknown"}, () if status else ("UNKNOWN_CODE",))
