"""Every line of the design has a resource, in the default and in the literal design."""

import os
from dataclasses import replace

import pytest
from conformance import ROOT, Found, fill, lines, plain, table
from design_rows import ROWS
from infra_templates import synthesise

from cloud.settings import Settings, read_settings

PAGE = ROOT / "docs" / "conformance.md"
OWNER = {
    "bi": {"principal_arn": "arn:aws:quicksight:ap-northeast-1:123456789012:group/default/owners"}
}


@pytest.fixture(scope="module")
def found() -> list[Found]:
    standard, v22 = (with_owner(read_settings(profile)) for profile in ("standard", "v22"))
    literal = {
        "v22": synthesise(v22),
        "multi_az": synthesise(Settings.model_validate({"warehouse": {"multi_az": True}})),
    }
    return list(fill(ROWS, synthesise(standard), literal))


def with_owner(settings: Settings) -> Settings:
    """Return the settings with an owner of QuickSight's assets, so that its stack is there."""
    values = settings.model_dump()
    return Settings.model_validate(values | {"bi": values["bi"] | OWNER["bi"]})


def test_every_line_of_the_design_has_a_row() -> None:
    written = lines()
    assert len(written) == 57
    assert {row.line for row in ROWS} == set(written)


def test_rows_follow_the_design() -> None:
    written = lines()
    places = [written.index(row.line) for row in ROWS]
    assert places == sorted(places)


def test_no_row_is_empty(found: list[Found]) -> None:
    empty = [f.row.line for f in found if not (f.logical_id and f.default and f.literal)]
    assert not empty


@pytest.mark.parametrize(
    ("line", "literal"),
    [
        ("バケット名: cat-data-bucket", "cat-data-bucket"),
        ("暗号化: AES-256", "AES256"),
        ("クエリ実行ロール: athena-execution-role", "athena-execution-role"),
        ("クラスター名: cat-data-cluster", "cat-data-cluster"),
        ("ノードタイプ: dc2.large", "dc2.large"),
        ("ノード数: 2", "2"),
        ("データベース名: catdata", "catdata"),
        ("データソース: Amazon Redshift", "REDSHIFT"),
        ("マルチAZでRedshiftクラスターを構築し、高可用性を確保する。", "true"),
        ("関数名: process-cat-data", "process-cat-data"),
        ("トリガー: Amazon S3のPUT イベント", "s3:ObjectCreated:Put"),
        ("API名: cat-data-api", "cat-data-api"),
        ("リソース: /cats", "/cats"),
        ("メソッド: GET", "get"),
        ("ユーザープール名: cat-data-users", "cat-data-users"),
        ("トレイル名: cat-data-trail", "cat-data-trail"),
        ("記録するイベント: 全てのマネージメントイベント", "All"),
        ("ロググループ名: /aws/lambda/process-cat-data", "/aws/lambda/process-cat-data"),
        ("CIDR ブロック: 10.0.0.0/16", "10.0.0.0/16"),
        ("allow-ssh: SSHアクセスを許可 (踏み台サーバ用)", "allow-ssh"),
        ("allow-https: HTTPSアクセスを許可 (API Gateway用)", "allow-https"),
        ("allow-redshift: Redshiftクラスターへのアクセスを許可", "allow-redshift"),
    ],
)
def test_the_literal_value_is_available(found: list[Found], line: str, literal: str) -> None:
    assert literal in [f.literal for f in found if f.row.line == line]


def test_every_switch_is_a_setting(found: list[Found]) -> None:
    for switch in {f.row.switch for f in found if f.row.switch}:
        value: object = Settings()
        for name in switch.split("."):
            assert hasattr(value, name), switch
            value = getattr(value, name)


def test_a_value_that_differs_names_its_switch(found: list[Found]) -> None:
    silent = [f.row.line for f in found if f.default != f.literal and not f.row.switch]
    assert not silent


def test_a_line_without_a_resource_would_be_seen(found: list[Found]) -> None:
    gone = replace(ROWS[0], type="AWS::S3::NoSuch")
    [empty] = fill([gone], {}, {})
    assert not empty.logical_id
    assert plain("- **A**: `b`") == "A: b"


def test_the_page_is_what_the_templates_say(found: list[Found]) -> None:
    if os.environ.get("CATDATA_GOLDEN") == "write":
        PAGE.write_text(table(found), "utf-8")
    assert PAGE.read_text("utf-8") == table(found)
