"""Promises of refused forms in the workspace: each says what is wrong where it is, and nothing typed is lost."""

import re

import lxml.html
import pytest

from worlds.engine.surfaces.visitor import Visitor

GARBAGE = {"text": "Zz " + "x" * 13_000, "textarea": "Zz " + "x" * 13_000, "number": "-7", "date": "soon"}
OWN = {"csrf_token", "idempotency_key", "if_version"}


def forms_of(person):
    """The forms of the page that change something, with what their fields are by name."""
    root = lxml.html.document_fromstring(person.visitor.page.text)
    for form in root.iter("form"):
        if form.get("method") == "post":
            kinds = {one.get("name"): one.get("type") or one.tag for one in form.iter("input", "textarea", "select")}
            yield form.get("action"), {name: kind for name, kind in kinds.items() if name and name not in OWN}


def pages_with_forms(person, cases):
    for name, path in cases.paths.items():
        if person.get(path).status_code == 200:
            for action, kinds in list(forms_of(person)):
                if set(GARBAGE) & set(kinds.values()):
                    person.get(path)
                    yield name, action, kinds


def sent_back(person, action):
    """The form of the page with an action: the one that changes something, where a search has the same address."""
    shown = [one for one in person.visitor._parsed().forms if one.action == action and one.method == "post"]
    return dict(shown[0].fields)


def test_whatever_was_typed_into_a_refused_form_is_still_there(colleague, cases):
    person, refused = colleague("admin"), 0
    for name, action, kinds in pages_with_forms(person, cases):
        typed = {key: GARBAGE[kind] for key, kind in kinds.items() if kind in GARBAGE}
        fields = [pair for pair in sent_back(person, action).items() if pair[0] not in typed] + list(typed.items())
        person.post(action.removeprefix(person.visitor.prefix), fields)
        refused += 1
        assert person.status in {409, 422}, (name, action)
        now = sent_back(person, action)
        assert {key: now[key] for key in typed} == typed, (name, action)
        assert person.visitor.page.text.count('id="problems"') == 1, (name, action)
    assert refused > 25
    assert person.did == []


def test_a_problem_names_its_field_as_the_page_does(colleague, cases):
    person, named = colleague("admin"), 0
    for name, action, kinds in pages_with_forms(person, cases):
        typed = {key: GARBAGE[kind] for key, kind in kinds.items() if kind in GARBAGE}
        fields = [pair for pair in sent_back(person, action).items() if pair[0] not in typed] + list(typed.items())
        person.post(action.removeprefix(person.visitor.prefix), fields)
        root = lxml.html.document_fromstring(person.visitor.page.text)
        for error in root.find_class("field-error"):
            label = root.xpath(f"//label[@for='{error.get('id').removesuffix('-error')}']/text()")
            named += len(label)
            assert not label or error.text_content().startswith(f"Error: {label[0].strip(' *')}"), (name, action)
    assert named > 60


def test_every_problem_leads_to_what_it_is_about(app, colleague, cases):
    person, led = colleague("admin"), 0
    for name, action, kinds in pages_with_forms(person, cases):
        blank = {key: "" for key, kind in kinds.items() if kind in GARBAGE or kind == "select"}
        fields = [pair for pair in sent_back(person, action).items() if pair[0] not in blank] + list(blank.items())
        with person.episode.fork() as copy:
            visitor = Visitor(app, copy)
            answer = visitor.post(action.removeprefix(visitor.prefix), fields)
        root = lxml.html.document_fromstring(answer.text)
        ids = {one.get("id") for one in root.iter() if isinstance(one.tag, str)}
        for link in root.xpath("//*[@id='problems']//a"):
            led += 1
            assert link.get("href").removeprefix("#") in ids, (name, action, link.text_content())
    assert led > 20


@pytest.mark.parametrize(
    ("page", "action", "field", "sentence"),
    [
        ("tickets", "/tickets/bulk", "bulk-ticket-ids", "Tick the tickets to change."),
        ("split", "/split", "f-comment-ids", "Tick the comments that move."),
        ("link", "/links?query=order", "link-other-id", "Choose the ticket that belongs with this one."),
        ("make an incident", "/incident", "problem-problem-id", "Choose the problem that it belongs to."),
        ("add somebody", "/collaborators?query=a", "f-user-id", "Choose who is added."),
    ],
)
def test_what_has_to_be_chosen_is_asked_for_in_a_sentence_beside_the_choice(
    colleague, cases, page, action, field, sentence
):
    person = colleague("agent")
    person.get(cases.paths[page])
    choices = len(re.findall(r'type="(?:radio|checkbox)"', person.visitor.page.text))
    person.send(action)
    assert person.status == 422
    assert re.search(rf'id="{field}-error"[^>]*>.*?{sentence}', person.visitor.page.text)
    assert len(re.findall(r'type="(?:radio|checkbox)"', person.visitor.page.text)) == choices
    assert person.did == []


def test_a_search_goes_on_after_a_refusal(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["link"])
    person.send("/links?query=order")
    search = next(one for one in person.visitor._parsed().forms if one.method == "get" and one.action.endswith("/link"))
    person.get(search.action.removeprefix(person.visitor.prefix), query_string={"query": "parcel"})
    assert person.status == 200


def test_a_reply_of_spaces_is_not_mailed(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["a ticket"])
    for action in ("/reply", "/note"):
        person.send(action, {"body": " \n\t "})
        assert person.status == 422
        assert "must hold more than spaces" in person.text
    assert person.did == []


def test_a_ticket_for_an_id_that_is_nobody_s_keeps_what_was_typed(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["new ticket"])
    person.send("/tickets/new", {"requester_id": "999999", "subject": "Called", "body": "About the tent."})
    assert person.status == 404
    assert re.search(r'id="f-requester-id-error"', person.visitor.page.text)
    now = sent_back(person, f"{person.visitor.prefix}/workspace/tickets/new")
    assert (now["requester_id"], now["subject"], now["body"]) == ("999999", "Called", "About the tent.")
    assert person.did == []


def test_a_reply_on_a_ticket_that_was_closed_meanwhile_is_kept_and_a_closed_one_offers_no_place_to_write(
    colleague, cases
):
    person = colleague("agent")
    path = cases.paths["a closed ticket"]
    person.get(path)
    assert "Nothing can be written on a closed ticket any more." in person.text
    person.get(cases.paths["a ticket"])
    fields = [*person.visitor.fields("/reply", {"body": "Too late."})]
    person.post(f"{path}/reply", [pair for pair in fields if pair[0] != "if_version"])
    assert person.status == 409
    assert dict(person.visitor.form("/reply").fields)["body"] == "Too late."
    assert person.did == []
