"""Promises of what the CRM's pages show when something goes wrong: who was there, what is alike, what a form keeps."""

import pytest
from struck import rows, under
from troubles import met

import worlds
from worlds.engine.surfaces.visitor import Visitor

STEP = "Call on Friday"


@pytest.fixture
def at_work(app):
    """Somebody who sits down before the form of a deal while one rule is in force."""
    opened = []

    def sit(fault, **rule):
        episode = under(fault, **rule)
        opened.append(episode)
        key = rows(episode, "list_opportunities", stage_kind="open", approval_lock=False)[0]["opportunity_id"]
        visitor = Visitor(app, episode)
        visitor.get(f"/relations/deals/{key}/edit")
        return episode, visitor, key

    yield sit
    for episode in opened:
        episode.close()


def deal(episode, key):
    return episode.call("get_opportunity", {"opportunity_id": key}).body


def typed(visitor):
    return dict(visitor.form("/edit").fields)


def test_a_conflict_shows_what_a_colleague_wrote_in_the_same_field_and_what_is_sent_then_stands(at_work):
    episode, visitor, key = at_work("F16")
    visitor.send("/edit", {"next_step": STEP})
    assert visitor.page.status_code == 409
    now = deal(episode, key)
    assert now["next_step"] != STEP
    assert now["next_step"] in visitor.text
    assert typed(visitor)["if_version"] == str(now["version"])
    visitor.send("/edit", {"next_step": STEP})
    assert deal(episode, key)["next_step"] == STEP


def test_who_finds_a_deal_locked_keeps_what_they_typed_and_sees_by_whom(at_work):
    episode, visitor, key = at_work("F18", operations=("update_opportunity",))
    visitor.send("/edit", {"next_step": STEP})
    assert visitor.page.status_code == 423
    assert typed(visitor)["next_step"] == STEP
    assert "editing" in visitor.text
    assert deal(episode, key)["next_step"] != STEP


def test_a_form_that_is_too_old_does_nothing_and_is_filled_in_again(at_work):
    episode, visitor, key = at_work("F12")
    visitor.send("/edit", {"next_step": STEP})
    assert visitor.page.status_code == 400
    assert episode.diff() == []
    visitor.get(f"/relations/deals/{key}/edit")
    visitor.send("/edit", {"next_step": STEP})
    assert deal(episode, key)["next_step"] == STEP


def test_an_expired_session_leads_to_the_sign_in_page_and_nothing_is_saved(at_work):
    episode, visitor, key = at_work("F11")
    visitor.send("/edit", {"next_step": STEP})
    assert f"/-/relations/sign-in?next=/episodes/abc/relations/deals/{key}" in visitor.text
    assert episode.diff() == []


def test_pages_wear_another_face_after_a_deploy(app):
    faces = []
    with under("F35", operations=("list_leads",), params={"variant": 7}) as episode:
        visitor = Visitor(app, episode)
        for path in ("/relations/accounts", "/relations/leads", "/relations/accounts"):
            visitor.get(path)
            faces.append(visitor.text)
        assert (met(episode)[0], episode.diff()) == ("interface-drift", [])
    assert faces[0].startswith("Accounts")
    assert faces[0].split("09:0", 1)[1][1:] != faces[2].split("09:0", 1)[1][1:]


def test_what_is_alike_is_listed_with_a_link_and_a_button_that_saves_it_all_the_same(app):
    with worlds.open("crm", role="sales_ops") as episode:
        account = next(one for one in rows(episode, "list_accounts") if one["website"])
        visitor = Visitor(app, episode)
        visitor.get("/relations/accounts/new")
        given = {"name": account["name"], "country": account["country"], "website": account["website"]}
        visitor.send("/new", given)
        assert visitor.page.status_code == 409
        assert f"/relations/accounts/{account['account_id']}" in visitor.links
        assert "Save anyway" in visitor.text
        assert episode.diff() == []
        visitor.send("/new", {"allow_save": "true"})
        assert len(rows(episode, "list_accounts", query=account["name"])) > 1
