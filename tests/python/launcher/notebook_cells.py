# SPDX-License-Identifier: Apache-2.0
"""Runs the cells of a notebook in a real kernel, as Jupyter does: `notebook_cells.py FOLDER`.

The last cell but one waits until it is interrupted, which reaches the kernel's whole process group.
Prints a line per cell: how it ended, and what it showed."""

import queue
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_client.manager import start_new_kernel

PATIENCE_S = 60
FOLDER = Path(sys.argv[1])
CELLS = [
    "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()",
    "print(spark.sparkContext.range(10).map(lambda x: x + 1).sum())",
    f"""
import time
def stay(_):
    open({str(FOLDER / "at_work")!r}, "w").close()
    time.sleep(1000)
spark.sparkContext.range(1).map(stay).count()
""",
    "print(spark.sparkContext.range(10).sum())",
]


def answer_to(request: str, receive: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The next message on a channel that belongs to the request; others may come late."""
    while True:
        message = receive(timeout=PATIENCE_S)
        if message["parent_header"].get("msg_id") == request:
            return message


def shown(client: Any, request: str) -> str:
    """What a cell printed until it was done."""
    text = ""
    while True:
        message = answer_to(request, client.get_iopub_msg)
        content = message["content"]
        if message["msg_type"] == "stream" and content["name"] == "stdout":
            text += content["text"]
        if message["msg_type"] == "status" and content["execution_state"] == "idle":
            return text


def main() -> None:
    manager, client = start_new_kernel()
    try:
        for cell in CELLS:
            request = client.execute(cell)
            if "at_work" in cell:
                while not (FOLDER / "at_work").exists():
                    time.sleep(0.02)
                manager.interrupt_kernel()
            text = shown(client, request)
            reply = answer_to(request, client.get_shell_msg)["content"]
            print(reply["status"], reply.get("ename", ""), text.strip())
    except queue.Empty:
        print("the kernel does not answer")
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


main()
