"""Larkfield Help, the help centre: where requesters look for answers, ask, and follow what became of it.

`front` is the app itself and what its pages share; the other modules are its pages, by noun.
"""
