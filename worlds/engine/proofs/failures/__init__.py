"""`worlds check --faults`: every family under every failure plan that applies, and the holes that this shows.

An agent that knows failures works on each instance and one that does not; the matrix says how they fare.
"""
