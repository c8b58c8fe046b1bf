"""Writes schema, types, examples and the document's blocks again, from the data classes.

`python protocol/generate.py` writes; with `--check` it compares, prints the difference and exits
with 1 if there is any.
"""

import argparse
import sys

from generator.outputs import differences, outputs, write


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, prog="protocol/generate.py")
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    wanted = outputs()
    if not parser.parse_args(arguments).check:
        for path in write(wanted):
            print(f"wrote {path}")
        return 0
    difference = "".join(differences(wanted))
    if not difference:
        return 0
    print(difference)
    print("Generated files differ from the data classes. Run: make generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
