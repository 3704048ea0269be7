"""Tickets: how one is read, listed and shown, and the one way in which it changes."""
