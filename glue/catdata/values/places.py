"""Places: an area down to the town block, never finer."""

import re
from collections.abc import Mapping

from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.scrub import REMOVED, scrub
from catdata.values.text import fold, kanji_to_digits, plain, says_nothing

_HYPHEN = "[-‐‑‒–—―−ー]"
_BLOCK = re.compile(r"[0-9一二三四五六七八九十]+丁目")
_POSTCODE = re.compile(rf"〒? ?(?<![0-9])[0-9]{{3}}{_HYPHEN}[0-9]{{4}}(?![0-9]) ?|〒 ?[0-9]{{7}} ?")
_DATE = re.compile(r"(?:令 ?和|平 ?成)?[0-9元]+年[0-9]+月[0-9]+日(?:\([月火水木金土日].*?\))?")
_ASIDE = re.compile(r"\(.*?(?:\)|$)|[、。;,].*")
_AROUND = re.compile(
    r"の?(?:付近|近く|近辺|周辺|辺り|あたり|地内|方面|エリア|一帯|界隈|住宅街|(?<=[市区町村郡県])内)+(?:の.*)?$"
)
# 番町, 丁目, 条, 線 and 区 carry numbers that are names of areas.
_NUMBER = re.compile(r"第?(?<![0-9])[0-9]+(?!番町|番丁|丁目|条|線|区|[0-9]).*$")
_KANJI_NUMBER = re.compile(r"[一二三四五六七八九十百千]+番地.*$")
_LANDMARK = re.compile(
    r"公園(?!町)|学校|小学|中学|高校|大学(?!町|南|北)|幼稚園|保育|交番|駅(?!前町|南|東|西|北|元)|店|スーパー|コンビニ|"
    r"マート|ローソン|セブン|病院|医院|マンション|アパート|ハイツ|コーポ|団地|ビル|自宅|人宅|邸|公民館|役所|役場|庁舎|"
    r"神社(?!町)|駐車|倉庫|工場|会社|高架|国道|県道|道路|裏通り|トンネル|ベランダ|河川敷|堤防|キャンプ|広場|グラウンド|"
    r"プール|墓地|霊園|埋立|境界|裏手|ホテル|旅館|スタンド|銀行|郵便局|サロン|センター|マップ|座標"
)
_OFFICE = re.compile(r"動物愛護|愛護センター|保健所|動物管理|動物指導|アニウェル|動物保護")
_NO_PLACE = re.compile(r"募集|予約|見学|マッチング|収容場所|保護場所|no\.|https?:|[\x80-\x9f]")
_ADMIN_END = re.compile(r".*(?:丁目|[町村区市郡県府条]|東京都|北海道)")
_LEFT_OVER = re.compile(r"(?:大?字|宅)$")
_TOWN = re.compile(r"[市区町村郡].*[町村字]|丁目")

_STREET_WORD = (
    r"(?:st|street|ave?|avenue|blvd|boulevard|rd|road|dr|drive|ln|lane|ct|court|pl|hwy|highway|"
    r"cir|circle|ter|terrace|pkwy|parkway|way|alley)"
)
_STREET = re.compile(
    rf".*[0-9/&@].*|(?:blk|block|via|camino|plaza|paseo|avenida) .*|[nsew]\.? .*|near .*|(?:.* )?{_STREET_WORD}\.?(?: [nsew])?"
)
# St, Way, Court and Place begin or join names of suburbs as well.
_STREET_BEFORE = re.compile(
    r"^.*\b(?:ave?|avenue|blvd|boulevard|rd|road|dr|drive|ln|lane|hwy|highway|street)\b\.? (?=\S)",
    re.IGNORECASE,
)
_STATE = re.compile(r"[A-Z]{2,3}")
_COUNTRY = re.compile(r"united states(?: of america)?|usa|us|australia|japan")
_ZIP = re.compile(r"[ ,]*(?<![0-9])[0-9]{4,6}(?:-[0-9]{4})?$")


def parse_place(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read the area of a place: municipality and town, with 丁目 at the finest.

    House numbers, landmarks, streets and asides are cut (PLACE_COARSENED); 付近 and the like go
    without a flag. A text that names only a landmark or no place at all gives no area. Western
    addresses keep the city, the state and the country.
    """
    kept = plain(text)
    folded = fold(kept)
    if says_nothing(folded) or _NO_PLACE.search(folded):
        return EMPTY
    if kept.isascii():
        area = _western(kept)
    else:
        kept = _AROUND.sub("", kept).strip()
        area = _japanese(kept)
    flags = ("PLACE_COARSENED",) if area != _joined(kept) else ()
    return Parsed({"*": area} if area else {}, flags)


def _western(place: str) -> str:
    parts = [stripped for part in place.split(",") if (stripped := _ZIP.sub("", part).strip())]
    kept: list[str] = []
    while parts and (_COUNTRY.fullmatch(parts[-1].casefold()) or _STATE.fullmatch(parts[-1])):
        kept.insert(0, parts.pop())
    areas = [_STREET_BEFORE.sub("", part) for part in (parts[-1:] if kept else parts)]
    return ", ".join([a for a in areas if not _STREET.fullmatch(a.casefold())] + kept)


def _japanese(place: str) -> str:
    area = _DATE.sub("", _POSTCODE.sub("", place))
    block = _BLOCK.search(area)
    if block:
        area = area[: block.end()]
    words: list[str] = []
    for word in _ASIDE.sub("", area).split(" "):
        if words and _TOWN.search("".join(words)):
            break
        words.append(_without_landmark(word if block else _without_number(word)))
    area = _LEFT_OVER.sub("", scrub("".join(words))[0].replace(REMOVED, ""))
    if _ADMIN_END.match(area) is None and not _OFFICE.search(place) and _LANDMARK.search(place):
        return ""
    return _joined(_AROUND.sub("", area).strip("・-のを"))


def _without_number(word: str) -> str:
    return _NUMBER.sub("", _KANJI_NUMBER.sub("", word))


def _without_landmark(word: str) -> str:
    landmark = _LANDMARK.search(word)
    if landmark is None or _OFFICE.search(word):
        return word
    known = _ADMIN_END.match(word[: landmark.start()])
    return known[0] if known else ""


def _joined(area: str) -> str:
    """Return the area with block numbers in digits and without blanks in Japanese names."""
    area = _BLOCK.sub(lambda found: kanji_to_digits(found[0]), area)
    return area if area.isascii() else area.replace(" ", "")
