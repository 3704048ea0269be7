"""Actions behind a menu, and forms with a step before the button that sends them; both open without script."""

from lxml.html import HtmlElement, builder

from worlds.engine.surfaces.drift.settings import Settings, has_class
from worlds.engine.surfaces.drift.variant import Variant

MORE = "More actions"
ONWARD = "Go on"
CHECK = "Is all of this right? It takes effect when you confirm it."
_ENTRIES = frozenset({"text", "number", "date", "search", "checkbox", "radio", "email", "password", "tel"})


def hide(root: HtmlElement, settings: Settings, variant: Variant) -> None:
    """Put actions where the variant has them."""
    if variant.menus:
        for actions in [one for one in root.iter("ul") if has_class(one, settings.menus)]:
            _into_menu(actions, variant)
    if variant.steps:
        for form in root.iter("form"):
            _put_step(form)


def _into_menu(actions: HtmlElement, variant: Variant) -> None:
    """Keep the first action or two in sight and put the others behind a menu."""
    entries = [one for one in actions if one.tag == "li"]
    shown = 1 + variant.draw("actions in sight") % 2
    if len(entries) - shown < 2:
        return
    inner = builder.UL()
    for entry in entries[shown:]:
        entry.tail = None
        inner.append(entry)
    summary = builder.E.summary(MORE, builder.CLASS("btn btn-quiet"))
    actions.append(builder.LI(builder.E.details(summary, inner, builder.CLASS("wear-more"))))


def _put_step(form: HtmlElement) -> None:
    """Have the button of a form that writes, and asks for more than one entry, stand behind a step."""
    if (form.get("method") or "get").lower() != "post" or _entries(form) < 2:
        return
    buttons = [
        one for one in form.iter("button") if (one.get("type") or "submit") == "submit" and not one.get("formaction")
    ]
    if len(buttons) != 1 or buttons[0].get("disabled") is not None:
        return
    button = buttons[0]
    tail, button.tail = button.tail, None
    summary = builder.E.summary(ONWARD, builder.CLASS("btn btn-quiet btn-outline"))
    step = builder.E.details(summary, builder.CLASS("wear-step"))
    button.getparent().replace(button, step)
    step.append(builder.P(CHECK))
    step.append(button)
    step.tail = tail


def _entries(form: HtmlElement) -> int:
    """How many entries a person may make."""
    typed = [one for one in form.iter("input") if (one.get("type") or "text") in _ENTRIES]
    return len(typed) + len(list(form.iter("select"))) + len(list(form.iter("textarea")))
