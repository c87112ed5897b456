"""The configuration: its profiles, and what it refuses with the reason."""

from pathlib import Path

import pytest

from cloud.settings import Settings, SettingsError, profiles, read_settings


def test_the_profiles_are_shipped_and_valid() -> None:
    assert profiles() == ["small", "standard", "v22"]
    assert read_settings("standard") == Settings()
    assert read_settings("small").warehouse.kind == "none"
    assert read_settings("v22").warehouse.node_type == "dc2.large"


def test_a_file_of_ones_own_and_overrides_are_read(tmp_path: Path) -> None:
    own = tmp_path / "city.yaml"
    own.write_text("env: city\nwarehouse:\n  kind: serverless\n")
    settings = read_settings(str(own), account="123456789012")
    assert (settings.env, settings.warehouse.kind) == ("city", "serverless")
    assert settings.account == "123456789012"


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        (
            "warehouse: {node_type: dc2.large, multi_az: true}",
            ["Multi-AZ は dc2.large では使えません", "RA3 nodes only"],
        ),
        ("warehouse: {kind: cluster}", ["warehouse.kind", "'provisioned', 'serverless' or 'none'"]),
        ("wharehouse: {}", ["wharehouse", "not permitted"]),
        ("region: us-west-2", ["ap-northeast-1a", "availability_zones"]),
        ("account: '12'", ["account"]),
        (
            "access: {oidc_provider_arn: 'arn:aws:iam::123456789012:oidc-provider/x'}",
            ["oidc_subject", "両方"],
        ),
        ("api: {domain: cats.example.jp}", ["certificate_arn", "両方"]),
        (
            "api: {domain: c, certificate_arn: 'arn:aws:acm:ap-northeast-1:1:x'}",
            ["certificate_arn"],
        ),
        ("access: {trusted_arns: ['*']}", ["access.trusted_arns"]),
        ("access: {analyst_arns: ['arn:aws:iam::123456789012:role/*']}", ["analyst_arns"]),
        ("alerts: {emails: [nobody]}", ["alerts.emails"]),
        ("availability_zones: [ap-northeast-1a, ap-northeast-1a, ap-northeast-1c]", ["別々"]),
        ("availability_zones: [ap-northeast-1a, ap-northeast-1zz, ap-northeast-1c]", ["1zz"]),
        ("warehouse: {snapshot_copy_region: nowhere}", ["snapshot_copy_region"]),
        ("alerts: [", ["読めません"]),
        ("- a list", []),
    ],
)
def test_a_wrong_setting_is_refused_with_its_reason(
    tmp_path: Path, text: str, reasons: list[str]
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError) as raised:
        read_settings(str(path))
    for reason in reasons:
        assert reason in str(raised.value)


def test_an_unknown_profile_names_those_that_exist() -> None:
    with pytest.raises(SettingsError, match="small, standard, v22"):
        read_settings("large")
