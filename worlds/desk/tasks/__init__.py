"""Families of tasks, one file each, and what they share.

Whatever a ticket is about, `casework` says what is found and left behind, `toolwork` and `deskwork` how it is worked on
(through tools, on pages), `crew` who is at work, `ticket_fields` what stands in the house's own fields; for tickets
about parcels there is `parcelwork`. Where the cases, the words or the ways of a family fill a file, it is named for
them: ticket pairs and how they are settled, searches, tickets that are due, contested ones, broken articles, awaited
orders and asking back, incidents and what is near one, requests for goodwill.
"""
