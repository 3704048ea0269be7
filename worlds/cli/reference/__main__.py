"""`scripts/docs`: writes the reference anew, or with --check only says what is stale."""

import sys

from worlds.cli.reference import stale, write

if __name__ == "__main__":
    checking = "--check" in sys.argv[1:]
    names = stale() if checking else write()
    for name in names:
        sys.stdout.write(f"docs/reference/{name} {'is stale; run scripts/docs' if checking else 'is written anew'}\n")
    sys.exit(1 if checking and names else 0)
