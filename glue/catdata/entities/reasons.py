"""Reasons why a source row is rejected or excluded, with the sentences that people read."""

from enum import StrEnum


class Disposition(StrEnum):
    """What became of a source row: every row has exactly one."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXCLUDED = "excluded"


R, X = Disposition.REJECTED, Disposition.EXCLUDED

# code: (disposition, Japanese, English)
REASONS: dict[str, tuple[Disposition, str, str]] = {
    "MISSING_VALUE": (R, "必須の値がない", "a required value is empty"),
    "INVALID_DATE": (R, "必須の日付を読めない", "a required date cannot be read"),
    "MALFORMED_COUNT": (R, "数を読めない", "a count cannot be read"),
    "NEGATIVE_COUNT": (R, "頭数が負", "a number of heads is negative"),
    "CHECK_DIGIT": (
        R,
        "自治体コードの検査数字が合わない",
        "the municipality code fails its check digit",
    ),
    "UNKNOWN_MUNICIPALITY": (R, "該当する自治体がない", "no municipality of that name or code"),
    "AMBIGUOUS_MUNICIPALITY": (
        R,
        "同名の自治体が複数ある",
        "several municipalities have that name",
    ),
    "RAGGED_ROW": (R, "列数が見出しより多い", "more filled cells than the header has columns"),
    "UNKNOWN_SPECIES": (R, "動物の種類を読めない", "the species cannot be read"),
    "UNKNOWN_MEASURE": (R, "統計項目を読めない", "the measure cannot be read"),
    "INVALID_FISCAL_YEAR": (R, "年度を読めない", "the fiscal year cannot be read"),
    "NO_ENTITY": (R, "契約のどの記録にも当たらない", "the row fits no record of the contract"),
    "NO_KEY": (
        R,
        "個人情報らしい識別番号。CATDATA_APPLICANT_KEY に鍵を設定して取り込み直してください",
        "an identity that looks personal; set a key in CATDATA_APPLICANT_KEY and load again",
    ),
    "TOTAL_ROW": (X, "合計行", "a total row; reconciled with its parts"),
    "NOTE_ROW": (X, "注記", "a note"),
    "REPEATED_HEADER": (X, "見出しの繰返し", "a repeated header"),
    "BLANK_ROW": (X, "空行", "an empty row"),
    "OTHER_SPECIES": (X, "猫以外", "not a cat"),
    "LOST_REPORT": (X, "迷子の届出（収容ではない）", "a report of a lost pet, not an intake"),
    "FOUND_REPORT": (X, "発見の届出（収容ではない）", "a report of a found pet, not an intake"),
    "DEAD_BODY": (X, "死体の持込（収容ではない）", "a dead body brought in, not an intake"),
    "CLINIC_VISIT": (X, "診療・手術のみ（収容ではない）", "a clinic visit, not an intake"),
    "INTERNAL_MOVEMENT": (X, "施設内の移動", "a movement inside the shelter's care"),
    "SUBTOTAL_PART": (X, "内訳の再掲（合算しない）", "a part shown again, never added"),
    "OUT_OF_SCOPE": (X, "対象外の記録", "outside the scope of the product"),
}
