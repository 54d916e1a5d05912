"""`python -m tests.bench [ONLY]`: runs the benchmarks, or the one of that name; fails when a figure falls short."""

import importlib
import pkgutil
import sys
import time
from types import ModuleType

import tests.bench


def benchmarks() -> list[ModuleType]:
    """The modules here that have a NAME and a run()."""
    names = [module.name for module in pkgutil.iter_modules(tests.bench.__path__) if module.name != "__main__"]
    modules = [importlib.import_module(f"tests.bench.{name}") for name in sorted(names)]
    return [module for module in modules if hasattr(module, "NAME") and hasattr(module, "run")]


def main(arguments: list[str]) -> int:
    known = {module.NAME: module for module in benchmarks()}
    if unknown := set(arguments) - known.keys():
        print(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    short = 0
    for name in arguments or known:
        began = time.monotonic()
        for figure in known[name].run():
            print(figure, flush=True)
            short += not figure.holds
        print(f"({name} took {time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
