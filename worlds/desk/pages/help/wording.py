"""How the help centre says states, topics and languages, and what was wrong with a form, to those who ask."""

from typing import Final

from worlds.desk.pages.help.front import centre
from worlds.engine.surfaces import labels
from worlds.engine.surfaces.forms import Form
from worlds.engine.surfaces.wording import phrase

TOPICS: Final = (
    ("wismo", "Where is my order"),
    ("return_exchange", "Return or exchange"),
    ("refund_status", "My money back"),
    ("damaged", "Damaged or faulty"),
    ("change_cancel", "Change or cancel an order"),
    ("product_question", "Question about a product"),
    ("discount", "Discount or code"),
    ("account", "My account"),
    ("invoice_b2b", "Invoice for a firm"),
    ("complaint", "Complaint"),
    ("praise", "Praise"),
    ("other", "Something else"),
)
"""What a request can be about, in the words and the order of those who ask."""
STATES: Final = {"awaiting_reply": "Awaiting your reply"}
TONES: Final = {"open": "fresh", "awaiting_reply": "sun", "solved": "done", "closed": "quiet"}
LANGUAGES: Final = {"en": "English", "nl": "Nederlands", "de": "Deutsch", "fr": "Français"}
"""Languages of articles, each by its own name."""
LANGUAGE_OPTIONS: Final = (("en", "English"), ("nl", "Dutch"), ("de", "German"), ("fr", "French"))
"""The same to choose from, in the language of the page."""
SHELF_ICONS: Final = {
    "delivery": "van",
    "returns": "back",
    "refunds": "purse",
    "orders": "bag",
    "products": "leaf",
    "account": "person",
    "business": "shop",
}
KIB: Final = 1_024
_LABELS: Final = {
    "subject": "What it is about",
    "body": "Your message",
    "score": "Your rating",
    "email": "E-mail address",
    "query": "Words",
}


def labelled(form: Form) -> Form:
    """A form whose problems name fields as the help centre's pages label them."""
    return labels.labelled(form, _LABELS)


@centre.app_template_filter("request_state")
def request_state(code: str) -> str:
    """A request's state for whoever has asked."""
    return STATES.get(code, phrase(code))


@centre.app_template_filter("request_tone")
def request_tone(code: str) -> str:
    """The tint of a state's badge, which says it in words too."""
    return TONES.get(code, "quiet")


@centre.app_template_filter("own_language")
def own_language(code: str) -> str:
    """A language by its own name."""
    return LANGUAGES.get(code, code)


@centre.app_template_filter("shelf_icon")
def shelf_icon(slug: str) -> str:
    """The picture of a shelf of articles."""
    return SHELF_ICONS.get(slug, "page")


@centre.app_template_filter("read_size")
def read_size(size: int) -> str:
    """Bytes as people say them."""
    return f"{size} bytes" if size < KIB else f"{size / KIB:.0f} kB"


@centre.app_template_filter("initial")
def initial(name: str) -> str:
    """The first letter of a name, for the round beside what somebody said."""
    return next((sign.upper() for sign in name if sign.isalpha()), "·")
