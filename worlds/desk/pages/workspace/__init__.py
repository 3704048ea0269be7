"""Larkfield Care, the workspace: where agents and team leads work off tickets all day.

`app` is the app itself and what its pages share; the other modules are its pages, by noun.
"""
