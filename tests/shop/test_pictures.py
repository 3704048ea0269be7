"""Promises of product pictures: drawn for every article, well formed, told in words, always the same, small."""

import re
from xml.etree import ElementTree as ET

import pytest

from worlds.shop import pictures
from worlds.shop.population.shelves import articles, pool

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("motif", sorted(pictures.motifs()))
def test_a_motif_is_well_formed_small_and_takes_every_colour(motif):
    drawn = {colour: pictures.draw(motif, colour, "Trail Mug") for colour in pictures.COLOURS}
    for colour, text in drawn.items():
        root = ET.fromstring(text)  # noqa: S314 - our own drawing
        assert root.tag == f"{SVG}svg"
        assert root.get("viewBox") == "0 0 200 200"
        assert root.get("role") == "img"
        assert root[0].tag == f"{SVG}title"
        assert root[0].text == f"Trail Mug: drawing of a {motif.replace('_', ' ')} in {colour.lower()}"
        assert len(text) < 2_500
        assert not re.search(r"\{|<script|href|data-|NaN", text)
    coloured = len(set(drawn.values()))
    assert coloured == len(pictures.COLOURS)


def test_every_article_has_a_motif_and_every_colour_can_be_drawn():
    for article in articles():
        assert article.motif in pictures.motifs()
        assert set(pool("colours", article.family)) <= set(pictures.COLOURS)


def test_what_is_not_known_is_drawn_as_a_parcel():
    assert pictures.draw("no such thing", "Mauve", "Gift card") == pictures.draw("parcel", "Oat", "Gift card")


def test_a_name_from_outside_cannot_break_the_drawing():
    hostile = '"><script>alert(1)</script>&'
    text = pictures.draw("mug", "Moss", hostile)
    assert "<script" not in text
    assert ET.fromstring(text)[0].text.startswith(hostile)  # noqa: S314 - our own drawing


def test_the_picture_depends_on_its_arguments_alone():
    first = pictures.draw("tent", "Pine", "Tarn Tent")
    pictures.draw.cache_clear()
    assert pictures.draw("tent", "Pine", "Tarn Tent") == first


def test_shades_go_darker_and_lighter_within_bounds():
    assert pictures.shaded("#808080", 0.5) == "#404040"
    assert pictures.shaded("#808080", 1.5) == "#c0c0c0"
    assert pictures.shaded("#ffffff", 1.9) == "#ffffff"
