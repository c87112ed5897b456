"""Ages: 185 ways to say how old a cat is, as a range of months."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

from catdata.values.births import read_birth
from catdata.values.dates import InvalidDateError, Span
from catdata.values.result import EMPTY, Context, Parsed, Value
from catdata.values.text import fold, kanji_to_digits, says_nothing

OUTLIER_MONTHS = 22 * 12
_DAYS_A_MONTH = Decimal("30.4375")  # 365.25 / 12
_TENTH = Decimal("0.1")
_LONGEST = 9999

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_YEARS = r"(?:歳|才|さい|ヶ?年|years?|yrs?|y)"
_MONTHS = r"(?:[かカケヶヵヵケ箇ヶ]月|months?|mths?|mos?)"
_DAYS = r"(?:日|days?)"
_WEEKS = r"(?:週間?|weeks?|wks?)"
_AGE = re.compile(
    rf"(?:(?P<y>{_NUMBER}) ?{_YEARS}(?P<yh>半)?)?[ ,・と]*(?:(?P<m>{_NUMBER}) ?(?:{_MONTHS}|(?(y)月|(?!)))(?P<mh>半)?)?"
    rf"[ ,]*(?:(?P<w>{_NUMBER}) ?{_WEEKS})?[ ,]*(?:(?P<d>{_NUMBER}) ?{_DAYS})?"
)
_UNIT_AT_END = re.compile(rf"({_YEARS}|{_MONTHS}|{_WEEKS}|{_DAYS})$")
_ESTIMATED = re.compile(
    r"推定|約|およそ|おおよそ|程度|前後|くらい|ぐらい|位|頃|ごろ|ほど|弱|強|過ぎ|すぎ|\?|\b(?:about|approx\.?|est\.?|estimated)\b"
)
_FILLER = re.compile(r"推定年齢|年齢|^月齢|生後|(?<!未)満|齢|\bold\b|\(\)|\( \)")
_REST = re.compile(r"(?:体重|性格|写真|特徴).*")
_MORE = re.compile(r"(?:以上|~|\+|〜|以降|オーバー|or (?:more|over|older))$|^over ")
_LESS = re.compile(r"以下|以内|まで$|^~|^up to ")
_UNDER = re.compile(r"未満|^under |^<")
_RANGE = re.compile(r" ?(?:~|-|から|,|・|\bto\b) ?(?=[0-9半])")
_MONTH_NAME = re.compile(r"(?:[1-9]|1[0-2])月")
_BIRTH = re.compile(
    r"(?:(?:[0-9]{4}|(?:令和|平成|昭和|[rh])[ .]?(?:元|[0-9]{1,2}))[年./-][^()、,]*?|[0-9]{4}年[^()、,]*)(?:生まれ|うまれ|産まれ|出生|生|$)"
)
_BARE_BIRTH = re.compile(r"[0-9]{1,2}月[^()、, ]{0,3}(?:生まれ|うまれ|産まれ|生)")
_AS_OF = re.compile(r"\((?P<day>[^()]*?)(?:現在|時点)\)")
_STAGES = (
    (
        "kitten",
        re.compile(
            r"[子仔幼]猫|子ネコ|子ねこ|仔ネコ|こねこ|コネコ|幼齢|離乳|乳飲み?|授乳|哺乳|新生[児子]|\bkittens?\b|\bneonat|[子仔幼]犬|\bpupp(?:y|ies)\b"
        ),
    ),
    (
        "adult",
        re.compile(
            r"成猫|成ネコ|成ねこ|老猫|成犬|老犬|成獣|成熟|高齢|老齢|シニア|\badult\b|\bsenior\b|\bgeriatric\b"
        ),
    ),
)

Months = tuple[Decimal, Decimal | None]


def parse_age(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read an age to months, a birth date or a life stage, whichever the cell tells.

    A year of age covers twelve months (5歳 is 60 to 71), months are exact, weeks and days become
    tenths of a month. `unit` (months or years) is the unit of plain numbers. Flags: AGE_AMBIGUOUS,
    AGE_OUTLIER (over 22 years), AGE_UNPARSED.
    """
    folded = _REST.sub("", fold(text)).strip()
    if says_nothing(folded):
        return EMPTY
    fields: dict[str, Value] = {}
    stage = next((name for name, words in _STAGES if words.search(folded)), None)
    if stage:
        fields["life_stage"] = stage
    rest = folded
    as_of = _AS_OF.search(folded)
    if as_of:
        rest = _AS_OF.sub("", rest)
    birth, rest = _take_birth(rest, context)
    months = _read_months(_stripped(rest), args.get("unit"))
    if as_of and months and birth is None:
        birth, months = _born_before(as_of["day"], months, context), None
    if birth:
        fields |= {"birth_from": birth.first, "birth_to": birth.last}
    if months:
        low, high = months
        fields |= {"age_months_min": low, "age_months_max": high}
        fields["age_basis"] = "estimated" if _ESTIMATED.search(folded) else "stated"
        return Parsed(fields, ("AGE_OUTLIER",) if low > OUTLIER_MONTHS else ())
    if birth:
        return Parsed(fields, birth.flags)
    if _ambiguous(folded):
        return Parsed(fields, ("AGE_AMBIGUOUS",))
    return Parsed(fields, () if stage else ("AGE_UNPARSED",))


