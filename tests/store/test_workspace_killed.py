"""A process that is killed at any moment leaves the last state that was complete."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from csdata.store import StoredFile, Workspace
from tests.conftest import IN_CI

TRIALS = 30 if IN_CI else 20

WRITER = """
import os, sys
from pathlib import Path
from csdata.store import Settings, StoredFile, Workspace
space = Workspace.open(Path(sys.argv[1]))
number = int(sys.argv[2])
def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
def files(n):
    return [StoredFile(f"{n}-{k}", bytes([n % 256, k]) * 60_000) for k in range(3)]
last = None
while True:
    number += 1
    say("saving", number)
    saved = space.save(files(number), Settings(), last=last if number % 3 else None)
    last = saved
    say("saved", number)
    others = [s.id for s in space.snapshots() if s.id != saved.id]
    if len(others) > 2:
        say("deleting", others[-1])
        space.delete(others[-1])
        say("deleted", others[-1])
"""


def expected(number: int) -> tuple[StoredFile, ...]:
    return tuple(StoredFile(f"{number}-{k}", bytes([number % 256, k]) * 60_000) for k in range(3))


def test_killed_at_random_moments(tmp_path: Path) -> None:
    chance = random.Random(20_261_124)
    number, acted = 0, 0
    for _ in range(TRIALS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(number)],
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            # A few steps and a moment more: on a slow machine it has got somewhere, too.
            first = [writer.stdout.readline() for _ in range(chance.randint(1, 9))]
            time.sleep(chance.uniform(0, 0.05))
            writer.kill()
            said = [line.split() for line in [*first, *writer.stdout] if line.endswith("\n")]
        done = [int(n) for what, n in said if what == "saved"]
        begun = [int(n) for what, n in said if what == "saving"]
        gone = {id_ for what, id_ in said if what == "deleted"}
        acted += len(said)

        space = Workspace.open(tmp_path)
        assert space.durable
        assert not space.notes, "a kill must not damage the file"
        contents = {s.id: space.load(s.id).files for s in space.snapshots()}
        # Every snapshot is whole, and belongs to one save.
        numbers = [int(files[0].name.partition("-")[0]) for files in contents.values()]
        assert all(
            files == expected(n) for files, n in zip(contents.values(), numbers, strict=True)
        )
        assert not gone & contents.keys()
        last = max(done, default=number)
        if last:
            # What was said to be saved is there; of the save that was cut short, all or nothing.
            assert max(numbers) in {last, max(begun)}
        number = max(numbers, default=number)
        space.close()
    assert acted > 4 * TRIALS, "the writer has to get somewhere before it is killed"
