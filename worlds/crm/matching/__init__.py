"""Which records may be one: how values are compared, rules that look for duplicates, and merging."""
