"""Episodes of the recount in which others act meanwhile."""

from dataclasses import replace

from worlds.engine.episode import Episode
from worlds.engine.task import Happening
from worlds.seeds.forks import open_fork


def busy(episode, *happenings):
    """An episode of the same task in which others do these things."""
    instance = replace(episode.task.instance, happenings=happenings)
    fork = open_fork(episode.start.snapshot.path)
    return Episode(episode.start, fork, episode.actor, replace(episode.task, instance=instance))


def letter(delay, body="Are you there?"):
    """A message of a colleague, so many seconds after the first call."""
    return Happening(
        name="noor",
        operation="write_to_agent",
        arguments={"role": "colleague", "subject": "A question", "body": body},
        delay=delay,
    )


def sale(delay, quantity, name="trade"):
    """Somebody buys some of item 3."""
    return Happening(name=name, operation="pass_by", arguments={"item_id": 3, "quantity": quantity}, delay=delay)


def waited(episode, **arguments):
    """What a wait answers."""
    reply = episode.call("wait", arguments)
    assert reply.ok, reply.body
    return reply.body
