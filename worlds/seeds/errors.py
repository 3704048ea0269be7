"""What can go wrong with forks and snapshots: mistakes of the caller or of the disk, never answers for an agent."""


class ForkError(Exception):
    """Anything a fork cannot do."""


class ForkClosed(ForkError):  # noqa: N818 - the state it reports; callers know the fork by this word
    """The fork was closed, or belongs to the process that this one was forked from."""


class LeaseError(ForkError):
    """A lease was taken twice on one thread, or given back with something still open."""


class SnapshotDamaged(ForkError):  # noqa: N818 - the state it reports
    """A snapshot's file is not what was written: truncated, changed in place, or no database."""


class SnapshotUnknown(LookupError):  # noqa: N818 - the state it reports
    """No snapshot has this name."""
