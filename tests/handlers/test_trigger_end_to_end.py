"""From PUT to mart row: bucket, notification, queue, function, Glue, Spark, ledger, dbt; all run here."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import boto3
import duckdb
import pytest
from process_cat_data import handler as entry

from standins.glue_runner import ROOT, GlueRunner, runs_take_time
from standins.lambda_queue import Arrivals, EventSourceMapping, full_notifications
from standins.warehouse import dbt

KEY = "raw/sample-kazemachi-intake/収容台帳_令和6年度_風待市.csv"
MART = "mart_municipality_fiscal_year"
# The mart and all that it is made of; with the tests of these alone, or without tests.
MODELS = ("--select", f"+{MART}", "--indirect-selection", "cautious")
HEADER = "管理番号,収容日,収容区分,収容場所,種類,毛色,性別,年齢,首輪,転帰,転帰日,譲渡先,殺処分区分,拾得者氏名,電話番号"
FIRST = f"""令和６年度　収容台帳　風待市動物愛護センター,,,,,,,,,,,,,,
{HEADER}
R06-0001,令和６年４月９日,飼い主から,若草台4丁目,ねこ,キジトラ,オス（去勢済）,推定5歳,無,譲 渡,R6.4.28,個人,,佐藤 結衣,090-0552-4259
R06-0002,2024/04/22,所有者不明,風待市本町5丁目 ㈱髙橋商店前,ﾈｺ,ｻﾊﾞﾄﾗ,♀,１６歳,赤,返還,令和6年4月25日,,,山本 陽一,090-0396-2639
４月　小計,２,,,,,,,,,,,,,
,,,,,,,,,,,,,,
{HEADER}
R06-0003,令和6年5月5日,所有者不明の引取り,三日月町3丁目①号公園,猫,黒,雄,約10か月,なし,殺処分,2024-05-21,,分類２,西村 幹,090-0429-2048
R06-0004,令和6年5月6日,所有者不明,三日月町3丁目,犬,茶,雄,3歳,なし,譲渡,2024-05-21,個人,,高橋 くみ子,090-0549-3981
R06-0005,令和6年5月12日,所有者不明,浜通4丁目,猫,三毛,メス,0か月,なし,収容中,,,,佐々木 里佳,070-0734-8510
"""
# The cat in care was rehomed, and one that was forgotten stands below.
CORRECTED = (
    FIRST.replace(",収容中,,,,", ",譲渡,令和6年6月2日,ＮＰＯ法人ねこの家,,")
    + "R06-0006,令和7年3月31日,飼い主から,浜通4丁目,猫,白,メス,2歳,なし,譲渡,令和7年4月2日,個人,,森 翼,090-0852-3200\n"
)


class Product:
    """Everything between a file and its figures."""

    def __init__(self, folder: Path) -> None:
        self._s3, self._folder = boto3.client("s3"), folder
        self._bucket, job = f"cat-data-bucket-{uuid4().hex}", "cat-data-normalize"
        self.lake, self.database = f"s3://{self._bucket}", folder / "catdata.duckdb"
        self.variables = {
            "CATDATA_LAKE": self.lake,
            "GLUE_JOB_NAME": job,
            "CATDATA_DUCKDB": str(self.database),
        }
        region = {"LocationConstraint": boto3.Session().region_name}
        self._s3.create_bucket(Bucket=self._bucket, CreateBucketConfiguration=region)
        self._s3.put_bucket_versioning(
            Bucket=self._bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        self.arrivals = Arrivals.of(self._bucket, "raw/")
        self._mapping = EventSourceMapping(self.arrivals.url, entry.handler)
        self.glue = GlueRunner(job)
        # Not below raw/: nothing is started for it.
        self._s3.upload_file(
            str(ROOT / "glue" / "jobs" / "normalize.py"), self._bucket, "scripts/normalize.py"
        )
        self.glue.define(
            f"{self.lake}/scripts/normalize.py",
            {
                "--lake": self.lake,
                "--register": "true",
                "--enable-metrics": "true",
                "--job-bookmark-option": "job-bookmark-disable",
            },
        )

    def send(self, content: str) -> None:
        """Put the file as the municipality sends it, and let the queue and the job do their work."""
        self._s3.put_object(Bucket=self._bucket, Key=KEY, Body=content.encode("cp932"))
        self._mapping.drain()
        [run] = self.glue.execute()
        assert run.status == 0, run.output[-3000:]

    def replay(self) -> None:
        """Send every message ten times again, in random order."""
        bodies = self._mapping.bodies * 10
        Random(20260401).shuffle(bodies)
        for body in bodies:
            self.arrivals.send(body)
        self._mapping.drain()

    def figures(self, command: str) -> dict[int, dict[str, Any]]:
        """Make the mart and what it is made of; return its rows of the city by fiscal year."""
        dbt("local", self._folder / "target", command, *MODELS)
        with duckdb.connect(str(self.database), read_only=True) as connection:
            place = connection.execute(
                "select * from information_schema.tables where table_name = ?", [MART]
            ).fetchone()
            assert place is not None
            answer = connection.execute(
                f'select * from "{place[1]}"."{MART}" where municipality_code = ?', ["991007"]
            )
            names = [column[0] for column in answer.description]
            rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        return {row["fiscal_year"]: row for row in rows}


@pytest.fixture
def product(s3_service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Product]:
    """Give the deployed product, in a region whose catalog no other test writes."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "ap-northeast-1")
    with full_notifications(), runs_take_time():
        made = Product(tmp_path)
        for name, value in made.variables.items():
            monkeypatch.setenv(name, value)
        entry._trigger.cache_clear()
        yield made
    entry._trigger.cache_clear()


@pytest.mark.spark
def test_a_file_put_into_the_bucket_becomes_a_mart_row(product: Product) -> None:
    product.send(FIRST)
    years = product.figures("build")
    assert list(years) == [2024]
    told = {
        "municipality_code": "991007",
        "fiscal_year": 2024,
        "basis": "records",
        "intakes": 4,
        "intakes_owner": 1,
        "intakes_stray": 3,
        "returned": 1,
        "rehomed": 1,
        "returned_and_rehomed": 2,
        "euthanized": 1,
        "euthanized_2": 1,
    }
    assert {name: years[2024][name] for name in told} == told

    product.send(CORRECTED)
    years = product.figures("run")
    told |= {"intakes": 5, "intakes_owner": 2, "rehomed": 2, "returned_and_rehomed": 3}
    assert {name: years[2024][name] for name in told} == told
    # The cat that came on the last day of the year found a home in the next.
    assert (years[2025]["intakes"], years[2025]["rehomed"]) == (0, 1)

    product.replay()
    assert len(product.glue.runs()) == 2
    assert product.glue.execute() == []
    assert product.arrivals.dead() == 0
