"""`scripts/docs`: writes the reference anew, or with --check only says what is stale."""

import sys

from worlds.cli.reference import FOLDER, stale, write

if __name__ == "__main__":
    checking = "--check" in sys.argv[1:]
    names = stale() if checking else write()
    for name in names:
        done = "is written anew" if (FOLDER / name).exists() else "is removed"
        sys.stdout.write(f"docs/reference/{name} {'is stale; run scripts/docs' if checking else done}\n")
    sys.exit(1 if checking and names else 0)
