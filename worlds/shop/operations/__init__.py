"""The shop's business, by noun: every operation that an agent or a page can call."""
