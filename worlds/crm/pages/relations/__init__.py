"""Larkfield Relations: records with what belongs to them, a board of deals, and wizards for converting and merging.

`app` is the app itself and what its pages share; the other modules are its pages, by noun.
"""
