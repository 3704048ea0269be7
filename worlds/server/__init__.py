"""The server: one port for agents, for programs that train them, and for people."""

from worlds.server.serving import Served, serve

__all__ = ["Served", "serve"]
