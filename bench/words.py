# SPDX-License-Identifier: Apache-2.0
"""Makes the text of the wordcount benchmark: the same 100 MB on every machine, ten words a line,
the frequency of words falling as it does in natural text."""

from __future__ import annotations

import random
from itertools import accumulate
from pathlib import Path
from string import ascii_lowercase

BYTES = 100_000_000
VOCABULARY = 50_000
WORDS_PER_LINE = 10
LINES_PER_BLOCK = 20_000


def words_file(folder: Path) -> Path:
    """The file, made when it is not there yet."""
    path = folder / "words.txt"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(7)
    words = [
        "".join(chance.choices(ascii_lowercase, k=chance.randint(3, 10))) for _ in range(VOCABULARY)
    ]
    weights = list(accumulate(1 / rank**1.1 for rank in range(1, VOCABULARY + 1)))
    half_made = path.with_suffix(".part")
    with half_made.open("w") as out:
        while out.tell() < BYTES:
            block = chance.choices(words, cum_weights=weights, k=LINES_PER_BLOCK * WORDS_PER_LINE)
            for first in range(0, len(block), WORDS_PER_LINE):
                out.write(" ".join(block[first : first + WORDS_PER_LINE]) + "\n")
    half_made.rename(path)
    return path
