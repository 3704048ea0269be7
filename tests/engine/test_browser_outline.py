"""The reader of accessibility snapshots reads what Playwright writes, whatever texts a world puts on a page."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.engine.surfaces.browsing.chromium import BrowserMissing, find_chromium
from worlds.engine.surfaces.browsing.host import HOST
from worlds.engine.surfaces.browsing.outline import read_snapshot

SNAPSHOT = """\
- generic [active] [ref=e1]:
  - 'link "It''s: a \\"test\\" [x]" [ref=e4] [cursor=pointer]':
    - /url: "#x"
  - 'heading "Order #1042" [level=1] [ref=e6]'
  - paragraph [ref=e7]: "Hello you: there"
  - row [ref=f2e22]:
    - 'rowheader "Tent: large" [ref=e23]'
    - cell "-1" [ref=e24]
    - cell [ref=e25]:
      - spinbutton "Qty" [ref=e26]: "3"
  - checkbox "Restock" [checked] [disabled] [ref=e32]
  - text: plain
  - status
"""


def test_a_tree_keeps_roles_names_refs_states_and_values():
    root = read_snapshot(SNAPSHOT).children[0]
    link, heading, paragraph, row, box, text, status = root.children
    assert (link.name, link.ref, link.url) == ('It\'s: a "test" [x]', "e4", "#x")
    assert (heading.name, heading.states) == ("Order #1042", {"level": "1"})
    assert paragraph.text == "Hello you: there"
    assert (row.ref, row.text, [cell.text for cell in row.children]) == (
        "f2e22",
        "Tent: large -1 3",
        ["Tent: large", "-1", "3"],
    )
    assert box.states == {"checked": "", "disabled": ""}
    assert (text.role, text.value, status.role, status.text) == ("text", "plain", "status", "")


SHOWN = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1
)


@given(SHOWN)
def test_a_name_in_either_kind_of_quotes_is_read_back(name):
    key = f"button {json.dumps(name, ensure_ascii=False)} [ref=e1]"
    quoted = "'" + key.replace("'", "''") + "'"
    for line in (f"- {key}", f"- {quoted}", f"- {quoted}:\n  - text: x"):
        node = read_snapshot(line).children[0]
        assert (node.role, node.name, node.ref) == ("button", name, "e1")


ODD = (
    "a: b",
    "- x",
    "'single'",
    '"double"',
    "#tag",
    "[x]",
    "{y}",
    "back\\slash",
    "é\u200fא",
    "yes",
    "1.0",
    "a # b",
    "@at",
    "tab\there",
    "%",
    "x:",
)


@pytest.mark.browser
def test_odd_texts_come_back_from_a_real_browser():
    async def snapshot():
        page = await HOST.new_page()
        try:
            await page.set_content("".join("<p></p><button></button>" for _ in ODD))
            await page.evaluate(
                """(texts) => texts.forEach((text, number) => {
                     document.querySelectorAll("p")[number].textContent = text;
                     document.querySelectorAll("button")[number].textContent = text;
                   })""",
                list(ODD),
            )
            return await page.aria_snapshot(mode="ai")
        finally:
            await page.context.close()

    tree = read_snapshot(HOST.run(snapshot()))
    plain = [text.replace("\t", " ") for text in ODD]
    assert [node.text for node in tree.find("paragraph")] == plain
    assert [node.name for node in tree.find("button")] == plain


def test_a_browser_named_by_the_variable_goes_first(monkeypatch, tmp_path):
    mine = tmp_path / "mine"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setenv("WORLDS_CHROMIUM", str(mine))
    assert find_chromium().path == str(mine)
    monkeypatch.setenv("WORLDS_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(BrowserMissing, match=r"WORLDS_CHROMIUM names .* correct or unset it"):
        find_chromium()


def test_the_headless_shell_goes_before_chromium_and_both_before_playwrights_own(monkeypatch, tmp_path):
    monkeypatch.delenv("WORLDS_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "own"))
    with pytest.raises(BrowserMissing, match=r"No Chromium was found\. Run `playwright install --only-shell chromium`"):
        find_chromium()
    (tmp_path / "own" / "chromium_headless_shell-1200").mkdir(parents=True)
    (tmp_path / "own" / "chromium_headless_shell-1200" / "INSTALLATION_COMPLETE").touch()
    assert (find_chromium().path, find_chromium().source) == (None, "Playwright's own")
    (tmp_path / "bin").mkdir()
    for name in ("chromium", "chromium-headless-shell"):
        program = tmp_path / "bin" / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        assert find_chromium().path == str(program)
