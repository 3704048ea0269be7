"""How the matrix of failures is shown to people."""

from worlds.cli.output import console, print_table
from worlds.engine.proofs.failures.matrix import Matrix

LEGEND = (
    "A cell: seeds that the resilient agent passes / the naive one, of those in which something of the plan was met. "
    "uN: in N of them nobody can finish, and a pass is an honest hand-over. "
    "x: nobody can finish, nor hand it over. \u00b7: nothing was met."
)


def show_matrix(matrix: Matrix) -> None:
    """Print a world's matrix, what is worth a look, and the holes."""
    out = console()
    letters = {family: letter_of(number) for number, family in enumerate(matrix.families)}
    rows = [
        (plan, *(matrix.cells[plan, family].text for family in matrix.families), matrix.total(plan))
        for plan in matrix.plans
    ]
    print_table(f"{matrix.world}: what goes wrong, by task", ("plan", *letters.values(), "all"), rows)
    out.print(", ".join(f"{letter}: {family}" for family, letter in letters.items()), soft_wrap=True)
    out.print(LEGEND, soft_wrap=True)
    for remark in matrix.remarks:
        out.print(f"Worth a look: {remark}.", soft_wrap=True)
    for hole in matrix.holes:
        out.print(f"Hole: {hole}", soft_wrap=True)


def letter_of(number: int) -> str:
    """The letters of columns: A to Z, then AA, AB and so on."""
    whole, rest = divmod(number, 26)
    return (letter_of(whole - 1) if whole else "") + chr(ord("A") + rest)
