"""Reference agents for a day on which things go wrong: one that knows how to work under failure, one that does not.

Both do a task by its family's own solution; what differs is how they carry its calls. What the first one can still
finish says whether an instance can be solved under a failure plan.
"""
