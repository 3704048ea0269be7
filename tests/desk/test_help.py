"""Promises of the help centre: requesters see what was said to them and nothing else, and looking changes nothing."""

import re
from pathlib import Path

import pytest
from chrome import expect_frame, expect_own_names
from colleague import sit
from help_cases import HelpCases

import worlds
from worlds.desk import WORLD

STATUS = {"nothing": 404, "no such request": 404, "a wrong filter": 422}


@pytest.fixture(scope="module")
def centre():
    with worlds.open("desk", role="requester") as episode:
        yield HelpCases(episode)


# -- looking ----------------------------------------------------------------------------------------------------------


def test_looking_at_every_page_changes_nothing(requester, centre):
    one = requester(centre.busiest)
    for name, seat in centre.seats.items():
        sit(one.episode, seat.role, seat.person)
        assert one.get(seat.path).status_code == STATUS.get(name, 200), (name, one.text)
    assert one.did == []
    assert all(not WORLD.operations[entry.operation].writing for entry in one.episode.journal)


def test_every_link_leads_somewhere_and_looking_changes_nothing(requester, centre):
    one = requester(centre.offered.person)
    for path, answer in one.visitor.crawl("/help/", limit=120):
        assert answer.status_code == 200, path
    assert one.did == []


def test_every_page_has_one_heading_its_landmarks_a_way_past_the_navigation_and_names_of_its_own(requester, centre):
    one = requester(centre.busiest)
    for seat in centre.seats.values():
        sit(one.episode, seat.role, seat.person)
        page = one.get(seat.path).text
        expect_frame(page)
        expect_own_names(page)


def test_staff_do_not_come_in(colleague):
    person = colleague("agent")
    for path in ("/help/", "/help/requests", "/help/account"):
        assert person.get(path).status_code == 403
    assert len(person.episode.journal) == 0


def test_templates_reach_no_further_than_what_their_views_give_them():
    folder = Path(WORLD.folder) / "pages" / "help" / "templates"
    for template in sorted(folder.rglob("*.html")):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\b(environ|episode|config|truth|seed)\b", text), template.name
        assert not re.search(r"<script(?! src=)| style=|\son\w+=|\|\s*safe|https?://", text), template.name


# -- what is whose ----------------------------------------------------------------------------------------------------


def test_a_request_shows_what_was_said_to_its_requester_and_nothing_else(requester, centre):
    asked = centre.noted
    one = requester(asked.person)
    one.get(f"/help/requests/{asked.ticket_id}")
    said = centre.rows("SELECT public, body FROM comment WHERE ticket_id = ? ORDER BY id", asked.ticket_id)
    for public, body in said:
        assert (" ".join(body.split()) in one.text) == bool(public), body
    assert len(re.findall(r'<li class="said ', one.source)) == sum(public for public, _ in said)
    group, assignee, tags = centre.rows(
        "SELECT g.name, u.name, t.tags FROM ticket t LEFT JOIN desk_group g ON g.id = t.group_id "
        "LEFT JOIN desk_user u ON u.id = t.assignee_id WHERE t.id = ?", asked.ticket_id,
    )[0]  # fmt: skip
    about = re.search(r'<dl class="facts">.*?</dl>', one.source, re.DOTALL)[0]
    assert not any(word and word in about for word in (group, assignee, "Priority", "Group", "Tags"))
    assert tags not in one.source


def test_the_list_has_one_s_own_requests_and_no_others(requester, centre):
    one = requester(centre.busiest)
    own = {row[0] for row in centre.rows("SELECT number FROM ticket WHERE requester_id = ?", centre.busiest)}
    one.get("/help/requests?page_size=100")
    assert _numbers(one) == own
    assert f"{len(own)} requests" in one.text


def test_somebody_else_s_request_is_not_there_and_cannot_be_written_on(requester, centre):
    one, other = requester(centre.busiest), centre.pending.ticket_id
    one.get(f"/help/requests/{other}")
    assert one.status == 404
    assert "It may be somebody else’s, or gone." in one.text
    one.get("/help/requests/new")
    token = one.typed("/requests/new")["csrf_token"]
    for path, fields in (("answer", [("body", "Hello")]), ("rating", [("score", "good")])):
        one.post(f"/help/requests/{other}/{path}", [*fields, ("csrf_token", token)])
        assert one.status == 404
    assert one.did == []


