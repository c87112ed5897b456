"""Personal data in free text: what patterns can find is replaced before anything is written.

A name without a label or an honorific cannot be told from other words; columns that hold names are
declared personal in the contract and never read.
"""

import re
import unicodedata

REMOVED = "〔削除〕"

_HYPHENS = "‐‑‒–—―−ーｰ-"
_H = f"[{_HYPHENS}]"
_BETWEEN = rf"(?:{_H}|\s)"
# Characters that no one sees, and that would part the digits of a number.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_WORD = r"[一-龯々〆ヶぁ-んァ-ヴー]"
_COUNTED = (
    r"(?! ?(?:匹|頭|歳|才|[かカケヶヵ]月|月|日|回|kg|g|cm|時|週|年|件|人|名|個|分|円|%|/|[0-9]))"
)

_CONTACTS = (
    # mail addresses, also with blanks around the sign; bounded as RFC 5321 bounds them, so that long
    # texts take no longer than their length
    re.compile(r"[A-Za-z0-9._%+\-]{1,64} ?@ ?[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+"),
    # microchip numbers: 15 digits, perhaps in groups
    re.compile(rf"(?<![0-9])[0-9](?:(?:{_H}| )?[0-9]){{14}}(?![0-9])"),
    # a number behind a telephone label, whatever its shape
    re.compile(
        r"(?:tel|phone|fax|電話(?:番号)?|携帯(?:番号)?|℡|☎|連絡先)[ :.]*"
        rf"\+?[0-9(][0-9() .{_HYPHENS}]{{5,}}[0-9]",
        re.IGNORECASE,
    ),
    # Japanese numbers: 10 or 11 digits with the leading 0, or after +81; fewer are a case's number
    re.compile(
        rf"(?<![0-9])(?:\+ ?81[ -]?\(?0?\)?"
        rf"|\(?0(?=(?:[\s(){_HYPHENS}]{{0,3}}[0-9]){{9,10}}(?![0-9])))"
        rf"[1-9][0-9]{{0,3}}\)?(?:{_BETWEEN}|\()?"
        rf"[0-9]{{1,4}}\)?{_BETWEEN}?[0-9]{{3,4}}(?![0-9])"
    ),
    # the same with other signs between all groups, where no date goes on to either side
    re.compile(
        rf"(?<![0-9])(?<![0-9][._/・~{_HYPHENS}])0(?=(?:(?:[._/・~]| {_H} )?[0-9]){{9,10}}(?![0-9]))"
        rf"[1-9][0-9]{{0,3}}([._/・~]| {_H} )[0-9]{{1,4}}\1[0-9]{{3,4}}(?![0-9]| ?[._/・~{_HYPHENS}] ?[0-9])"
    ),
    # North American numbers
    re.compile(
        r"(?<![0-9])(?:\+?1[ .-]?)?(?:\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[ .-][0-9]{4}(?![0-9])"
    ),
    # Australian numbers with area or country code
    re.compile(r"(?<![0-9])(?:\+ ?61 ?[0-9]|\(?0[2-478]\)?) ?[0-9]{4} ?[0-9]{4}(?![0-9])"),
    # bank accounts
    re.compile(
        r"(?:口座(?:番号)?|(?:普通|当座)(?:預金|口座)?(?:番号)?)[ :.]*(?:No)?[ :.]*[0-9]{6,8}(?![0-9])"
    ),
)
_HONORIFIC_OF_NOBODY = "".join(
    f"(?<!{word})"
    for word in [
        "飼い主",
        "飼主",
        "獣医",
        "職員",
        "住民",
        "業者",
        "ボランティア",
        "大家",
        "屋",
        "隣人",
        "近所",
        "皆",
        "客",
        "猫",
        "犬",
        "ネコ",
        "母",
        "父",
        "兄",
        "姉",
        "模",
        "仕",
        "同",
        "多",
        "異",
        "有",
        "各",
        "一",
        "彼",
        "摂",
        "華",
    ]
)
_NAMES = (
    re.compile(
        r"(?:氏名|お?名前|申請者|届出者|通報者|相談者|飼い?主|所有者|拾得者|連絡者|担当者?)"
        rf"(?:名|氏名)?[ ]?[:=][ ]?(?!不明|なし|無){_WORD}{{1,8}}(?: {_WORD}{{1,6}})?"
    ),
    re.compile(
        r"(?:[一-龯々ヶ]{1,4}|[ァ-ヴー]{2,8})[ ]?(?:[一-龯々]{1,3}|[ァ-ヴー]{2,8}|[ぁ-ん]{2,4})?"
        rf"{_HONORIFIC_OF_NOBODY}[ ]?(?:様(?![子式々相態なにの])|さん(?!ご)|氏(?![名神族]))"
    ),
    re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-Z][A-Za-z'\-]+(?: [A-Z][A-Za-z'\-]+)?"),
)
_ADDRESSES = (
    re.compile(rf"〒? ?(?<![0-9])[0-9]{{3}}{_H}[0-9]{{4}}(?![0-9{_HYPHENS}])"),
    re.compile(
        rf"(?<=丁目)[ ]?[0-9一二三四五六七八九十]+(?:番地?|{_H})?"
        rf"(?:[の{_HYPHENS}]?[0-9一二三四五六七八九十]+)*(?:号(?:室)?)?{_COUNTED}"
    ),
    re.compile(rf"(?<![0-9])[0-9]+番地?(?:[の{_HYPHENS}]?[0-9]+)*(?:号(?:室)?)?(?![台組目町線])"),
    re.compile(r"[一二三四五六七八九十百]+番地(?:の?[一二三四五六七八九十]+)?(?:号)?"),
    re.compile(
        rf"(?<=[一-龯々ヶぁ-んァ-ヴ])[0-9]{{1,4}}(?:{_H}[0-9]{{1,4}}){{1,3}}(?:号(?:室)?)?{_COUNTED}"
    ),
    re.compile(
        r"\b[0-9]{1,6}[ ](?:[NSEW][. ]+)?[A-Z][A-Za-z0-9']*(?: [A-Z][A-Za-z']*){0,3} "
        r"(?:St|Street|Ave|Avenue|Blvd|Boulevard|Rd|Road|Dr|Drive|Ln|Lane|Ct|Court|Way|Pl|Hwy)\b\.?",
        re.IGNORECASE,
    ),
)


