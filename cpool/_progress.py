"""A progress bar on a terminal's stderr: by rich or tqdm where one is installed, in plain text elsewhere."""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec


def track(labels: Sequence[str]) -> Iterator[str]:
    """Yield the labels one by one, each shown while its step runs. Prints nothing where stderr is not a terminal."""
    if not sys.stderr.isatty():
        return iter(labels)
    for package, bar in (("rich", _rich), ("tqdm", _tqdm)):
        if find_spec(package):
            return bar(labels)
    return _plain(labels)


def _rich(labels: Sequence[str]) -> Iterator[str]:
    progress = import_module("rich.progress")
    console = import_module("rich.console").Console(stderr=True)
    # No refreshing thread: it would run beside what is being timed.
    with progress.Progress(console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task("", total=len(labels))
        for label in labels:
            bar.update(task, description=label, refresh=True)
            yield label
            bar.advance(task)


def _tqdm(labels: Sequence[str]) -> Iterator[str]:
    with import_module("tqdm").tqdm(labels, file=sys.stderr, leave=False) as bar:
        for label in bar:
            bar.set_description(label)
            yield label


def _plain(labels: Sequence[str]) -> Iterator[str]:
    width = max(map(len, labels))
    line = ""
    for done, label in enumerate(labels):
        line = f"[{'#' * done:<{len(labels)}}] {done}/{len(labels)} {label:<{width}}"
        print(f"\r{line}", end="", file=sys.stderr, flush=True)
        yield label
    print(f"\r{' ' * len(line)}\r", end="", file=sys.stderr, flush=True)
