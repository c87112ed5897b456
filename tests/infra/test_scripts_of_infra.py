"""scripts/synth and scripts/deploy as a person runs them, the cdk command included."""

import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner

import deploy

ROOT = Path(__file__).parents[2]
# The lake, the firewall of CloudFront, the copies of snapshots.
REGIONS = ("ap-northeast-1", "us-east-1", "ap-northeast-3")


def synth(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'infra'}:{ROOT / 'glue'}"}
    command = [sys.executable, str(ROOT / "infra" / "app.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_synth_writes_every_shipped_profile(tmp_path: Path) -> None:
    done = synth("--output", str(tmp_path))
    assert done.returncode == 0, done.stderr[-3000:]
    for profile in ("standard", "small", "v22"):
        assert (tmp_path / profile / "cat-data-storage.template.json").is_file()
        assert f"{profile}: " in done.stdout
    for said in ("info: warehouse.kind が none", "warning: dc2.large は新しく作成できません"):
        assert said in done.stderr


def test_synth_of_a_wrong_file_is_a_sentence(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("warehouse: {node_type: dc2.large, multi_az: true}\n")
    done = synth(str(own))
    assert done.returncode == 1
    assert "Multi-AZ は dc2.large では使えません" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def account(s3_service: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give moto's account, with every stack's region bootstrapped or not as the test says."""
    for region in REGIONS:
        client = boto3.client("ssm", region_name=region)
        try:
            client.delete_parameter(Name=deploy.BOOTSTRAP)
        except client.exceptions.ParameterNotFound:
            pass
    return str(boto3.client("sts").get_caller_identity()["Account"])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Note what the cdk command would be asked for, and do not ask it: there is no AWS here."""
    found: list[tuple[str, ...]] = []
    monkeypatch.setattr(deploy, "_cdk", lambda deployment, *arguments: found.append(arguments))
    return found


def test_without_bootstrap_nothing_is_deployed(account: str, asked: list[tuple[str, ...]]) -> None:
    done = CliRunner().invoke(deploy.main, ["deploy"])
    assert done.exit_code == 2
    assert "scripts/deploy --profile standard bootstrap" in done.output
    assert not asked


def test_bootstrap_names_the_account_and_every_region(
    account: str, asked: list[tuple[str, ...]]
) -> None:
    assert CliRunner().invoke(deploy.main, ["bootstrap"]).exit_code == 0
    [(command, *environments)] = asked
    assert command == "bootstrap"
    assert set(environments) == {f"aws://{account}/{region}" for region in REGIONS}


def test_a_bootstrapped_account_is_deployed_to(account: str, asked: list[tuple[str, ...]]) -> None:
    for region in REGIONS:
        boto3.client("ssm", region_name=region).put_parameter(
            Name=deploy.BOOTSTRAP, Value="30", Type="String"
        )
    done = CliRunner().invoke(deploy.main, ["deploy"])
    assert done.exit_code == 0, done.output
    assert asked == [("deploy", "--all", "--require-approval", "broadening")]


def test_destroy_says_what_stays_and_asks(account: str, asked: list[tuple[str, ...]]) -> None:
    refused = CliRunner().invoke(deploy.main, ["destroy"], input="n\n")
    assert refused.exit_code == 1
    assert "Lake" in refused.output
    assert "残るもの" in refused.output
    assert not asked
    assert CliRunner().invoke(deploy.main, ["destroy"], input="y\n").exit_code == 0
    assert asked == [("destroy", "--all", "--force")]


def test_the_settings_account_must_be_the_credentials(account: str, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("account: '999999999999'\n")
    done = CliRunner().invoke(deploy.main, ["--profile", str(own), "diff"])
    assert done.exit_code == 2
    assert "999999999999" in done.output and account in done.output


def test_without_credentials_nothing_is_asked(denied: None) -> None:
    done = CliRunner().invoke(deploy.main, ["diff"])
    assert done.exit_code == 2
    assert "認証情報がありません" in done.output


def test_the_pinned_cdk_command_reads_the_app(tmp_path: Path) -> None:
    command = [
        str(deploy.node()),
        str(deploy.cdk_command()),
        "ls",
        "--app",
        f"{sys.executable} {ROOT / 'infra' / 'app.py'} small",
        "--output",
        str(tmp_path),
    ]
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'infra'}:{ROOT / 'glue'}"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "cat-data-storage" in done.stdout.split()
