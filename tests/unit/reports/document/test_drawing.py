"""Drawings are SVG that says what it means and executes nothing."""

from xml.etree import ElementTree as ET

from ecluse.reports.document.drawing import Dot, Drawing, Label, Line, Rectangle, shapes, svg

DRAWING = Drawing(
    200,
    100.25,
    (
        Line(0, 1.26, 2, 3, "grid"),
        Rectangle(1, 2, 3, 4, "open"),
        Dot(5, 6, "first", hollow=True),
        Label(7, 8, 'a <b> & "c"', "end", strong=True),
    ),
)


def test_each_shape_is_an_element_with_the_class_of_its_part():
    assert shapes(DRAWING).splitlines() == [
        '<line class="part-grid" x1="0" y1="1.3" x2="2" y2="3"/>',
        '<rect class="part-open" x="1" y="2" width="3" height="4"/>',
        '<circle class="part-first hollow" cx="5" cy="6" r="4.5"/>',
        '<text class="anchor-end strong" x="7" y="8">a &lt;b&gt; &amp; &quot;c&quot;</text>',
    ]


def test_a_file_is_whole():
    root = ET.fromstring(svg(DRAWING))
    assert root.get("viewBox") == "0 0 200 100.2"
    assert [e.tag.split("}")[1] for e in root] == [
        "style",
        "defs",
        "line",
        "rect",
        "circle",
        "text",
    ]
    assert root[-1].text == 'a <b> & "c"'


def test_words_are_spelled_as_the_font_can():
    assert ">A &lt;B&gt;" in svg(DRAWING, str.upper)
