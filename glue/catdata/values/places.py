"""Places: an area down to the town block, never finer."""

import re
from collections.abc import Mapping

from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.scrub import REMOVED, scrub
from catdata.values.text import fold, kanji_to_digits, plain, says_nothing

_HYPHEN = "[-‐‑‒–—―−ー]"
_BLOCK = re.compile(r"[0-9一二三四五六七八九十]+丁目")
_POSTCODE = re.compile(rf"〒? ?[0-9]{{3}}{_HYPHEN}[0-9]{{4}} ?|〒 ?[0-9]{{7}} ?")
_ASIDE = re.compile(
    r"\(.*?(?:\)|$)|[、。;,].*|(?<=[町村区市丁目]) (?=.*(?:公園|学校|センター|店|庁舎|合同|駅)).*"
)
_AROUND = re.compile(
    r"(?:の)?(?:付近|近く|近辺|周辺|辺り|あたり|近郊|地内|地区内|内|先|方面|エリア|住宅街|一帯|界隈)+(?:の.*)?$"
)
_NUMBER = re.compile(
    rf"(?:大?字)?(?<![0-9])(?![0-9]+(?:番町|丁目|条|線|区|の?里|番丁))[0-9]+(?:[番号地]|{_HYPHEN}|の[0-9]|台|$| |[^0-9条線丁]).*$"
)
_KANJI_NUMBER = re.compile(r"[一二三四五六七八九十百千]+番地.*$")
_LINE_NUMBER = re.compile(r"(?<=線)[0-9]+号.*$")
_LANDMARK = re.compile(
    r"公園|学校|小学|中学|高校|大学|幼稚園|保育|交番|駅|店|スーパー|コンビニ|マート|ローソン|セブン|病院|医院|マンション|アパート|ハイツ|"
    r"コーポ|団地|ビル|宅|庭|公民館|役所|役場|神社|寺院|駐車|倉庫|工場|会社|橋|高架|国道|県道|道路|通り|トンネル|ベランダ|河川敷|堤防|"
    r"キャンプ|広場|グラウンド|プール|墓地|霊園|埋立|境界|裏手|ホテル|旅館|スタンド|銀行|郵便局"
)
_OFFICE = re.compile(r"動物愛護|愛護センター|保健所|管内|動物管理|動物指導|アニウェル|動物保護")
_NO_PLACE = re.compile(r"募集|予約|見学|マッチング|収容場所|保護場所|^no\.|https?:")
_ADMIN_END = re.compile(r".*(?:丁目|[町村区市郡県府都道条])")
_STREET = re.compile(
    r"(?:^| )[0-9]+[- ]?[a-z]? .*|(?:^|.* )(?:st|street|ave|avenue|blvd|boulevard|rd|road|dr|drive|ln|lane|ct|court|pl|place|hwy|"
    r"highway|cir|circle|ter|terrace|pkwy|way)\.?(?: (?:n|s|e|w|#.*|apt.*|unit.*))?$|^blk .*|.*(?: & | / | and .* (?:st|ave|rd)).*"
)
_ZIP = re.compile(r"(?<= )[0-9]{5}(?:-[0-9]{4})?$|(?<= )[0-9]{4}$")


def parse_place(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read the area of a place: municipality and town, with 丁目 at the finest.

    House numbers, landmarks, streets and asides are cut (PLACE_COARSENED); 付近 and the like go
    without a flag. A text that names only a landmark or no place at all gives no area.
    """
    kept = plain(text)
    folded = fold(kept)
    if says_nothing(folded):
        return EMPTY
    if kept.isascii():
        area = _western(kept)
    elif _NO_PLACE.search(folded):
        return EMPTY
    else:
        kept = _AROUND.sub("", kept).strip()
        area = _japanese(kept)
    flags = ("PLACE_COARSENED",) if _blocks(area) != _blocks(kept) else ()
    return Parsed({"*": area} if area else {}, flags)


def _western(place: str) -> str:
    parts = [part.strip() for part in place.split(",")]
    named = [p for p in parts if p and not _STREET.fullmatch(p.casefold())]
    return (
        scrub(", ".join(_ZIP.sub("", p).strip() for p in named))[0].replace(REMOVED, "").strip(" ,")
    )


def _japanese(place: str) -> str:
    area = _POSTCODE.sub("", place)
    block = _BLOCK.search(area)
    if block:
        area = area[: block.end()]
    area = _ASIDE.sub("", area)
    if not block:
        for finer in (_KANJI_NUMBER, _LINE_NUMBER, _NUMBER):
            area = finer.sub("", area)
    landmark = _LANDMARK.search(area)
    if landmark and not _OFFICE.search(area):
        known = _ADMIN_END.match(area[: landmark.start()])
        area = known[0] if known else ""
    area = scrub(area)[0].replace(REMOVED, "")
    return _blocks(_AROUND.sub("", area).strip(" ・-のを"))


def _blocks(area: str) -> str:
    """Return the area with the numbers of its blocks in digits and without blanks between kanji."""
    area = _BLOCK.sub(lambda found: kanji_to_digits(found[0]), area)
    return area if area.isascii() else re.sub(r"(?<=[^ -~]) (?=[^ -~])", "", area)
