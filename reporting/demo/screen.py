"""What the demonstration shows on a terminal: steps, progress bars, the table at the end."""

import sys
import time
from collections.abc import Mapping
from typing import TextIO

BAR = 30


class Screen:
    """Writes steps and progress. On a terminal a bar is redrawn in place; in a log it is one line at the end."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._live = out.isatty()
        self._step_began = time.monotonic()

    def step(self, title: str) -> None:
        self._step_began = time.monotonic()
        self._write(f"\n{title}\n")

    def say(self, sentence: str) -> None:
        self._write(f"  {sentence}\n")

    def progress(self, done: int, total: int | None, note: str = "") -> None:
        """Draw the bar: ``done`` of ``total`` parts, with the time left as far as it can be told."""
        if not self._live:
            return
        share = done / total if total else 0
        left = ""
        if 0 < share < 1:
            left = f" about {(time.monotonic() - self._step_began) * (1 - share) / share:.0f} s left"
        filled = round(BAR * share)
        self._write(f"\r  [{'#' * filled}{'.' * (BAR - filled)}] {share:4.0%} {note}{left}\033[K")

    def finished(self, counts: Mapping[str, int]) -> None:
        """End the bar with what was done and how long it took."""
        told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count)
        clear = "\r\033[K" if self._live else ""
        self._write(f"{clear}  {told or 'nothing to do'} ({time.monotonic() - self._step_began:.1f} s)\n")

    def table(self, rows: list[tuple[str, str]]) -> None:
        width = max(28, *(len(label) for label, _ in rows))
        for label, value in rows:
            self._write(f"  {label:<{width}}  {value}\n")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
