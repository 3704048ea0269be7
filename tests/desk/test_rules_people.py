"""Promises of people, organisations, orders and articles: how they are found, and who may change what of them."""

from datetime import date, timedelta
from typing import Any

import pytest
from tiny_desk import (
    ADMIN,
    ANNA,
    BEN,
    CARLA,
    CLOSED,
    KADE,
    LEAD,
    NEW,
    OPEN,
    PENDING,
    SAM,
    SOLVED,
    START,
    Desk,
    person,
    refused,
)

from worlds.desk import WORLD, models
from worlds.desk.operations.knowledge import (
    article_text,
    get_article,
    link_article,
    list_article_categories,
    rate_article,
    search_articles,
    unlink_article,
    update_article,
)
from worlds.desk.operations.orders import find_orders, get_order
from worlds.desk.operations.organizations import get_organization, list_organizations
from worlds.desk.operations.people import (
    add_identity,
    get_user,
    list_users,
    merge_users,
    suspend_user,
    update_user,
)
from worlds.desk.operations.tickets import get_ticket, list_tickets
from worlds.desk.rules import LEADS, REQUESTERS
from worlds.desk.tickets.ticket_text import order_text

PUBLIC, INTERNAL, DRAFT, RULES = 1, 2, 3, 4


@pytest.fixture
def shelves(desk: Desk) -> Desk:
    """The desk with four articles: a public one, an internal one, a draft, and a page of the handbook."""
    for at, slug in ((1, "delivery"), (2, "handbook")):
        desk.add(models.KbCategory(id=at, slug=slug, title=slug.title(), position=at))
    pages = (
        (PUBLIC, "late-parcels", 1, "Late parcels", "public", "published", "Wait for **5 working days**."),
        (INTERNAL, "carriers", 1, "Carriers by country", "internal", "published", "Zürich goes by DHL."),
        (DRAFT, "pickup", 1, "Pickup points", "public", "draft", "Soon."),
        (RULES, "parcels", 2, "Where is my parcel", "internal", "published", "Which parcel is meant."),
    )
    for at, slug, category, title, visibility, state, body in pages:
        desk.add(
            models.KbArticle(
                id=at, slug=slug, category_id=category, title=title, language="en", visibility=visibility, state=state,
                body=body, search_text=article_text(title, body), helpful=0, unhelpful=0, updated_at=START,
            )
        )  # fmt: skip
    return desk


@pytest.fixture
def orders(desk: Desk) -> Desk:
    """The desk with an order of Anna's in two parcels, one of them delivered, and one of Ben's not sent yet."""
    columns: dict[str, Any] = {
        "city": "Amsterdam",
        "country": "NL",
        "currency": "EUR",
        "placed_at": START - timedelta(9),
    }
    desk.add(
        models.ShopOrder(
            id=1, number="LK-10001", customer="C-1", buyer="Anna de Vries", email="anna@example.com",
            postal_code="1015 DX", status="shipped", total=12_050, **columns,
            search_text=order_text("LK-10001", "Anna de Vries", "anna@example.com", "Amsterdam", "1015 DX"),
        )
    )  # fmt: skip
    desk.add(
        models.ShopOrder(
            id=2, number="LK-10002", customer=None, buyer="Ben Müller", email="Ben@KadeCoffee.example",
            postal_code="10115", status="processing", total=4_000, **columns,
            search_text=order_text("LK-10002", "Ben Müller", "Ben@KadeCoffee.example", "Amsterdam", "10115"),
        )
    )  # fmt: skip
    for at, status, delivered in ((1, "delivered", START - timedelta(4)), (2, "in_transit", None)):
        desk.add(
            models.ShopParcel(
                id=at, order_id=1, carrier="PostNL", tracking_number=f"3SLK{at}", status=status,
                shipped_at=START - timedelta(7), expected_on=date(2026, 3, 12), delivered_at=delivered,
            )
        )  # fmt: skip
    for at, order, title, parcel in ((1, 1, "Enamel mug", 1), (2, 1, "Ridge tent", 2), (3, 2, "Grinder", None)):
        desk.add(
            models.ShopOrderLine(
                id=at, order_id=order, title=title, quantity=1, unit_price=4_000, parcel_id=parcel
            )
        )  # fmt: skip
    return desk


def statements(desk: Desk, *calls: Any) -> int:
    """How many statements some calls take."""
    seen: list[str] = []
    desk.db.set_trace_callback(seen.append)
    for call in calls:
        call()
    desk.db.set_trace_callback(None)
    return len(seen)


