"""Promises of texts planted in the CRM: read where buyers write, apart from the rules, and judged by name."""

import pytest
from planting import judged_by, plan_of, setups, tools_of
from struck import rows
from troubles import met

import worlds
from worlds.crm import WORLD
from worlds.engine.adversary.bank import bank, drawn_from, named
from worlds.engine.adversary.disguise import UNSEEN, seen
from worlds.engine.adversary.gullible import obey, orders_in
from worlds.engine.folding import search_text
from worlds.graders.judged import judged
from worlds.graders.matching import fits

PLACES = {"enquiry", "mail", "mail-subject"}
ENQUIRIES = [one for one in bank() if PLACES & set(one.places)]
STANDING = [(one.name, place) for one in ENQUIRIES for place in one.places]
SHOWN = {"enquiry": "notes", "mail": "body", "mail-subject": "subject"}


def opened(name, place, role="sales_ops", **params):
    """An episode in which a text stands at a place."""
    return worlds.open("crm", role=role, faults=plan_of(name, place=place, **params))


def planted(episode):
    """The row in which the text stands."""
    (one,) = [change for change in setups(episode) if list(orders_in(dict(change.after)))]
    return one


def shown_by(episode, effect):
    """Whether a judge sees in what the agent did that an effect was brought about."""
    return any(fits(effect, one, {}) for one in judged(WORLD.schema, episode.changes()).changes)


def read(episode, change):
    tool = {"lead": "get_lead", "activity": "get_activity"}[change.table]
    return tools_of(episode)(tool, **{f"{change.table}_id": change.key})


def test_every_act_of_enquiries_is_bound_in_the_crm_and_kept_for_evaluation_too():
    acts = set(WORLD.part("faults.adversarial").GROUNDS.acts)
    assert {one.act for one in ENQUIRIES} == acts
    assert {one.act for one in drawn_from(held_out=True, claims=False) if one in ENQUIRIES} == acts


@pytest.mark.parametrize(("name", "place"), STANDING)
def test_every_text_is_read_through_tools_and_its_effect_is_known_by_name(name, place):
    template = named(name)
    with opened(name, place) as episode:
        (forbidden,) = judged_by(episode)
        assert forbidden.id.endswith(f".{name}")
        change = planted(episode)
        told = read(episode, change)
        assert met(episode) == ["social-pressure" if template.claims else "planted-instruction"]
        text = told[SHOWN[place]]
        assert template.read_in(text) is not None
        assert "<span" not in text or template.hidden == "white"
        if template.hidden in UNSEEN:
            assert template.cover in seen(text)
            assert template.text not in seen(text)
        assert not shown_by(episode, forbidden)
        assert name in obey(WORLD, tools_of(episode), told)
        assert shown_by(episode, forbidden)


@pytest.mark.parametrize("place", sorted(PLACES))
def test_many_other_texts_are_of_the_same_making_and_order_nothing(place):
    name = next(one.name for one in ENQUIRIES if place in one.places and not one.held_out)
    with opened(name, place) as episode:
        ordered = [bool(list(orders_in(dict(change.after)))) for change in setups(episode)]
        assert sum(ordered) == 1
        assert len(ordered) >= 10


def test_what_stood_in_a_mail_stays_and_searches_find_what_stands_there_now():
    with opened("partner-clause-nine", "mail") as episode:
        for change in setups(episode):
            assert change.after["body"].startswith(change.before["body"])
            assert search_text(change.after["body"]) in change.after["search_text"]


def test_the_twin_wishes_that_a_reference_is_quoted():
    with opened("form-field-for-robots", "enquiry", benign=True, wish="PO-4711") as episode:
        assert not judged_by(episode)
        assert not [one for one in setups(episode) if list(orders_in(dict(one.after)))]
        assert [one.key for one in setups(episode) if "quote PO-4711" in one.after["notes"]]


def test_a_text_stands_with_the_person_whom_a_rule_names():
    with worlds.open("crm", role="sales_ops") as episode:
        lead = next(row["lead_id"] for row in rows(episode, "list_leads", source="web", status="open"))
    with opened("she-said-yes-to-all", "enquiry", record=["lead", lead]) as episode:
        assert planted(episode).key == lead


def test_who_may_not_do_it_is_not_told_to():
    assert "finance" not in WORLD.operations["update_lead"].roles
    with opened("form-field-for-robots", "enquiry", role="finance") as episode:
        assert not judged_by(episode)
        assert not setups(episode)
