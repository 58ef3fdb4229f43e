"""Lets the files of a model import each other from memory, by their names and from their package."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from types import ModuleType
from typing import TYPE_CHECKING

from trainers.custom.user_code import CodeInvalid

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

    from trainers.custom.source_files import SourceFile


class _Files(MetaPathFinder, InspectLoader):
    """Finds what lies beside the model file, as Python does for a script, and what lies at the top."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self._files = {file.name: file for file in files}
        self._roots = dict.fromkeys((files[0].folder, ""))

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """Return a module of a file, or of a folder with files."""
        place = self._place(fullname)
        if place is None:
            return None
        is_package = not place.endswith(".py") or place.endswith("__init__.py")
        spec = importlib.util.spec_from_loader(fullname, self, is_package=is_package)
        if spec:
            spec.loader_state = place
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Run the file under the name that tracebacks show."""
        file = self._files.get(module.__spec__.loader_state if module.__spec__ else "")
        if file:
            exec(compile(file.text, file.frame_name, "exec"), module.__dict__)  # noqa: S102, its purpose

    def get_source(self, fullname: str) -> str | None:
        """Return the text of the file."""
        place = self._place(fullname)
        return self._files[place].text if place in self._files else None

    def is_package(self, fullname: str) -> bool:
        """Say whether it holds others."""
        place = self._place(fullname) or ""
        return not place.endswith(".py") or place.endswith("__init__.py")

    def _place(self, fullname: str) -> str | None:
        for root in self._roots:
            path = root + fullname.replace(".", "/")
            for place in (f"{path}/__init__.py", f"{path}.py"):
                if place in self._files:
                    return place
            if any(name.startswith(f"{path}/") for name in self._files):
                return path
        return None


def make_importable(files: Sequence[SourceFile]) -> ModuleType:
    """Let the files be imported in this process, and return the module to run the first one in.

    CodeInvalid where a file has the name of an installed module, which libraries would then get instead.
    """
    main = files[0]
    if main.name:
        _check_names(files)
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Files)]
        sys.meta_path.insert(0, _Files(files))
    module = ModuleType(main.module)
    module.__package__ = main.module.rpartition(".")[0]
    # dataclasses and type hints look a class's module up by its name
    sys.modules[main.module] = module
    return module


def _check_names(files: Sequence[SourceFile]) -> None:
    for file in files:
        for path in {file.name, file.name.removeprefix(files[0].folder)}:
            top = path.removesuffix(".py").partition("/")[0]
            if _is_installed(top):
                raise CodeInvalid(
                    f"{file.name} has the name of the installed module {top}; give it another name."
                )


def _is_installed(name: str) -> bool:
    if name in sys.stdlib_module_names:
        return True
    try:
        spec = importlib.util.find_spec(name)
    except (ValueError, ImportError):
        return False
    return spec is not None and spec.loader is not None and not isinstance(spec.loader, _Files)
