# SPDX-License-Identifier: Apache-2.0
"""Programs that go round and round: what a round costs does not grow out of hand."""

from __future__ import annotations

from support import Submitter


def test_a_state_that_is_joined_with_itself_in_every_round(submit: Submitter) -> None:
    script = """
        from pyspark import SparkContext

        sc = SparkContext("local[2]", "rounds")
        state = sc.parallelize([(key, 1) for key in range(8)], 2).partitionBy(2).cache()
        for _ in range(40):
            doubled = state.mapValues(lambda value: 2 * value)
            state = state.join(doubled, 2).mapValues(sum).cache()
            state.count()
        print(sorted(state.collect()) == [(key, 3**40) for key in range(8)])
        sc.stop()
    """
    assert submit.output(submit.write(script)).split() == ["True"]
