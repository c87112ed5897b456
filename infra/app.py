"""Entry of scripts/synth and of the cdk command: settings to templates, checked by cdk-nag."""

import os
import sys
import time
from pathlib import Path

import click

from cloud.app import build, check, messages
from cloud.settings import SettingsError, profiles, read_settings

OUTPUT = Path(__file__).parents[1] / "build" / "cdk"


@click.command()
@click.argument("profile", nargs=-1)
@click.option("--account", help="Account of AWS; without it the templates fit any.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=OUTPUT,
    help="Folder of the templates, one folder a profile.  [default: build/cdk]",
)
def main(profile: tuple[str, ...], account: str | None, output: Path) -> None:
    """Write the CloudFormation templates of profiles: standard, small, v22, or YAML files of your own.

    Without a name: all that are shipped. A finding of cdk-nag that nobody has acknowledged is an error.
    """
    overrides = {"account": account} if account else {}
    # The cdk command names the one folder that it will read.
    given = os.environ.get("CDK_OUTDIR")
    for name in profile or profiles():
        started = time.monotonic()
        try:
            settings = read_settings(name, **overrides)
        except SettingsError as error:
            raise click.ClickException(str(error)) from error
        folder = given or str(output / Path(name).stem)
        made = build(settings, outdir=folder)
        check(made)
        try:
            assembly = made.synth()
        except RuntimeError as error:
            # The findings stand above, as the library printed them.
            raise click.ClickException(
                f"{name}: 規則に合わないため書き出しを止めました。 / {name} breaks a rule: {error}"
            ) from error
        if given is None:
            for stack in assembly.stacks:
                for level, text in messages(assembly, stack.stack_name):
                    click.echo(f"  {level}: {text}", err=True)
                count = len(stack.template.get("Resources", {}))
                click.echo(
                    f"  {stack.stack_name:<22}{count:>4} resources  {stack.environment.region}"
                )
            seconds = time.monotonic() - started
            click.echo(
                f"{name}: {len(assembly.stacks)} スタック / stacks, {seconds:.1f} s -> {folder}"
            )


if __name__ == "__main__":
    sys.exit(main())
