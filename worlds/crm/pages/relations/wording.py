"""How the pages say what they show: codes, sums, shares, lengths of time, and which fields are meant."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from worlds.crm.pages.relations.app import relations
from worlds.crm.selling.percent import spelled
from worlds.engine.surfaces.forms import Field
from worlds.engine.surfaces.wording import lasting, money, phrase

WORDS: Final = {
    "opportunity": "Deal",
    "import_job": "Import",
    "sdr": "Sales development",
    "rep": "Sales representative",
    "vp": "VP sales",
    "sales_ops": "Sales operations",
    "cs_manager": "Customer success",
    "admin": "Administrator",
    "email": "E-mail",
    "in_bin": "In the bin",
    "in": "Agreed",
    "out": "Objected",
    "new": "New",
    "mid_market": "Mid-market",
    "no_show": "Did not come",
    "existing": "Existing",
}
LANGUAGES: Final = {
    "en": "English", "nl": "Dutch", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "da": "Danish",
    "sv": "Swedish", "nb": "Norwegian", "no": "Norwegian", "fi": "Finnish", "pt": "Portuguese",
}  # fmt: skip
FIELDS: Final = {
    "opportunity_id": "Deal",
    "stage_id": "Stage",
    "owner_id": "Owner",
    "queue_id": "Queue",
    "queue_id_": "Queue",
    "account_id": "Account",
    "price_book_id": "Price book",
    "primary_contact_id": "Primary contact",
    "email": "E-mail",
    "do_not_call": "Not to be called",
    "personal_id": "Personal id",
    "has_decider": "Somebody who decides",
    "has_quote": "A quote",
    "quote_presented": "A quote that was presented",
    "signed_contract": "A signed contract",
    "loss_reason": "Why it is lost",
    "loss_note": "What else there is to say of that",
    "is_deleted": "In the bin",
    "approval_lock": "Waits for approval",
    "last_stage_id": "Stage before",
    "billing_city": "Billing town",
    "shipping_city": "Shipping town",
    "territory_override": "Territory kept by hand",
    "city": "Town",
    "street": "Street and number",
    "zone": "Time zone",
    "first_touch_at": "Turned to",
    "forecast_category": "Forecast",
    "parent_id": "Account above",
    "reports_to_id": "Contact they report to",
    "shop_customer": "What the shop calls them",
    "desk_user": "What the ticket desk calls them",
}
COUNTRIES: Final = {
    "NL": "Netherlands", "DE": "Germany", "BE": "Belgium", "FR": "France", "AT": "Austria", "CH": "Switzerland",
    "ES": "Spain", "IT": "Italy", "GB": "United Kingdom", "IE": "Ireland", "DK": "Denmark", "SE": "Sweden",
    "NO": "Norway", "FI": "Finland", "LU": "Luxembourg", "PT": "Portugal",
}  # fmt: skip
_DAY: Final = 86_400


@relations.app_template_filter("words")
def words(code: Any) -> str:
    """A code as people of the house say it."""
    return WORDS.get(str(code), phrase(code))


@relations.app_template_filter("worded")
def worded(field: Field) -> Field:
    """A field of a form whose options read as the same codes do elsewhere."""
    return replace(field, options=tuple((code, words(code)) for code, _ in field.options))


@relations.app_template_filter("field_words")
def field_words(name: str) -> str:
    """A field by its name: "owner_id" is the owner."""
    part, _, rest = name.partition(".")
    if part == "consent" and rest:
        return f"Agreement: {words(rest).lower()}"
    if part == "contact_role" and rest:
        return f"Part of contact {rest}"
    return FIELDS.get(name, phrase(name.removesuffix("_id").replace(".", " ")))


@relations.app_template_filter("country_words")
def country_words(code: str | None) -> str:
    """A country by its English name."""
    return COUNTRIES.get(code or "", code or "")


@relations.app_template_filter("language_words")
def language_words(code: str) -> str:
    """A language by its English name."""
    return LANGUAGES.get(code, code)


@relations.app_template_filter("sum_in")
def sum_in(minor: int, currency: str) -> str:
    """A sum in its own currency."""
    return money(minor, currency)


@relations.app_template_filter("share")
def share(basis_points: int) -> str:
    """A percentage: 950 is 9.5 %."""
    return f"{spelled(basis_points)} %"


@relations.app_template_filter("since_words")
def since_words(moment: datetime, now: datetime) -> str:
    """How long ago something was, in its two largest units."""
    seconds = int((now - moment).total_seconds())
    return "just now" if seconds < 60 else f"{lasting(seconds - seconds % 60)} ago"


@relations.app_template_filter("days_words")
def days_words(day: date, today: date) -> str:
    """How far a day is: today, tomorrow, in 3 days, 2 days ago."""
    left = (day - today).days
    if left in {0, 1, -1}:
        return {0: "today", 1: "tomorrow", -1: "yesterday"}[left]
    return f"in {left} days" if left > 0 else f"{-left} days ago"


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun, in a message."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
