"""Service levels: which promise holds for a ticket, and the clocks that count it."""
