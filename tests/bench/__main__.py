"""`python -m tests.bench [ONLY]`: runs the benchmarks, or those named; fails when a figure falls short.

With `--against COMMIT` it fails when a figure is worse than that commit's.
"""

import argparse
import dataclasses
import importlib
import json
import pkgutil
import sys
import time
from types import ModuleType

import tests.bench
from tests.bench import against


def benchmarks() -> list[ModuleType]:
    """The modules here that have a NAME and a run()."""
    names = [module.name for module in pkgutil.iter_modules(tests.bench.__path__) if module.name != "__main__"]
    modules = [importlib.import_module(f"tests.bench.{name}") for name in sorted(names)]
    return [module for module in modules if hasattr(module, "NAME") and hasattr(module, "run")]


def main() -> int:
    known = {module.NAME: module for module in benchmarks()}
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="ONLY", help=f"of {', '.join(known)}")
    parser.add_argument("--against", metavar="COMMIT", help="compare with this commit, in alternating pairs")
    parser.add_argument("--json", action="store_true", help="print figures as JSON, one a line")
    asked = parser.parse_args()
    if unknown := set(asked.names) - known.keys():
        parser.error(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
    names = asked.names or list(known)
    if asked.against:
        return against.compare(asked.against, names)
    return measure([known[name] for name in names], asked.json)


def measure(modules: list[ModuleType], as_json: bool) -> int:
    short = 0
    for module in modules:
        began = time.monotonic()
        for figure in module.run():
            print(json.dumps(dataclasses.asdict(figure)) if as_json else figure, flush=True)
            short += not figure.holds
        print(f"({module.NAME} took {time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)
    return 1 if short else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except against.CannotCompare as error:
        sys.exit(f"Cannot compare: {error}")
