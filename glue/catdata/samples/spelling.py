"""How officers write dates, ages, sexes, coats and numbers: every spelling of the samples."""

from collections.abc import Callable, Sequence
from datetime import date
from random import Random

_WIDE = str.maketrans("0123456789-/.", "０１２３４５６７８９－／．")
_REIWA, _HEISEI = date(2019, 5, 1), date(1989, 1, 8)

INTAKE_TYPE = {
    "owner_surrender": ("飼い主から", "所有者から", "飼い主からの引取り"),
    "stray": ("所有者不明", "拾得者から", "所有者不明の引取り"),
    "injured": ("負傷", "負傷収容", "負傷動物"),
    "transfer_in": ("他施設から", "移管"),
    "ordinance": ("条例収容",),
    "unknown": ("他課持込",),
}
OUTCOME_TYPE = {
    "returned": ("返還", "飼い主へ返還", "返還済"),
    "rehomed": ("譲渡", "譲渡済", "譲 渡"),
    "euthanized": ("殺処分", "致死処分", "安楽死"),
    "died": ("収容中死亡", "死亡", "自然死"),
    "transfer_out": ("他施設へ", "移送"),
    "returned_to_field": ("元の場所に戻す", "地域へ返還"),
    "escaped": ("逸走", "逃走"),
    "unknown": ("県外搬送",),
    None: ("収容中", "飼養中", ""),
}
RECIPIENT = {
    "individual": ("個人", "個人（県内）", "個人"),
    "group": ("団体", "ＮＰＯ法人ねこの家", "㈱髙橋動物園芸", "風見鶏の会"),
}
CATEGORY = {"1": ("①", "1", "分類１"), "2": ("②", "2", "分類２"), "3": ("③", "3")}
COAT = {
    "brown_tabby": ("キジトラ", "ｷｼﾞﾄﾗ", "ギジトラ", "長毛キジトラ"),
    "brown_tabby_white": ("キジ白", "キジトラ白"),
    "orange_tabby": ("茶トラ", "茶とら"),
    "orange_white": ("茶白", "茶トラ白"),
    "silver_tabby": ("サバトラ", "ｻﾊﾞﾄﾗ"),
    "silver_white": ("サバ白",),
    "black": ("黒", "クロ"),
    "black_white": ("白黒", "白・黒", "ハチワレ"),
    "white": ("白",),
    "grey": ("灰", "グレー"),
    "calico": ("三毛", "ミケ"),
    "tortoiseshell": ("サビ", "さび"),
    "unknown": ("不明", ""),
}
SEX = {
    ("male", "neutered"): ("去勢オス", "オス（去勢済）"),
    ("female", "neutered"): ("避妊メス", "メス（避妊済）"),
    ("male", "unknown"): ("オス", "♂", "雄", "ｵｽ"),
    ("female", "unknown"): ("メス", "♀", "雌", "ﾒｽ"),
    ("unknown", "unknown"): ("不明", "不明", ""),
}


def wide(text: str) -> str:
    """Return the text with its digits and separators in full width."""
    return text.translate(_WIDE)


def era_year(day: date) -> tuple[str, str, int]:
    """Return the era's name, its letter and the year in it, 1 being 元年."""
    if day >= _REIWA:
        return "令和", "R", day.year - 2018
    if day >= _HEISEI:
        return "平成", "H", day.year - 1988
    return "昭和", "S", day.year - 1925


def _kanji(day: date) -> str:
    era, _, year = era_year(day)
    return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def _letter(day: date) -> str:
    _, letter, year = era_year(day)
    return f"{letter}{year}.{day.month}.{day.day}"


def _padded(day: date) -> str:
    era, _, year = era_year(day)
    return f"{era}{year:02d}年{day.month:02d}月{day.day:02d}日"


DATES: tuple[Callable[[date], str], ...] = (
    _kanji,
    _letter,
    _padded,
    lambda d: f"{d.year}/{d.month:02d}/{d.day:02d}",
    lambda d: d.isoformat(),
    lambda d: f"{d.year}.{d.month:02d}.{d.day:02d}",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: wide(_kanji(d)),
    lambda d: wide(f"{d.year}/{d.month}/{d.day}"),
    lambda d: _kanji(d).replace("日", " 日"),
)


def spell_date(
    rng: Random, day: date | None, styles: Sequence[Callable[[date], str]] = DATES
) -> str:
    """Return a day in one of the styles, the first being the officer's habit; "" for none."""
    if day is None:
        return ""
    return (styles[0] if rng.random() < 0.6 else rng.choice(styles))(day)


def impossible_date(year: int) -> str:
    """Return 30 February of a fiscal year, as an era date."""
    return f"令和{year + 1 - 2018}年2月30日"


def fiscal_year_name(year: int, *, full_width: bool = False) -> str:
    """Return a fiscal year as its office writes it: 令和5年度, or 令和５年度."""
    era, _, n = era_year(date(year, 12, 31))
    number = "元" if n == 1 else str(n)
    return f"{era}{wide(number) if full_width else number}年度"


def spell_age(rng: Random, months: int | None, *, looks_adult: bool) -> str:
    """Return an age in months as an officer notes it: months under a year, else whole years."""
    if months is None:
        return "成猫" if looks_adult else rng.choice(("不明", ""))
    if months == 0:
        return rng.choice(("0か月", "約0ヶ月"))
    if months < 12:
        return rng.choice(
            (
                f"約{months}か月",
                f"{months}ヶ月",
                f"{months}カ月",
                f"{wide(str(months))}か月",
                f"推定{months}ヶ月",
            )
        )
    years = months // 12
    return rng.choice((f"{years}歳", f"推定{years}歳", f"{wide(str(years))}歳", f"約{years}才"))


def spell_count(rng: Random, count: int) -> str:
    """Return a number of heads: plain, full-width, or with its unit."""
    return rng.choice((str(count), wide(str(count)), f"{count}頭", f"{count:,}"))


def spell_collar(rng: Random, worn: bool) -> str:
    """Return what a ledger says of a collar."""
    if worn:
        return rng.choice(("有", "有（赤）", "黒(ﾘｰﾄﾞ赤)", "赤・鈴付き", "青い首輪"))
    return rng.choice(("なし", "無", "なし", ""))


def one_of(rng: Random, spellings: Sequence[str]) -> str:
    """Return one spelling, the first more often than the others."""
    return spellings[0] if rng.random() < 0.6 else rng.choice(spellings)