OWN = (
    "knowledge", "people", "organizations", "orders", "side", "approvals", "goodwill", "escalations", "suspended",
    "reports",
)  # fmt: skip
"""Modules of operations on what stands beside tickets."""


def test_requesters_reach_articles_alone_and_light_agents_change_nothing():
    homes = {f"worlds.desk.operations.{name}" for name in OWN}
    found = {name: one for name, one in WORLD.operations.items() if one.function.__module__ in homes}
    served = {name for name, one in found.items() if one.roles & set(REQUESTERS)}
    assert served == {"search_articles", "get_article", "list_article_categories", "rate_article"}
    assert not [name for name, one in found.items() if one.writing and "light_agent" in one.roles]
    assert {name for name, one in found.items() if not one.doors} == {
        "side_answers", "party_answers", "approver_decides", "approval_lapses",
    }  # fmt: skip
    led = {name for name, one in found.items() if one.writing and one.roles == set(LEADS)}
    assert led == {
        "update_article", "merge_users", "suspend_user", "decide_approval", "release_suspended_message",
        "delete_suspended_message",
    }  # fmt: skip


# -- people -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["anna", "VRIES de", "anna@example.com", "06-1234 5678", "0031612345678", "(06) 12345678", "06 12345678 ext. 12"],
)
def test_people_are_found_by_name_mail_and_phone_in_any_form(desk: Desk, words: str):
    assert [row.user_id for row in list_users(desk.as_("agent"), query=words).items] == [ANNA]


def test_people_are_listed_by_what_they_are(desk: Desk):
    ctx = desk.as_("agent")
    assert [row.user_id for row in list_users(ctx, organization_id=KADE).items] == [BEN, CARLA]
    assert [row.user_id for row in list_users(ctx, vip=True).items] == [CARLA]
    assert list_users(ctx, kind="staff").total == 6
    assert list_users(ctx, kind="all", suspended=False).total == 9
    anna = list_users(ctx, query="anna").items[0]
    assert (anna.email, anna.phone, anna.tickets, anna.unsolved) == ("anna@example.com", "+31 6 1234 5678", 3, 1)


def test_a_person_is_shown_with_all_that_belongs_to_them(desk: Desk):
    anna = get_user(desk.as_("light_agent"), ANNA)
    assert [(one.kind, one.is_primary) for one in anna.identities] == [("email", True), ("phone", False)]
    assert [row.ticket_id for row in anna.recent_tickets] == [NEW, SOLVED, CLOSED]
    assert get_user(desk.as_("agent"), BEN).tier == "business"
    assert [group.name for group in get_user(desk.as_("agent"), LEAD).groups] == ["Frontline", "Returns & Refunds"]
    assert refused(get_user, desk.as_("agent"), 999) == "user_not_found"


def test_people_and_organisations_are_read_by_a_fixed_number_of_statements(desk: Desk):
    ctx = desk.as_("agent")
    calls = (
        lambda: list_users(ctx), lambda: get_user(ctx, ANNA), lambda: get_organization(ctx, KADE),
        lambda: list_organizations(ctx),
    )  # fmt: skip
    few = statements(desk, *calls)
    for at in range(130, 145):
        person(desk, at, f"Guest {at}", f"guest{at}@kadecoffee.example", organization_id=KADE)
    for at in range(15):
        add_identity(ctx, ANNA, "email", f"anna{at}@example.com")
    assert statements(desk, *calls) == few


def test_a_record_is_corrected_and_found_by_its_new_name(desk: Desk):
    ctx = desk.as_("agent")
    done = update_user(ctx, ANNA, name="Zoë Brandão", notes="Call before noon.", locale="fr")
    assert (done.name, done.notes, done.locale) == ("Zoë Brandão", "Call before noon.", "fr")
    assert [row.user_id for row in list_users(ctx, query="zoe brandao").items] == [ANNA]
    assert list_tickets(ctx, query="brandao").total == 3
    assert update_user(ctx, ANNA, empty=["notes"]).notes is None
    assert update_user(ctx, CARLA, empty=["organization_id"]).organization_id is None
    assert refused(update_user, ctx, ANNA, organization_id=99) == "organization_not_found"
    assert refused(update_user, ctx, SAM, name="Sam") == "user_is_staff"


def test_only_leads_say_who_is_vip(desk: Desk):
    assert refused(update_user, desk.as_("agent"), ANNA, vip=True) == "lead_needed"
    assert update_user(desk.as_("agent"), CARLA, vip=True).vip  # it is so already
    assert update_user(desk.as_("team_lead"), ANNA, vip=True).vip


