"""Larkfield Office: the back office in which support, operations and finance work all day.

`app` is the app itself and what its pages share; the other modules are its pages, by noun.
"""
