"""Code lists of the domain: English code, Japanese and English label, and the spellings that mean it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list, with its labels and the further spellings that every source may use."""

    code: str
    ja: str
    en: str
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeList:
    """A closed list of codes; `unknown` is the code an unmapped spelling gets, always with a flag."""

    name: str
    ja: str
    codes: tuple[Code, ...]
    unknown: str | None = "unknown"

    def __contains__(self, code: object) -> bool:
        return any(c.code == code for c in self.codes)

    def names(self) -> tuple[str, ...]:
        """Return the codes in their order of definition."""
        return tuple(c.code for c in self.codes)


def _list(name: str, ja: str, *codes: tuple[str, ...], unknown: str | None = "unknown") -> CodeList:
    return CodeList(name, ja, tuple(Code(c[0], c[1], c[2], tuple(c[3:])) for c in codes), unknown)


CODE_LISTS: dict[str, CodeList] = {
    code_list.name: code_list
    for code_list in (
        _list(
            "intake_type",
            "収容区分",
            (
                "owner_surrender",
                "飼い主から",
                "surrendered by owner",
                "飼い主からの引取り",
                "所有者から",
                "飼養者から",
            ),
            (
                "stray",
                "所有者不明",
                "stray or unknown owner",
                "拾得者から",
                "所有者不明の引取り",
                "迷子",
            ),
            ("injured", "負傷収容", "injured animal", "負傷", "負傷動物"),
            ("ordinance", "条例収容", "taken in under an ordinance"),
            ("transfer_in", "他施設から", "from another facility", "移管"),
            ("born_in_care", "収容中出生", "born in care"),
            ("returned_adoption", "譲渡後返還", "returned after adoption"),
            ("unknown", "不明", "unknown"),
        ),
        _list(
            "outcome_type",
            "転帰",
            ("returned", "返還", "returned to owner", "飼い主へ返還", "返還済"),
            ("rehomed", "譲渡", "adopted", "譲渡済", "新しい飼い主へ"),
            ("euthanized", "殺処分", "euthanised", "致死処分", "安楽死"),
            ("died", "収容中死亡", "died in care", "死亡", "自然死"),
            ("transfer_out", "他施設へ", "to another facility", "移送"),
            ("returned_to_field", "元の場所に戻す", "returned to field", "地域へ返還", "リターン"),
            ("escaped", "逸走", "escaped", "逃走"),
            ("in_care", "収容中", "still in care", "飼養中"),
            ("unknown", "不明", "unknown"),
        ),
        _list(
            "recipient_type",
            "譲渡先",
            ("individual", "個人", "individual"),
            ("group", "団体", "rescue group", "ボランティア", "愛護団体"),
            unknown=None,
        ),
        _list(
            "euthanasia_category",
            "殺処分の分類",
            ("1", "譲渡することが適切ではない", "unsuitable for rehoming", "①", "(1)", "分類1"),
            (
                "2",
                "譲渡先の確保や適切な飼養管理が困難",
                "suitable, no home found",
                "②",
                "(2)",
                "分類2",
                "愛玩動物又は伴侶動物として家庭で飼養できる",
            ),
            ("3", "引取り後の死亡", "died after intake", "③", "(3)", "分類3"),
            unknown=None,
        ),
        _list(
            "official_age_class",
            "成熟区分",
            ("adult", "成熟", "adult", "成猫"),
            ("unweaned", "幼齢", "unweaned", "幼猫", "離乳前"),
            ("not_distinguished", "区分なし", "not distinguished"),
            unknown="not_distinguished",
        ),
        _list(
            "sex",
            "性別",
            ("male", "オス", "male"),
            ("female", "メス", "female"),
            ("unknown", "不明", "unknown"),
        ),
        _list(
            "neuter_status",
            "不妊去勢",
            ("neutered", "手術済", "neutered"),
            ("intact", "未手術", "intact"),
            ("unknown", "不明", "unknown"),
        ),
        _list(
            "coat",
            "毛色",
            ("brown_tabby", "キジトラ", "brown tabby"),
            ("brown_tabby_white", "キジ白", "brown tabby and white"),
            ("orange_tabby", "茶トラ", "orange tabby"),
            ("orange_white", "茶白", "orange and white"),
            ("silver_tabby", "サバトラ", "silver tabby"),
            ("silver_white", "サバ白", "silver tabby and white"),
            ("black", "黒", "black"),
            ("black_white", "白黒", "black and white"),
            ("white", "白", "white"),
            ("grey", "灰", "grey"),
            ("grey_white", "灰白", "grey and white"),
            ("calico", "三毛", "calico"),
            ("tabby_calico", "縞三毛", "tabby calico"),
            ("tortoiseshell", "サビ", "tortoiseshell"),
            ("torbie", "キジサビ", "torbie"),
            ("cream", "クリーム", "cream"),
            ("point", "ポイント", "point"),
            ("other", "その他", "other"),
            ("unknown", "不明", "unknown"),
        ),
        _list(
            "hair_length",
            "毛の長さ",
            ("short", "短毛", "short"),
            ("medium", "中毛", "medium"),
            ("long", "長毛", "long"),
            ("unknown", "不明", "unknown"),
        ),
        _list(
            "body_size",
            "体格",
            ("small", "小", "small", "小型"),
            ("medium", "中", "medium", "中型"),
            ("large", "大", "large", "大型"),
            ("unknown", "不明", "unknown"),
        ),
        _list(
            "life_stage",
            "ライフステージ",
            ("kitten", "子猫", "kitten (under 5 months)"),
            ("adult", "成猫", "adult (5 months and over)"),
            ("unknown", "不明", "unknown"),
        ),
        _list(
            "age_basis",
            "年齢の根拠",
            ("stated", "記載", "stated"),
            ("estimated", "推定", "estimated"),
            ("derived", "算出", "derived from a birth date"),
            unknown=None,
        ),
        _list(
            "date_precision",
            "日付の精度",
            ("day", "日", "day"),
            ("month", "月", "month"),
            ("year", "年", "year"),
            unknown=None,
        ),
        _list(
            "complaint_category",
            "苦情の種類",
            ("waste", "ふん尿", "waste", "糞尿", "フン尿", "悪臭"),
            ("noise", "鳴き声", "noise"),
            ("feeding", "餌やり", "feeding", "エサやり", "給餌"),
            ("roaming", "放し飼い", "roaming"),
            ("hoarding", "多頭飼育", "hoarding", "多頭飼い"),
            ("kittens", "子猫", "kittens", "子猫の出生"),
            ("abandonment", "遺棄", "abandonment"),
            ("abuse", "虐待", "abuse"),
            ("property", "器物・庭荒らし", "damage to property", "庭荒らし", "器物損壊"),
            ("other", "その他", "other"),
            unknown="other",
        ),
        _list(
            "tnr_status",
            "助成の状態",
            ("applied", "申請", "applied", "申請中", "受付"),
            ("approved", "交付決定", "approved", "決定"),
            ("completed", "手術済", "surgery done", "実績報告済", "完了"),
            ("paid", "交付済", "paid", "支払済"),
            ("withdrawn", "取下げ", "withdrawn", "取下"),
            ("rejected", "不交付", "rejected"),
            ("unknown", "不明", "unknown"),
        ),
        _list(
            "carcass_scope",
            "死体収容の範囲",
            ("road", "路上", "roads"),
            ("public", "公有地", "roads and public land", "公共の場所"),
            ("all", "全て", "everywhere, homes included", "持込を含む"),
            ("unknown", "不明", "unknown"),
        ),
        _list(
            "measure",
            "統計項目",
            ("intake_total", "引取り数", "intakes"),
            ("intake_owner", "引取り数（飼い主から）", "intakes from owners"),
            ("intake_stray", "引取り数（所有者不明）", "intakes of unknown owner"),
            ("injured_intake", "負傷動物収容数", "injured animals taken in"),
            ("returned", "返還数", "returned"),
            ("rehomed", "譲渡数", "rehomed"),
            ("returned_and_rehomed", "返還・譲渡数", "returned and rehomed"),
            ("euthanized_total", "殺処分数", "euthanised"),
            ("euthanized_1", "殺処分数（分類1）", "euthanised, category 1"),
            ("euthanized_2", "殺処分数（分類2）", "euthanised, category 2"),
            ("euthanized_3", "殺処分数（分類3）", "euthanised, category 3"),
            ("injured_returned", "負傷動物返還数", "injured, returned"),
            ("injured_rehomed", "負傷動物譲渡数", "injured, rehomed"),
            ("injured_euthanized", "負傷動物処分数", "injured, euthanised"),
            ("carcass", "死体収容数", "carcasses picked up"),
            ("complaint", "苦情・相談件数", "complaints"),
            ("complaint_owned", "苦情・相談件数（飼い猫）", "complaints about owned cats"),
            (
                "complaint_stray",
                "苦情・相談件数（飼い主不明猫）",
                "complaints about cats without an owner",
            ),
            (
                "complaint_with_others",
                "苦情・相談件数（猫等、他の動物を含む）",
                "complaints about cats and other animals",
            ),
            ("tnr_heads", "不妊去勢助成頭数", "subsidised surgeries"),
            ("tnr_heads_male", "去勢助成頭数", "subsidised surgeries, male"),
            ("tnr_heads_female", "不妊助成頭数", "subsidised surgeries, female"),
            (
                "tnr_heads_pregnant",
                "不妊助成頭数（妊娠猫、メスとは別掲）",
                "subsidised surgeries, pregnant females, apart from females",
            ),
            ("tnr_subsidy_yen", "助成額（円）", "subsidy paid, yen"),
            unknown=None,
        ),
        _list(
            "age_class",
            "年齢区分",
            ("all", "計", "all ages"),
            ("adult", "成熟", "adult"),
            ("unweaned", "幼齢", "unweaned (a subset, never added)"),
            ("not_distinguished", "区分なし", "not distinguished"),
            unknown=None,
        ),
        _list(
            "value_status",
            "値の状態",
            ("observed", "実測", "observed"),
            ("zero", "ゼロ", "zero, as the publisher writes it"),
            ("unknown", "不詳", "unknown"),
            ("suppressed", "秘匿", "suppressed"),
            ("not_collected", "調査なし", "not collected"),
            unknown="unknown",
        ),
        _list(
            "body_kind",
            "自治体の種類",
            ("nation", "国", "nation"),
            ("prefecture", "都道府県", "prefecture"),
            ("designated_city", "政令指定都市", "designated city"),
            ("core_city", "中核市", "core city"),
            ("health_centre_city", "保健所設置市", "city with its own health centre"),
            ("special_ward", "特別区", "special ward of Tokyo"),
            ("city", "市", "city"),
            ("town", "町", "town"),
            ("village", "村", "village"),
            ("ward", "行政区", "ward of a designated city"),
            ("county", "郡・カウンティ", "county outside Japan"),
            ("city_abroad", "海外の市", "city outside Japan"),
            unknown=None,
        ),
    )
}