def test_a_file_is_shown_with_its_own_request_alone(requester, centre):
    filed, stranger = centre.filed("a.scan_state = 'clean' AND a.mime = 'text/plain'"), centre.drawing
    one = requester(filed.person)
    path = f"/help/requests/{filed.ticket_id}/files"
    content = centre.rows("SELECT content FROM attachment WHERE id = ?", filed.other_id)[0][0]
    one.get(f"{path}/{filed.other_id}")
    assert " ".join(content.split()) in one.text
    kept = one.get(f"{path}/{filed.other_id}/download")
    assert kept.headers["Content-Disposition"].startswith("attachment;")
    assert kept.text == content
    assert one.get(f"{path}/{stranger.other_id}").status_code == 404
    assert one.get(f"/help/requests/{stranger.ticket_id}/files/{stranger.other_id}").status_code == 404


@pytest.mark.parametrize(("state", "status", "words"), [("pending", 409, "Being checked"), ("malware", 403, "malware")])
def test_a_file_that_may_harm_is_named_and_never_handed_out(requester, centre, state, status, words):
    filed = centre.filed(f"a.scan_state = '{state}'")
    one = requester(filed.person)
    one.get(f"/help/requests/{filed.ticket_id}")
    assert words in one.text
    assert f"/files/{filed.other_id}" not in one.source
    for tail in ("", "/download"):
        assert one.get(f"/help/requests/{filed.ticket_id}/files/{filed.other_id}{tail}").status_code == status


def test_a_manager_sees_what_the_organisation_asks(requester, centre):
    person, count = centre.manager
    one = requester(person, "org_manager")
    one.get("/help/organization?page_size=100")
    assert f"{count} requests" in one.text
    assert len(_numbers(one)) == count
    one.get(next(link for link in one.visitor.links if re.search(r"/requests/\d+$", link)))
    assert one.status == 200


def test_colleagues_see_each_other_s_requests_only_where_the_organisation_shares_them(requester, centre):
    (sharing, ours), (alone, _) = centre.member(shared=True), centre.member(shared=False)
    one = requester(sharing)
    one.get("/help/organization?page_size=100")
    assert len(_numbers(one)) == ours
    other = requester(alone)
    other.get("/help/organization")
    assert "has not asked us to show colleagues’ requests" in other.text
    assert "Our organisation" not in other.text
    colleagues = centre.rows(
        "SELECT t.id FROM ticket t JOIN desk_user u ON u.id = ? WHERE t.organization_id = u.organization_id "
        "AND t.requester_id <> u.id", alone,
    )  # fmt: skip
    assert other.get(f"/help/requests/{colleagues[0][0]}").status_code == 404


def test_the_account_says_who_one_is_to_the_desk(requester, centre):
    person, _ = centre.manager
    one = requester(person, "org_manager")
    one.get("/help/account")
    name, firm = centre.rows(
        "SELECT u.name, o.name FROM desk_user u JOIN organization o ON o.id = u.organization_id WHERE u.id = ?", person
    )[0]
    assert all(words in one.text for words in (name, firm, centre.address(person), "those of your colleagues"))


def _numbers(one):
    return {int(number) for number in re.findall(r'<span class="number">#(\d+)</span></a></th>', one.source)}


# -- articles ---------------------------------------------------------------------------------------------------------


def test_only_public_articles_are_listed_found_and_shown(requester, centre):
    one = requester(centre.busiest)
    one.get("/help/search?page_size=100")
    public = "SELECT slug FROM kb_article WHERE visibility = 'public' AND state = 'published'"
    assert set(re.findall(r"/help/articles/([\w-]+)", one.source)) == {row[0] for row in centre.rows(public)}
    title = centre.rows("SELECT title FROM kb_article WHERE slug = ?", centre.internal)[0][0]
    one.get("/help/search", query_string={"query": title})
    assert centre.internal not in re.findall(r"/help/articles/([\w-]+)", one.source)
    assert one.get(f"/help/articles/{centre.internal}").status_code == 404
    assert one.get("/help/categories/handbook").status_code == 404


def test_whether_an_article_helped_is_counted_and_said(requester, centre):
    one = requester(centre.busiest)
    one.get(f"/help/articles/{centre.article}")
    helpful, unhelpful = centre.rows("SELECT helpful, unhelpful FROM kb_article WHERE slug = ?", centre.article)[0]
    one.send("/vote", {"helpful": "false"})
    assert f"{helpful} of {helpful + unhelpful + 1} readers said that it helped." in one.text
    assert one.rows("kb_article")[0]["unhelpful"] == unhelpful + 1


def test_a_search_that_finds_nothing_leads_to_a_person_and_keeps_the_words(requester, centre):
    one = requester(centre.busiest)
    one.get("/help/search?query=zeppelin")
    assert "No article has all of these words" in one.text
    one.get(next(link for link in one.visitor.links if "/requests/new?subject=" in link))
    assert one.typed("/requests/new")["subject"] == "zeppelin"
