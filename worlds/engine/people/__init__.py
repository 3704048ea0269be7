"""People who act in an episode: what they know, how they write, when they answer; rule-based and deterministic.

A person hears what the agent sends to them, decides by a small state machine, and answers in their own time into the
agent's inbox. Each has a stream of chance of its own, keyed by episode, person and the number of what they hear or do,
so that another person more shifts nobody else.

`persona` says who somebody is, `facts` what they know and when it was asked for, `intents` what they do, `voice` how
they put it, `company` lets them hear and act. `approvers` decide about requests, `traffic` makes what others do by
themselves, `lending` lets a model put their words differently.
"""
