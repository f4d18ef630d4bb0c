"""The words of a routes file are those of its schema; what is common to both schemas is in test_settings_schema.py."""

from ecluse.loaders.routes_schema import FREE, OPTIONS, OTHERWISE, ROUTES, WITHOUT


def test_the_first_word_is_what_holds_when_nothing_is_said():
    assert [next(iter(words.values())) for words in (OTHERWISE, OPTIONS, WITHOUT)] == [False] * 3


def test_the_words_are_in_the_schema():
    top, route = ROUTES["properties"], ROUTES["$defs"]["route"]["properties"]
    assert top["otherwise"]["enum"] == list(OTHERWISE)
    assert top["options"]["enum"] == list(OPTIONS)
    assert route["free"]["enum"] == list(FREE)
    assert route["without"]["enum"] == list(WITHOUT)
