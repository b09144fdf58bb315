# SPDX-License-Identifier: Apache-2.0
"""Measures what it takes to get arrays from C++ into numpy and back, beside py4j's own way.

    bulk.py BUILD_FOLDER

Prints JSON lines: seconds, medians of several runs. It uses the peer of the Python package's tests.
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


def median_seconds(action: Callable[[], Any], repeats: int) -> float:
    """Of one action, its result dropped within the time."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def report(case: str, seconds: float, plain: float | None = None) -> None:
    line: dict[str, Any] = {"case": case, "seconds": round(seconds, 6)}
    if plain is not None:
        line.update(py4j_seconds=round(plain, 3), times_faster=round(plain / seconds))
    print(json.dumps(line), flush=True)


def run(gateway: JavaGateway) -> None:
    """All cases; the largest array is dropped before the others are made."""
    lab = gateway.entry_point
    buffer = lab.ramp(GIGABYTE_OF_DOUBLES)
    report("1 GB of doubles to numpy", median_seconds(lambda: bulk.to_numpy(buffer), 5))
    sum_up = bulk.to_numpy(buffer).sum
    report("the sum of 1 GB of doubles in numpy", median_seconds(sum_up, 3))
    del sum_up, buffer

    plain = median_seconds(lambda: lab.plain_bytes(HUNDRED_MEGABYTES), 1)
    buffer = lab.ramp(HUNDRED_MEGABYTES // 8)
    report("100 MB to numpy", median_seconds(lambda: bulk.to_numpy(buffer), 5), plain)
    report("100 MB to a copy", median_seconds(lambda: bulk.to_numpy(buffer).copy(), 5), plain)
    data: Any = np.arange(HUNDRED_MEGABYTES // 8, dtype=np.float64)
    raw = data.tobytes()
    plain = median_seconds(lambda: lab.size_of_bytes(raw), 1)
    report("100 MB from numpy", median_seconds(lambda: bulk.from_numpy(gateway, data), 5), plain)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    command = [str(parser.parse_args().build / "tests" / "python" / "bulk_peer"), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port))
        try:
            run(gateway)
        finally:
            gateway.shutdown()


if __name__ == "__main__":
    main()
