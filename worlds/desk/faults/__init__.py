"""What goes wrong at the desk and by whose hand: what the layers of failures need to know of this business."""

from typing import Final

HARMLESS: Final = {
    "silent-last-write-wins": "a change of a ticket holds only what it changes, so a colleague's edit of something "
    "else stays, and tags are added rather than replaced",
}
"""What harms nobody here, and why."""
