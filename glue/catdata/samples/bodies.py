"""The fictional bodies of the samples: a prefecture with digits 99, which no code list has."""

from dataclasses import dataclass

PREFECTURE = "架空県"


def with_check_digit(digits: str) -> str:
    """Return a body's 5 digits with their check digit appended.

    The weights 6, 5, 4, 3, 2 and the complement to 11, of which the last digit stands, are those of
    JIS X 0402 (全国地方公共団体コード).
    """
    total = sum(int(d) * w for d, w in zip(digits, (6, 5, 4, 3, 2), strict=True))
    return digits + str((11 - total % 11) % 10)


@dataclass(frozen=True, slots=True)
class Body:
    """A fictional body: code, names, kind, population, town names, and its cats' yearly level."""

    code: str
    name: str
    name_en: str
    kind: str
    population: int
    towns: tuple[str, ...]
    facilities: tuple[str, ...]
    yearly_intakes: int


KAKU = Body(
    with_check_digit("99000"), PREFECTURE, "Kaku Prefecture", "prefecture", 412_300,
    ("峰越町", "渡瀬町", "茅原村", "花折町", "小夜町", "石坂村"),
    ("架空県動物愛護センター", "架空県北部保健所"), 320,
)  # fmt: skip
KAZEMACHI = Body(
    with_check_digit("99100"), "風待市", "Kazemachi City", "designated_city", 731_200,
    ("汐見町", "鐘ヶ丘", "本町", "若草台", "浜通", "桜堤", "三日月町", "灯台町"),
    ("風待市動物愛護センター",), 520,
)  # fmt: skip
HOSHIMI = Body(
    with_check_digit("99201"), "星見市", "Hoshimi City", "core_city", 318_900,
    ("天文台町", "流星台", "南十字", "銀河通", "彗星町"),
    ("星見市保健所",), 210,
)  # fmt: skip
SHIOMI = Body(
    with_check_digit("99202"), "潮見市", "Shiomi City", "city", 96_400,
    ("港町", "波止場", "千鳥町", "白砂", "灘見台"),
    ("潮見市環境課",), 34,
)  # fmt: skip
TSUKIMI = Body(
    with_check_digit("99301"), "月見町", "Tsukimi Town", "town", 12_700,
    ("上弦", "下弦", "十六夜", "朔"),
    ("月見町役場",), 9,
)  # fmt: skip

BODIES = (KAKU, KAZEMACHI, HOSHIMI, SHIOMI, TSUKIMI)
