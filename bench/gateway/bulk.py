# SPDX-License-Identifier: Apache-2.0
"""Measures what it takes to get arrays from C++ into numpy and back, beside py4j's own ways.

    bulk.py BUILD_FOLDER

Prints JSON lines: seconds, medians of several runs, and the limits that we hold ourselves to;
nothing fails because of those. py4j has two ways: `bytes`, which are text on
the wire and no array, and lists, an element per call. The latter is measured at a size that ends
and scaled up, since its time grows with the number of elements. It uses the peer of the Python
package's tests.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from py4cpp import bulk
from py4j.java_gateway import GatewayParameters, JavaGateway

GIGABYTE_OF_DOUBLES = 125_000_000
HUNDRED_MEGABYTES = 100_000_000
DOUBLES = HUNDRED_MEGABYTES // 8
LIST_ELEMENTS = 5_000  # What py4j's own lists are measured with.

Limits = dict[str, float]
UNLIMITED: Limits = {}
AT_ONCE: Limits = {"seconds": 0.1}
FASTER: Limits = {"times_faster_than_bytes": 100, "times_faster_than_list": 100}


def median_seconds(action: Callable[[], Any], repeats: int) -> float:
    """Of one action, its result dropped within the time."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def report(case: str, seconds: float, limits: Limits, **py4j_seconds: float) -> None:
    """One line; each of py4j's ways with how many times ours is faster."""
    line: dict[str, Any] = {"case": case, "seconds": round(seconds, 6)}
    for way, plain in py4j_seconds.items():
        line[f"py4j_{way}_seconds"] = round(plain, 3)
        line[f"times_faster_than_{way}"] = round(plain / seconds)
    print(json.dumps({**line, "limits": limits}), flush=True)


def list_seconds(action: Callable[[], Any]) -> float:
    """What py4j's own way would take for all the elements, which it takes one by one."""
    return median_seconds(action, 3) * (DOUBLES / LIST_ELEMENTS)


def run(gateway: JavaGateway) -> None:
    """All cases; the largest array is dropped before the others are made."""
    lab = gateway.entry_point
    buffer = lab.ramp(GIGABYTE_OF_DOUBLES)
    report("1 GB of doubles to numpy", median_seconds(lambda: bulk.to_numpy(buffer), 5), AT_ONCE)
    sum_up = bulk.to_numpy(buffer).sum
    report("the sum of 1 GB of doubles in numpy", median_seconds(sum_up, 3), UNLIMITED)
    del sum_up, buffer

    plain = {
        "bytes": median_seconds(lambda: lab.plain_bytes(HUNDRED_MEGABYTES), 1),
        "list": list_seconds(lambda: np.array(list(lab.plain_doubles(LIST_ELEMENTS)))),
    }
    buffer = lab.ramp(DOUBLES)
    seconds = median_seconds(lambda: bulk.to_numpy(buffer), 5)
    report("100 MB to numpy", seconds, FASTER, **plain)
    seconds = median_seconds(lambda: bulk.to_numpy(buffer).copy(), 5)
    report("100 MB to a copy", seconds, UNLIMITED, **plain)
    vector = lab.plain_doubles(DOUBLES)
    seconds = median_seconds(lambda: bulk.to_numpy(vector), 5)
    report("100 MB of a std::vector to numpy", seconds, FASTER, **plain)
    data: Any = np.arange(DOUBLES, dtype=np.float64)
    raw = data.tobytes()
    few = data[:LIST_ELEMENTS].tolist()
    plain = {
        "bytes": median_seconds(lambda: lab.size_of_bytes(raw), 1),
        "list": list_seconds(lambda: lab.sum_of_list(few)),
    }

    def send() -> Any:
        return bulk.from_numpy(gateway, data)

    report("100 MB from numpy, first time", median_seconds(send, 1), UNLIMITED, **plain)
    report("100 MB from numpy, again", median_seconds(send, 7), UNLIMITED, **plain)
    sent = send()
    seconds = median_seconds(lambda: lab.length_of_list(sent), 5)
    report("100 MB to a std::vector", seconds, UNLIMITED)
    shared = bulk.shared_array(gateway, DOUBLES)
    shared[:] = data
    seconds = median_seconds(lambda: np.copyto(shared, data), 7)
    report("100 MB written to a shared array", seconds, UNLIMITED)
    seconds = median_seconds(lambda: bulk.from_numpy(gateway, shared), 7)
    report("100 MB from a shared array", seconds, FASTER, **plain)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    command = [str(parser.parse_args().build / "tests" / "python" / "bulk_peer"), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port, auto_convert=True))
        try:
            run(gateway)
        finally:
            gateway.shutdown()


if __name__ == "__main__":
    main()
