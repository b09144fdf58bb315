# SPDX-License-Identifier: Apache-2.0
"""A record may be larger than what the runner allows other programs by default."""

from __future__ import annotations

from support import Submitter

SCRIPT = """
    from pyspark import SparkContext

    sc = SparkContext(appName="large")
    record = sc.parallelize([100], 1).map(lambda megabytes: b"x" * (megabytes << 20)).first()
    print(len(record) >> 20, record.strip(b"x"))
    sc.stop()
"""


def test_a_record_of_100_mb_comes_from_a_worker(submit: Submitter) -> None:
    assert submit.output(submit.write(SCRIPT)).splitlines()[-1] == "100 b''"
