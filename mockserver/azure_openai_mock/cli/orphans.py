"""What ends a command, and all that it started, where the `exec` around it was killed and could not.

A process of its own, in a session of its own: this file, run as a script that needs nothing else. It reads a line, the command's process
id, and then waits for the end of its input, which comes by whatever death. A last line says that all went well.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

WELL = b"well"
"""The line that says so."""
GRACE, STEP = 3.0, 0.05
"""Seconds that SIGTERM is given before SIGKILL, and between two looks."""


class Watch:
    """The watching process, seen from the one that is watched."""

    def __init__(self) -> None:
        command = [sys.executable, "-I", "-S", __file__]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True)

    def over(self, command: int) -> None:
        """That process is what is to be ended."""
        self._tell(b"%d" % command)

    def end(self) -> None:
        """All went well."""
        self._tell(WELL)
        self._process.communicate()

    def _tell(self, line: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:  # somebody ended it: then nobody watches
            pass


def family(root: int) -> list[int]:
    """The process and all that descend from it, the oldest first; the process alone where there is no `/proc`."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):  # it has ended meanwhile
            continue
        children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for process in found:
        found += children.get(process, ())
    return found


def end(root: int) -> None:
    """End the process and all that descend from it, politely first."""
    living = _told(family(root), signal.SIGTERM)
    for _ in range(int(GRACE / STEP)):
        if not living:
            return
        select.select([], [], [], STEP)
        living = _told(living, 0)
    _told(living, signal.SIGKILL)


def _told(processes: list[int], number: int) -> list[int]:
    """Send them a signal; those that there were."""
    told = []
    for process in processes:
        try:
            os.kill(process, number)
        except OSError:
            continue
        told.append(process)
    return told


def main() -> None:
    """Wait for the end of the input, and end the command where all did not go well."""
    lines = sys.stdin.buffer.read().splitlines()
    if lines and lines[-1] != WELL:
        end(int(lines[0]))


if __name__ == "__main__":
    main()
