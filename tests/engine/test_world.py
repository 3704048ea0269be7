"""Promises of finding worlds: by their shape, in the house and on WORLDS_PATH alike; what is broken says why."""

import pytest

from worlds.engine.world import discover


def folder_of_a_world(tmp_path, monkeypatch, name, text):
    home = tmp_path / name
    (home / "models").mkdir(parents=True)
    (home / "__init__.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv("WORLDS_PATH", str(tmp_path))


def test_a_user_s_world_may_keep_its_tables_in_a_package(tmp_path, monkeypatch):
    text = 'from worlds.engine.world import World\nWORLD = World(name="packaged", title="Packaged", roles={})\n'
    folder_of_a_world(tmp_path, monkeypatch, "packaged", text)
    assert "packaged" in discover()


def test_a_world_that_cannot_be_imported_tells_its_error_at_every_look(tmp_path, monkeypatch):
    folder_of_a_world(tmp_path, monkeypatch, "breaking", "1 / 0\n")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            discover()


def test_a_folder_that_names_no_world_says_what_it_must_say(tmp_path, monkeypatch):
    folder_of_a_world(tmp_path, monkeypatch, "nameless", "WORLD = None\n")
    with pytest.raises(TypeError, match="must say WORLD = World"):
        discover()
