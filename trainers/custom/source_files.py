"""The files of a model: one Python file, or several in one text. Imports nothing that takes time.

Several files follow each other, each after a line that names it, and the first one is the model file:

    # file: model.py
    from layers import Scale
    ...
    # file: layers.py
    ...
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trainers.custom.user_code import FILE_NAME, CodeInvalid, frame_name, place

MAX_FILES = 20
SINGLE = "custom_model"  # the module of a file without a name
_MARK = re.compile(r"^# file: (.*)$", re.MULTILINE)
_NAME = re.compile(r"(?:[A-Za-z_]\w*/){0,5}[A-Za-z_]\w*\.py", re.ASCII)


@dataclass(frozen=True)
class SourceFile:
    """A Python file by the path that others import it under, "" for the only one."""

    name: str
    text: str

    @property
    def frame_name(self) -> str:
        """Return how tracebacks call it."""
        return frame_name(self.name) if self.name else FILE_NAME

    @property
    def module(self) -> str:
        """Return its dotted name, as in `package.layers`."""
        return self.name.removesuffix(".py").replace("/", ".") if self.name else SINGLE

    @property
    def folder(self) -> str:
        """Return the path of its folder, with a slash at its end, or ""."""
        return self.name[: self.name.rfind("/") + 1]


def split_files(source: str) -> Sequence[SourceFile]:
    r"""Return the files of a model, the model file first; CodeInvalid where names break a rule.

    Examples:
        >>> [file.module for file in split_files("# file: model.py\nx = 1\n# file: net/layers.py\ny = 2")]
        ['model', 'net.layers']
        >>> split_files("x = 1")
        [SourceFile(name='', text='x = 1')]

    """
    marks = list(_MARK.finditer(source))
    if not marks or source[: marks[0].start()].strip():
        return [SourceFile("", source)]
    ends = [*(mark.start() for mark in marks[1:]), len(source)]
    files = [
        SourceFile(mark[1].strip(), source[mark.end() + 1 : end])
        for mark, end in zip(marks, ends, strict=True)
    ]
    names = [file.name for file in files]
    for name in names:
        if not _NAME.fullmatch(name):
            raise CodeInvalid(
                f"A file must have a name that can be imported, such as layers.py, not {name[:100]!r}."
            )
        if names.count(name) > 1:
            raise CodeInvalid(f"Two files have the name {name}; rename one.")
    if len(files) > MAX_FILES:
        raise CodeInvalid(f"A model has at most {MAX_FILES} files, this one has {len(files)}.")
    return files


def place_of(files: Sequence[SourceFile], pattern: re.Pattern[str]) -> str:
    """Return the first line that a pattern is found in, as a sentence begins, or ""."""
    for file in files:
        for number, line in enumerate(file.text.splitlines(), 1):
            if pattern.search(line.partition("#")[0]):
                return f"{place(file.frame_name, number)}: "
    return ""
