"""The registers beside the ledgers: surgery subsidies, complaints, and carcasses by month."""

from collections.abc import Sequence
from random import Random

from catdata.samples import spelling as sp
from catdata.samples.bodies import Body
from catdata.samples.cases import MONTHS, Application, Carcasses, Complaint, Line
from catdata.samples.sheet import Cell, Sheet

TNR_HEADER = (
    "受付番号", "行", "申請日", "申請者氏名", "申請者住所", "電話番号", "メールアドレス",
    "振込先口座", "印", "生息場所", "性別", "頭数", "助成額（円）", "動物病院", "耳カット",
    "交付決定日", "手術日", "交付日", "状況",
)  # fmt: skip
COMPLAINT_HEADER = (
    "受付番号", "受付日", "発生場所", "対象動物", "苦情の種類", "再苦情（元番号）", "相談者氏名",
    "電話番号", "相談者住所", "内容", "処理",
)  # fmt: skip

_STATUS = {
    "paid": ("交付済", "支払済"),
    "completed": ("実績報告済", "手術済"),
    "approved": ("交付決定", "決定"),
    "withdrawn": ("取下げ", "取下"),
    "rejected": ("不交付",),
}
_CATEGORY = {
    "waste": ("ふん尿", "糞尿", "悪臭"),
    "noise": ("鳴き声",),
    "feeding": ("餌やり", "エサやり"),
    "roaming": ("放し飼い",),
    "hoarding": ("多頭飼育", "多頭飼い"),
    "kittens": ("子猫", "子猫の出生"),
    "abandonment": ("遺棄",),
    "abuse": ("虐待",),
    "property": ("庭荒らし", "器物損壊"),
    "other": ("その他",),
}
_SEX = {"male": ("オス", "♂", "雄"), "female": ("メス", "♀", "雌")}


def tnr_ledger(rng: Random, body: Body, year: int, applications: Sequence[Application]) -> Sheet:
    """Return one fiscal year's 不妊去勢手術助成申請台帳: a row a line, a total of heads and yen."""
    sheet = Sheet()
    width = len(TNR_HEADER)
    title = f"{sp.fiscal_year_name(year)} 飼い主のいない猫 不妊去勢手術助成申請台帳（{body.name}）"
    sheet.head([title, *[""] * (width - 1)], TNR_HEADER)
    rows = [(a, line) for a in applications for line in a.lines]
    for application, line in rows:
        cells = _tnr_cells(rng, body, application, line)
        match line.bad_heads:
            case None:
                sheet.accept(cells, "tnr_case")
            case "△3":
                sheet.reject(cells, "NEGATIVE_COUNT")
            case _:
                sheet.reject(cells, "MALFORMED_COUNT")
    # The office adds up what it meant, the spoilt lines too.
    spoilt = any(line.bad_heads for _, line in rows)
    totals: list[Cell] = [""] * width
    totals[0] = "合計"
    totals[11] = f"{sum(line.heads for _, line in rows)}頭"
    totals[12] = f"{sum(line.yen for _, line in rows):,}円"
    sheet.total(totals, figures=2, differing=2 * spoilt)
    return sheet


def _tnr_cells(rng: Random, body: Body, application: Application, line: Line) -> list[Cell]:
    who = application.applicant
    return [
        application.number,
        line.number,
        sp.spell_date(rng, application.applied),
        who.name,
        who.address,
        who.phone,
        who.mail,
        who.account,
        rng.choice(("㊞", "印")),
        rng.choice((application.place.area, f"{body.name}{application.place.area}地内")),
        sp.one_of(rng, _SEX[line.sex]),
        line.bad_heads or sp.spell_count(rng, line.heads),
        rng.choice((f"{line.yen}", f"{line.yen:,}円", sp.wide(str(line.yen)), f"¥{line.yen:,}")),
        application.clinic,
        "有" if application.surgery else "",
        sp.spell_date(rng, application.approved),
        sp.spell_date(rng, application.surgery),
        sp.spell_date(rng, application.paid),
        sp.one_of(rng, _STATUS[application.status]),
    ]


def complaint_log(rng: Random, body: Body, year: int, cases: Sequence[Complaint]) -> Sheet:
    """Return one fiscal year's 苦情受付簿, with the callers' words over several lines."""
    sheet = Sheet()
    width = len(COMPLAINT_HEADER)
    title = f"苦情・相談受付簿（{body.name} 環境衛生課）{sp.fiscal_year_name(year)}"
    sheet.head([title, *[""] * (width - 1)], COMPLAINT_HEADER)
    for case in cases:
        cells = _complaint_cells(rng, body, case)
        if case.about_dog:
            sheet.exclude(cells, "OTHER_SPECIES")
        elif case.received is None:
            sheet.reject(cells, "MISSING_VALUE")
        else:
            sheet.accept(cells, "complaint")
            sheet.flags["UNKNOWN_CODE"] += case.unknown_category
    sheet.exclude(["（注）内容欄は取扱注意。", *[""] * (width - 1)], "NOTE_ROW")
    return sheet


def _complaint_cells(rng: Random, body: Body, case: Complaint) -> list[Cell]:
    who = case.caller
    words = [sp.one_of(rng, _CATEGORY[c]) for c in case.categories]
    told = rng.choice(
        (
            f"{who.name}様より電話（{who.phone}）。\n隣家の猫が庭に入る。",
            f"折返し希望 {who.phone}\n{who.address} 付近で餌をまく人がいる",
            "毎晩鳴き声がする。\n現地確認を希望",
            f"以前も相談した{who.name}です、との申出。",
        )
    )
    return [
        case.number,
        sp.spell_date(rng, case.received),
        rng.choice(("", body.name)) + case.place.area + rng.choice(("", case.place.street, "付近")),
        "犬" if case.about_dog else "猫",
        "カラスの巣" if case.unknown_category else rng.choice(("、", "、", "・", "，")).join(words),
        case.repeat_of or "",
        who.name,
        who.phone,
        who.address,
        told,
        rng.choice(("現地指導", "啓発看板を貸与", "助言", "経過観察")),
    ]


def carcass_table(rng: Random, body: Body, year: int, counts: Sequence[Carcasses]) -> Sheet:
    """Return one fiscal year's carcasses: a row a town, a column a month, totals below and beside.

    A cell that is no count goes to quarantine alone; its row's other months stand. The office's
    totals hold what it meant.
    """
    sheet = Sheet()
    header = ["地区", *(f"{month}月" for month in MONTHS), "計"]
    sheet.head(
        [f"{sp.fiscal_year_name(year, full_width=True)} 動物死体収容頭数（猫）", *[""] * 13],
        [f"{body.name}　道路・公共の場所で収容したもの", *[""] * 13],
        header,
    )
    by_town: dict[str, list[Carcasses]] = {}
    for count in counts:
        by_town.setdefault(count.town, []).append(count)
    sums = [0] * len(MONTHS)
    for town, months in by_town.items():
        cells = [m.bad or ("" if m.heads is None else sp.spell_count(rng, m.heads)) for m in months]
        good = sum(m.bad is None and m.heads is not None for m in months)
        sheet.accept([town, *cells, sum(m.heads or 0 for m in months)], *["carcass_pickup"] * good)
        sums = [s + (m.heads or 0) for s, m in zip(sums, months, strict=True)]
    sheet.total(
        ["計", *sums, sum(sums)],
        figures=len(MONTHS),
        differing=sum(c.bad is not None for c in counts),
    )
    sheet.exclude(["（注）飼い主が持ち込んだものを除く。", *[""] * 13], "NOTE_ROW")
    return sheet