def test_a_mail_address_belongs_to_one_record_and_a_phone_to_many(desk: Desk):
    ctx = desk.as_("agent")
    assert refused(add_identity, ctx, ANNA, "email", "BEN@kadecoffee.example") == "identity_taken"
    assert refused(add_identity, ctx, ANNA, "email", " Anna@Example.com") == "identity_known"
    assert refused(add_identity, ctx, ANNA, "email", "anna at home") == "address_malformed"
    assert refused(add_identity, ctx, ANNA, "phone", "12") == "address_malformed"
    add_identity(ctx, BEN, "phone", "+31 (6) 12345678")
    assert [row.user_id for row in list_users(ctx, query="+31612345678").items] == [ANNA, BEN]
    done = add_identity(ctx, ANNA, "email", "a.devries@work.example", primary=True)
    mails = {one.value: one.is_primary for one in done.identities if one.kind == "email"}
    assert mails == {"a.devries@work.example": True, "anna@example.com": False}
    assert [row.user_id for row in list_users(ctx, query="a.devries@work").items] == [ANNA]


def test_merging_two_records_moves_all_that_the_second_has(desk: Desk):
    person(desk, 14, "A. de Vries", "anna@work.example", phone="+31 20 555 0199")
    ctx = desk.as_("team_lead")
    done = merge_users(ctx, 14, ANNA)
    assert (done.tickets, done.merged) == (3, [ANNA])
    mails = {one.value: one.is_primary for one in done.identities if one.kind == "email"}
    assert mails == {"anna@work.example": True, "anna@example.com": False}
    assert get_user(ctx, ANNA).merged_into_id == 14
    assert list_users(ctx, query="vries").total == 1
    assert list_users(ctx, query="vries", merged=True).total == 2
    audit = get_ticket(ctx, CLOSED).audits[0]
    assert [(one.field, one.before, one.after) for one in audit.events] == [("requester_id", str(ANNA), "14")]
    assert list_tickets(ctx, query="work.example").total == 3
    assert refused(merge_users, ctx, 14, ANNA) == "user_merged"
    assert refused(merge_users, ctx, 14, 14) == "same_user"
    assert refused(merge_users, ctx, 14, SAM) == "user_is_staff"


def test_merging_leaves_nobody_copied_in_twice(desk: Desk):
    for at, user in ((1, ANNA), (2, CARLA)):
        desk.add(models.Collaborator(id=at, ticket_id=PENDING, user_id=user, route="cc"))
    merge_users(desk.as_("admin"), CARLA, ANNA)
    assert desk.rows("SELECT user_id FROM collaborator WHERE ticket_id = ?", PENDING) == [(CARLA,)]


def test_a_lead_suspends_and_lets_write_again(desk: Desk):
    ctx = desk.as_("team_lead")
    assert suspend_user(ctx, ANNA).suspended
    assert not suspend_user(ctx, ANNA, suspended=False).suspended
    assert refused(suspend_user, ctx, ADMIN) == "user_is_staff"


def test_an_organisation_is_shown_with_its_people_managers_first(desk: Desk):
    ctx = desk.as_("agent")
    kade = get_organization(ctx, KADE)
    assert [(one.name, one.org_manager) for one in kade.members] == [("Ben Müller", True), ("Carla Rossi", False)]
    assert (kade.people, kade.tickets, kade.unsolved, kade.domains) == (2, 2, 2, ["kadecoffee.example"])
    assert [row.ticket_id for row in kade.recent_tickets] == [OPEN, PENDING]
    assert [row.name for row in list_organizations(ctx, query="kade", tier="business").items] == ["Kade Coffee"]
    assert list_organizations(ctx, tier="vip").total == 0
    assert refused(get_organization, ctx, 9) == "organization_not_found"


# -- orders -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        {"number": "lk-10001"}, {"email": "ANNA@example.com"}, {"query": "vries 1015dx"}, {"query": "10001"},
        {"tracking_number": "3slk2"}, {"query": "1015 dx", "email": "anna@example.com"},
    ],
)  # fmt: skip
def test_orders_are_found_by_what_a_customer_names(orders: Desk, how: dict[str, str]):
    assert [row.number for row in find_orders(orders.as_("agent"), **how).items] == ["LK-10001"]