def _ambiguous(folded: str) -> bool:
    return (
        _MONTH_NAME.fullmatch(_stripped(folded)) is not None
        or _BARE_BIRTH.search(folded) is not None
        or re.fullmatch(_NUMBER, folded) is not None
    )


def _stripped(text: str) -> str:
    for _, words in _STAGES:
        text = words.sub("", text)
    text = _FILLER.sub("", _ESTIMATED.sub("", text)).strip(" ()・,、:")
    return _FILLER.sub("", text.replace("(", " ").replace(")", " ")).strip(" ・,、:")


def _take_birth(text: str, context: Context) -> tuple[Span | None, str]:
    found = _BIRTH.search(text)
    if not found:
        return None, text
    try:
        span = read_birth(_ESTIMATED.sub("", found[0]).strip(), context)
    except InvalidDateError:
        return None, text
    return span, text[: found.start()] + text[found.end() :]


def _born_before(day: str, months: Months, context: Context) -> Span | None:
    """Return the births that an age on a stated day leaves possible."""
    try:
        at = read_birth(day, context)
    except InvalidDateError:
        return None
    low, high = months
    if high is None or high > _LONGEST:
        return None
    return Span(
        at.first - timedelta(days=ceil((high + 1) * _DAYS_A_MONTH)),
        at.last - timedelta(days=int(low * _DAYS_A_MONTH)),
        at.precision,
        at.flags,
    )


def _read_months(text: str, unit: object) -> Months | None:
    """Return the lower and upper bound in months of a text freed of its decoration."""
    text = kanji_to_digits(text.replace("、", ","))
    if not text:
        return None
    if re.fullmatch(_NUMBER, text) and unit in ("months", "years"):
        return _one(text + ("歳" if unit == "years" else "か月"))
    if text == "半年":
        return Decimal(6), Decimal(6)
    if _UNDER.search(text):
        return _at_most(_one(_UNDER.sub("", text).strip()), Decimal(1))
    if _LESS.search(text):
        bound = _one(_LESS.sub("", text).strip())
        return (Decimal(0), bound[1]) if bound else None
    if _MORE.search(text):
        text = _MORE.sub("", text).strip()
        bound = _read_months(text, unit) if text else None
        return (bound[0], None) if bound else None
    ends = [end.strip() for end in _RANGE.split(text) if end.strip()]
    if len(ends) == 2:
        return _between(ends[0], ends[1])
    return _one(text)


def _at_most(bound: Months | None, less: Decimal) -> Months | None:
    return (Decimal(0), bound[0] - less) if bound else None


def _between(start: str, end: str) -> Months | None:
    unit = _UNIT_AT_END.search(end)
    if not _UNIT_AT_END.search(start) and unit and re.fullmatch(_NUMBER, start):
        start += unit[0]
    low, high = _one(start), _one(end)
    if not low or not high or high[1] is None or low[0] > high[1]:
        return None
    return low[0], high[1]


def _one(text: str) -> Months | None:
    found = _AGE.match(text)
    # What follows an age must not be part of it: a letter or digit would make it another word.
    if not found or not found[0].strip() or re.match(r"[0-9a-z月年]", text[found.end() :].strip()):
        return None
    parts = found.groupdict()
    numbers = [parts[unit] for unit in "ymwd" if parts[unit]]
    # Longer ones are no ages, and do not fit the columns.
    if not numbers or any(len(n.partition(".")[0]) > 4 or len(n) > 8 for n in numbers):
        return None
    months = Decimal(parts["m"] or 0) + (Decimal("0.5") if parts["mh"] else 0)
    days = Decimal(parts["w"] or 0) * 7 + Decimal(parts["d"] or 0)
    months += (days / _DAYS_A_MONTH).quantize(_TENTH, ROUND_HALF_UP)
    if parts["y"] is None:
        return _tenths(months), _tenths(months)
    years = Decimal(parts["y"])
    if len(parts["y"]) >= 4:
        return None
    if parts["yh"] or any(parts[unit] for unit in "mwd"):
        exact = years * 12 + months + (6 if parts["yh"] else 0)
        return _tenths(exact), _tenths(exact)
    if years % 1:
        return _decimal_years(years)
    return years * 12, years * 12 + 11


def _decimal_years(years: Decimal) -> Months:
    # 1.2歳 may be written for 1 or 2 years; the range holds both readings.
    whole, tenths = divmod(years, 1)
    if tenths * 10 == whole + 1:
        return whole * 12, (whole + 1) * 12 + 11
    return _tenths(years * 12), _tenths(years * 12)


def _tenths(months: Decimal) -> Decimal:
    return months.quantize(_TENTH, ROUND_HALF_UP)
