"""`worlds check --faults`: every family under every failure plan that applies, by an agent that knows failures and one
that does not; a matrix of how they fare, and the holes in it.
"""