def test_orders_are_not_listed_without_a_reason(orders: Desk):
    ctx = orders.as_("agent")
    assert find_orders(ctx).total == 0
    assert find_orders(ctx, query="100% Müller").total == 0
    for asked in ("Müller", "muller", "#LK-10002", "lk-10002", "ben@kadecoffee.example"):
        assert [row.order_id for row in find_orders(ctx, query=asked).items] == [2]
    assert find_orders(ctx, query="LK-1000").total == 2
    assert find_orders(ctx, query="LK_1").total == 0


def test_an_order_says_which_article_lies_in_which_parcel(orders: Desk):
    order = get_order(orders.as_("light_agent"), 1)
    assert [(one.tracking_number, one.status, one.articles) for one in order.parcels] == [
        ("3SLK1", "delivered", ["Enamel mug"]), ("3SLK2", "in_transit", ["Ridge tent"]),
    ]  # fmt: skip
    assert order.parcels[1].expected_on == date(2026, 3, 12)
    assert order.ticket_ids == [SOLVED]
    assert get_order(orders.as_("agent"), 2).lines[0].parcel_id is None
    assert refused(get_order, orders.as_("agent"), 9) == "order_not_found"


def test_orders_are_read_by_a_fixed_number_of_statements(orders: Desk):
    ctx = orders.as_("agent")
    calls = (lambda: get_order(ctx, 1), lambda: find_orders(ctx, query="LK"))
    few = statements(orders, *calls)
    for at in range(10, 20):
        orders.add(models.ShopOrderLine(id=at, order_id=1, title=f"Mug {at}", quantity=1, unit_price=1, parcel_id=2))
    assert statements(orders, *calls) == few


# -- knowledge ----------------------------------------------------------------------------------------------------


def test_requesters_read_what_is_public_and_published_alone(shelves: Desk):
    anna, agent = shelves.as_("requester"), shelves.as_("agent")
    assert [row.slug for row in search_articles(anna).items] == ["late-parcels"]
    assert [row.slug for row in search_articles(anna, visibility="internal").items] == []
    assert [row.slug for row in search_articles(anna, state="draft").items] == []
    assert [row.slug for row in list_article_categories(anna).items] == ["delivery"]
    for slug in ("carriers", "pickup", "parcels", "nothing"):
        assert refused(get_article, anna, slug) == "article_not_found"
    assert refused(rate_article, anna, INTERNAL, helpful=True) == "article_not_found"
    assert search_articles(agent).total == 3
    assert get_article(agent, "pickup").state == "draft"
    assert [row.articles for row in list_article_categories(agent).items] == [2, 1]


def test_articles_are_found_by_words_without_accents(shelves: Desk):
    ctx = shelves.as_("agent")
    assert [row.slug for row in search_articles(ctx, query="ZURICH dhl").items] == ["carriers"]
    assert [row.slug for row in search_articles(ctx, category="handbook").items] == ["parcels"]


def test_an_article_is_linked_once_and_taken_off_again(shelves: Desk):
    ctx = shelves.as_("agent")
    assert link_article(ctx, OPEN, PUBLIC).linked
    assert refused(link_article, ctx, OPEN, PUBLIC) == "article_linked"
    assert [one.slug for one in get_ticket(ctx, OPEN).articles] == ["late-parcels"]
    assert get_ticket(ctx, OPEN).audits[0].events[0].after == "late-parcels"
    assert not unlink_article(ctx, OPEN, PUBLIC).linked
    assert refused(unlink_article, ctx, OPEN, PUBLIC) == "article_not_linked"
    assert refused(link_article, ctx, OPEN, 99) == "article_not_found"


def test_a_correction_changes_what_was_asked_and_is_found_at_once(shelves: Desk):
    ctx = shelves.as_("team_lead")
    shelves.wait(hours=1)
    done = update_article(shelves.as_("team_lead"), PUBLIC, body="Wait for **7 working days**, then write.")
    assert (done.title, done.visibility, done.state) == ("Late parcels", "public", "published")
    assert done.updated_at == START + timedelta(hours=1)
    assert [row.slug for row in search_articles(ctx, query="7 working").items] == ["late-parcels"]
    assert refused(update_article, ctx, RULES, body="Do as you like.") == "handbook_fixed"


def test_readers_say_whether_an_article_helped(shelves: Desk):
    ctx = shelves.as_("requester")
    rate_article(ctx, PUBLIC, helpful=True)
    done = rate_article(ctx, PUBLIC, helpful=False)
    assert (done.helpful, done.unhelpful) == (1, 1)
