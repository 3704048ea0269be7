"""What a person sees while a snapshot is built: a bar on standard error, and remarks above it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


@dataclass(slots=True)
class Building:
    """Shows how far a snapshot's build has come; a bar appears only once there is something to build."""

    progress: Progress
    bar: TaskID | None = None

    def report(self, label: str, fraction: float) -> None:
        """Take up what a build reports."""
        if self.bar is None:
            self.bar = self.progress.add_task(label, total=1.0)
        self.progress.update(self.bar, description=label, completed=fraction)

    def leave(self) -> None:
        """Take the bar away, so that results can be printed; the next report brings it back."""
        if self.bar is not None:
            self.progress.remove_task(self.bar)
            self.bar = None
            self.progress.refresh()

    def say(self, sentence: str) -> None:
        """Tell a remark, above the bar."""
        self.progress.console.print(sentence)


@contextmanager
def building() -> Iterator[Building]:
    """A progress bar for whatever builds a snapshot inside of the `with`."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    said = Console(stderr=True, highlight=False, emoji=False, markup=False)
    with Progress(*columns, console=said, transient=True, disable=not said.is_terminal) as progress:
        yield Building(progress)
