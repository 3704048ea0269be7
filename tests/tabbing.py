"""What of a page can be reached by the Tab key alone."""

from typing import Any

_MARK = """() => {
  const groups = new Set(), reachable = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  const fits = one => {
    if (one.disabled || one.type === 'hidden' || !one.checkVisibility({visibilityProperty: true})) return false;
    if (one.type !== 'radio') return true;
    const group = one.form?.action + one.name;
    return groups.has(group) ? false : Boolean(groups.add(group));
  };
  const marked = [...document.querySelectorAll(reachable)].filter(fits);
  marked.forEach((one, at) => { one.dataset.tabbing = at; });
  window.reached = new Set();
  document.addEventListener('focusin', ({target}) => {
    const name = target.type === 'radio' ? `[name="${target.name}"][data-tabbing]` : null;
    const at = (name ? document.querySelector(name) : target).dataset.tabbing;
    if (at !== undefined) window.reached.add(at);
  });
  return marked.length;
}"""
_MISSED = """() => [...document.querySelectorAll('[data-tabbing]')]
  .filter(one => !window.reached.has(one.dataset.tabbing)).map(one => one.outerHTML.slice(0, 120))"""


def out_of_reach(page: Any) -> list[str]:
    """Links, buttons and fields that can be seen and that Tab never comes to; a date takes several presses."""
    count = page.evaluate(_MARK)
    for _ in range(3):
        for _ in range(count + 10):
            page.keyboard.press("Tab")
        missed: list[str] = page.evaluate(_MISSED)
        if not missed:
            return []
    return missed
