"""Command lines of the jobs that keep the lake tidy; each prints one JSON object of what it did."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click

from catdata.cli.options import lake_option
from catdata.cli.runtime import job_settings
from catdata.cli.terminal import explained
from catdata.loads import compact as compaction
from catdata.loads import expire as expiry
from catdata.loads.choose import Sizes
from catdata.storage import Storage

_dry_run = click.option("--dry-run", is_flag=True, help="Only say what would be done.")


@click.command(context_settings=job_settings())
@lake_option
@click.option(
    "--keep-days",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="Days that files stay after their load was corrected, merged or withdrawn.",
)
@_dry_run
def expire(lake: str, keep_days: int, dry_run: bool) -> None:
    """Delete files that no reader needs: of superseded, withdrawn and never committed loads.

    The ledger's records stay. Files of loads that never committed stay seven days at least, as they
    may belong to a run that is still at work.
    """
    with explained():
        storage = Storage(lake)
        expired = expiry.expire(
            storage, datetime.now(UTC), timedelta(days=keep_days), dry_run=dry_run
        )
    size = sum(e.info.size for e in expired)
    click.echo(
        f"不要なファイル {len(expired)} 件（{size:,} バイト）を"
        f"{'削除します（試行のみ）' if dry_run else '削除しました'}。"
        f" / {len(expired)} files ({size:,} bytes) {'would be' if dry_run else 'were'} deleted.",
        err=True,
    )
    click.echo(json.dumps({"dry_run": dry_run, **expiry.summary(expired)}))


@click.command(context_settings=job_settings())
@lake_option
@click.option(
    "--target-mb",
    type=click.IntRange(min=1),
    default=128,
    show_default=True,
    help="Size of a file after merging, in MiB.",
)
@click.option(
    "--min-files",
    type=click.IntRange(min=2),
    default=8,
    show_default=True,
    help="A partition with fewer small files is left alone.",
)
@_dry_run
def compact(lake: str, target_mb: int, min_files: int, dry_run: bool) -> None:
    """Merge the small files of partitions into fewer; what readers see stays the same."""
    with explained():
        merged = compaction.compact(
            Storage(lake), datetime.now(UTC), Sizes(target_mb << 20, min_files), dry_run=dry_run
        )
    for group in merged:
        if group.refused is not None:
            click.echo(str(group.refused), err=True)
    before, after = sum(g.files_before for g in merged), sum(g.files_after for g in merged)
    click.echo(
        f"対象 {before} ファイル（試行のみ）。 / {before} files would be merged."
        if dry_run
        else f"{before} ファイルを {after} ファイルにまとめました。"
        f" / {before} files were merged into {after}.",
        err=True,
    )
    groups = [asdict(g) | {"refused": g.refused and str(g.refused)} for g in merged]
    click.echo(json.dumps({"dry_run": dry_run, "groups": groups}, ensure_ascii=False))
    if any(g.refused for g in merged):
        raise SystemExit(1)