# Each kind of finding with what a text must have for one: most texts have none of it, and are done
# after one look a kind. What is put in place of a finding has none either.
_Kind = tuple[re.Pattern[str], tuple[re.Pattern[str], ...]]
_CONTACT: _Kind = (
    re.compile(r"@|[0-9](?:[^0-9]*[0-9]){5}|(?i:tel|phone|fax)|電話|携帯|℡|☎|連絡先"),
    _CONTACTS,
)
_NAME: _Kind = (re.compile(r"[:=様氏]|さん|M(?:rs?|s|iss)|Dr"), _NAMES)
_ADDRESS: _Kind = (re.compile(r"[0-9]|丁目|番地"), _ADDRESSES)


def scrub(text: str) -> tuple[str, bool]:
    """Return the text without personal data, and whether any was found.

    Found are telephone numbers, mail addresses, chip and account numbers, names behind a label or
    before an honorific, and what stands behind a town block in an address. A text with a finding comes
    back in NFKC; one without comes back as it was.
    """
    return _replace(text, _CONTACT, _NAME, _ADDRESS)


def scrub_contacts(text: str) -> tuple[str, bool]:
    """Return the text without telephone, mail, chip and account numbers, and whether any was found."""
    return _replace(text, _CONTACT)


def names_a_person(text: str) -> bool:
    """Return whether a short text such as a number or a file's name has a contact or a name in it.

    Addresses are not looked for: 収5-12 is a number.
    """
    return _replace(text, _CONTACT, _NAME)[1]


def _replace(text: str, *kinds: _Kind) -> tuple[str, bool]:
    normal = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    found = 0
    for needed, patterns in kinds:
        if needed.search(normal):
            for pattern in patterns:
                normal, hits = pattern.subn(REMOVED, normal)
                found += hits
    return (normal, True) if found else (text, False)
