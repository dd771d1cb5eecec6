"""What a server's refusals teach, and what they do not."""

import pytest

from bot.sentiment.dialect import MORE_ROOM, ROOM, Dialect, Dialects, parameter_of

ALL = {"max_completion_tokens", "temperature", "store", "safety_identifier", "response_format"}


@pytest.mark.parametrize(
    ("parameter", "message", "dropped"),
    [
        ("temperature", "Unsupported value", "temperature"),
        ("store", "", "store"),
        ("safety_identifier", "", "safety_identifier"),
        ("", "Unrecognized request argument supplied: store", "store"),
        ("", "Extra inputs are not permitted: 'safety_identifier'", "safety_identifier"),
        ("max_completion_tokens", "", "max_completion_tokens"),
    ],
)
def test_a_parameter_that_is_named_is_left_out(parameter: str, message: str, dropped: str) -> None:
    found = Dialect().after_refusal(parameter, message)
    assert found is not None
    assert dropped not in found.parameters("x")
    assert set(found.parameters("x")) >= ALL - {dropped}


def test_an_older_name_for_the_length_is_tried_before_there_is_none() -> None:
    older = Dialect().after_refusal("max_completion_tokens", "")
    assert older is not None
    assert older.parameters("x")["max_tokens"] == ROOM
    none = older.after_refusal("max_tokens", "")
    assert none is not None
    assert not {"max_tokens", "max_completion_tokens"} & set(none.parameters("x"))


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("response_format", ""),
        ("response_format.json_schema", ""),
        ("", "json_schema is not supported"),
        ("", "failed to parse grammar"),
        ("", "This model does not support structured outputs"),
    ],
)
def test_the_format_becomes_plainer_step_by_step(parameter: str, message: str) -> None:
    formats = []
    dialect: Dialect | None = Dialect()
    while dialect is not None:
        formats.append(dialect.parameters("x").get("response_format", {}).get("type"))
        dialect = dialect.after_refusal(parameter, message)
    assert formats == ["json_schema", "json_object", None]


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("", ""),
        ("messages", "the conversation says: our store is at room temperature"),
        ("model", "no such model"),
        ("prompt", "The response was filtered due to the content management policy"),
        ("", "This model's maximum context length is 8192 tokens, your max_completion_tokens are too many"),
        ("", "content_filter: temperature"),
        ("", "in the storehouse restored, temperatures rise"),
        ("", "x" * 600 + " temperature"),
    ],
)
def test_a_refusal_of_the_text_itself_teaches_nothing(parameter: str, message: str) -> None:
    assert Dialect().after_refusal(parameter, message) is None


def test_what_was_not_sent_cannot_be_left_out() -> None:
    bare = Dialect(frozenset({"temperature"}), format=2)
    assert bare.after_refusal("temperature", "") is None
    assert bare.after_refusal("response_format", "") is None


def test_more_room_is_given_once() -> None:
    more = Dialect().after_truncation()
    assert more is not None
    assert more.parameters("x")["max_completion_tokens"] == MORE_ROOM
    assert more.after_truncation() is None


def test_it_is_remembered_by_server_and_model_and_only_ever_grows() -> None:
    dialects = Dialects()
    dialects.learn("a", "m", Dialect(frozenset({"store"})))
    joined = dialects.learn("a", "m", Dialect(frozenset({"temperature"}), format=1))
    assert joined == dialects.of("a", "m") == Dialect(frozenset({"store", "temperature"}), format=1)
    assert dialects.learn("a", "m", Dialect()) == joined
    assert dialects.of("a", "other") == dialects.of("b", "m") == Dialect()


@pytest.mark.parametrize(
    ("body", "named", "found"),
    [
        ({}, "store", "store"),
        ({"detail": [{"loc": ["body", "temperature"]}]}, None, "temperature"),
        ({"detail": []}, None, ""),
        ({"detail": "no"}, None, ""),
        ({"detail": [{"loc": []}]}, None, ""),
        ("text", None, ""),
        (None, 7, ""),
    ],
)
def test_the_parameter_is_found_where_servers_put_it(body: object, named: object, found: str) -> None:
    assert parameter_of(body, named) == found
