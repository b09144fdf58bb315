# SPDX-License-Identifier: Apache-2.0
"""What workers measure of RDD functions with `spark.python.profile`."""

from __future__ import annotations

import json

from support import Submitter

SCRIPT = """
    import json, pstats, sys
    from pathlib import Path
    from pyspark import SparkConf, SparkContext

    def halved(x):
        return x / 2

    folder = Path(sys.argv[1])
    sc = SparkContext(conf=SparkConf().set("spark.python.profile", "true"))
    total = sc.parallelize(range(100), 4).map(halved).sum()
    sc.show_profiles()
    sc.dump_profiles(str(folder))
    sc.stop()
    calls = [
        [counted[1] for (_, _, name), counted in pstats.Stats(str(file)).stats.items()
         if name == "halved"]
        for file in folder.glob("rdd_*.pstats")
    ]
    print(json.dumps([total, calls]))
"""


def test_the_profile_of_a_job_counts_the_calls_of_all_its_tasks(submit: Submitter) -> None:
    shown = submit.output(submit.write(SCRIPT), str(submit.folder / "profiles")).splitlines()
    assert json.loads(shown[-1]) == [2475.0, [[100]]]
    assert any(line.startswith("Profile of RDD<id=") for line in shown)
    assert any("(halved)" in line for line in shown)
