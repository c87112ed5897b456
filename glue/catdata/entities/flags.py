"""Data quality flags: every guess, inference or doubt that a value of a row may carry."""

# Order is the bit of a flag while a block is computed: append only.
FLAGS: dict[str, tuple[str, str]] = {
    "YEAR_INFERRED": ("年を年度から補った", "the year was inferred from the file's fiscal year"),
    "INVALID_DATE": ("存在しない日付", "a date that does not exist or cannot be read; left empty"),
    "ERA_OVERFLOW": (
        "元号の範囲を超える年",
        "an era year after the era's end; converted by counting on",
    ),
    "DATE_OUT_OF_RANGE": ("日付が範囲外", "a date before 1950 or more than a year ahead"),
    "DATE_FROM_LISTING": (
        "掲載日を収容日とした",
        "no intake date given; the day of the listing is used",
    ),
    "AGE_AMBIGUOUS": ("年齢か月名か不明", "an age that may be a month's name; left empty"),
    "AGE_OUTLIER": ("年齢が通常の範囲外", "an age over 22 years"),
    "AGE_UNPARSED": ("年齢を読めない", "an age that cannot be read; left empty"),
    "BIRTH_AFTER_INTAKE": (
        "生年月日が収容日より後",
        "born after the intake; the age is left empty",
    ),
    "UNKNOWN_CODE": ("コード表にない値", "a spelling that no code list has; kept as unknown"),
    "UNKNOWN_COAT": ("読めない毛色", "a coat that cannot be read; kept as unknown"),
    "UNKNOWN_SEX": ("読めない性別", "a sex that cannot be read; kept as unknown"),
    "COUNT_UNPARSED": ("数を読めない", "an optional count that cannot be read; left empty"),
    "OUTCOME_BEFORE_INTAKE": ("転帰日が収容日より前", "the outcome lies before the intake"),
    "OUTCOME_INFERRED": (
        "掲載終了から転帰を推定",
        "outcome inferred from disappearance of a listing",
    ),
    "STAY_CONTINUED": ("収容の続き", "an internal movement: the same stay goes on"),
    "INTERNAL_MOVEMENT": ("施設内の移動", "a movement inside the shelter's care, not an outcome"),
    "TEXT_SCRUBBED": ("個人情報を除いた", "personal data was removed from a free text"),
    "PLACE_COARSENED": ("住所を町丁目までに丸めた", "a place was cut to its town block"),
    "ROW_RAGGED": ("列数が見出しと異なる行", "the row had fewer or more cells than the header"),
    "SEVERAL_ANIMALS": ("一行に複数頭", "one row speaks of several animals"),
    "FORMULA_VALUE": ("数式の計算結果", "the value is a formula's stored result"),
    "MUNICIPALITY_SUCCEEDED": (
        "合併後の自治体に読み替えた",
        "an abolished code was read as its successor",
    ),
    "DEAD_ON_ARRIVAL": ("収容時に死亡", "dead when it came in"),
    "PARTIAL_PERIOD": ("期間の途中まで", "the figure covers a part of its period"),
    "EDITION_INFERRED": ("版を推定", "the edition of a report was inferred"),
    "REUSED_NUMBER": (
        "同じ番号に異なる収容日",
        "one number with several intake days: several stays of a ledger, one stay of a listing",
    ),
    "YEAR_ONLY": (
        "年だけの日付",
        "a date that is a year alone: its first possible day stands for it, in its fiscal year too",
    ),
}
