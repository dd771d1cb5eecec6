"""Matchers: how they are read (Alertmanager's syntax), what they match, what is refused and where."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.matching import NUMBER, Matcher, Op, Subject, joined, leading_matchers, mismatch, parse_matchers
from models.words import Origin, Severity
from tests.models.routing_strategies import MATCHERS, SUBJECTS

TEAM = Matcher("team", Op.EQUAL, "search")
NEGATION = {Op.EQUAL: Op.NOT_EQUAL, Op.NOT_EQUAL: Op.EQUAL, Op.MATCHES: Op.MATCHES_NOT, Op.MATCHES_NOT: Op.MATCHES}
BEYOND = {Op.LESS: Op.AT_LEAST, Op.AT_LEAST: Op.LESS, Op.MORE: Op.AT_MOST, Op.AT_MOST: Op.MORE}
ACME = Subject(
    labels={"team": "payments", "severity": "warning", "client": "Impostor"},
    severity=Severity.CRITICAL,
    origin=Origin.CLIENT,
    source="prod",
    source_kind="alertmanager",
    client="Acme",
    tier="gold",
    owner="alice",
    days_to_renewal=30,
)


@pytest.mark.parametrize(
    ("sentence", "text", "expected"),
    [
        ("a value in quotes", 'team="search"', (TEAM,)),
        ("a value without quotes", "team=search", (TEAM,)),
        ("blanks around every part", '  team  =  "search"  ', (TEAM,)),
        ("braces around the whole", '{team="search"}', (TEAM,)),
        ("a comma at the end", '{team="search",}', (TEAM,)),
        ("lines", '{\n  team = "search",\n}', (TEAM,)),
        ("a name in quotes", '"team"="search"', (TEAM,)),
        ("the quotes that a Mac types", "team=“search”", (TEAM,)),
        ("German quotes", "team=„search“", (TEAM,)),
        ("two matchers", "team=search,a!=b", (TEAM, Matcher("a", Op.NOT_EQUAL, "b"))),
        ("expressions", 'a=~"x.*", b!~y|z', (Matcher("a", Op.MATCHES, "x.*"), Matcher("b", Op.MATCHES_NOT, "y|z"))),
        ("an expression without quotes", r"a=~\d+[a-z]+", (Matcher("a", Op.MATCHES, r"\d+[a-z]+"),)),
        ("an escaped backslash", r'a=~"\\d+"', (Matcher("a", Op.MATCHES, r"\d+"),)),
        ("a backslash that escapes nothing is itself", r'a=~"\d+"', (Matcher("a", Op.MATCHES, r"\d+"),)),
        ("an escaped quote and line", r'a="say \"hi\"\n"', (Matcher("a", Op.EQUAL, 'say "hi"\n'),)),
        ("reserved signs within quotes", 'a="x,y}=~ z"', (Matcher("a", Op.EQUAL, "x,y}=~ z"),)),
        ("names in any script", "Προμηθεύς=🙂", (Matcher("Προμηθεύς", Op.EQUAL, "🙂"),)),
        ("dots, colons and dashes in a name", "k8s.io/name:x-y=1", (Matcher("k8s.io/name:x-y", Op.EQUAL, "1"),)),
        ("an empty value", 'team=""', (Matcher("team", Op.EQUAL, ""),)),
        ("numbers are compared", "days_to_renewal<=30", (Matcher(NUMBER, Op.AT_MOST, "30"),)),
        ("numbers in quotes", 'days_to_renewal > "-1.5"', (Matcher(NUMBER, Op.MORE, "-1.5"),)),
        ("nothing", "", ()),
        ("nothing in braces", " { } ", ()),
    ],
)
def test_what_is_written_is_read(sentence: str, text: str, expected: tuple[Matcher, ...]) -> None:
    assert parse_matchers(text) == expected, sentence


NEEDS_QUOTES = "; a value with this sign needs double quotes"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("team", 'at character 5: expected =, !=, =~ or !~ after "team", found the end'),
        ("team=", 'at character 6: expected a value after = (an empty one is ""), found the end'),
        ("team=,", "at character 6: expected a value after = (an empty one is \"\"), found ','"),
        ("team==x", f"at character 6: expected a value after = (an empty one is \"\"), found '='{NEEDS_QUOTES}"),
        ("team='x'", f'at character 6: expected a value after = (an empty one is ""), found "\'"{NEEDS_QUOTES}'),
        ('team="x', "at character 6: expected a closing quote for the one that opens here"),
        ("team=a b", f"at character 8: expected \",\" or the end, found 'b'{NEEDS_QUOTES}"),
        ("url=http://x?a=b", f"at character 15: expected \",\" or the end, found '='{NEEDS_QUOTES}"),
        ("a=b,,c=d", "at character 5: expected a label's name, found ','"),
        ("{a=b", 'at character 5: expected "}", found the end'),
        ("{a=b,", 'at character 6: expected "}", found the end'),
        ("a=b}", "at character 4: expected \",\" or the end, found '}'"),
        ("{{a=b}}", "at character 2: expected a label's name, found '{'"),
        ("{a=b} x", f"at character 7: expected the end, found 'x'{NEEDS_QUOTES}"),
        ('x=y, ""=b', "at character 6: a matcher needs a name"),
        ('x=y, a=~"("', 'at character 6: character 1 of the pattern: "(" without ")"'),
        ("team<3", "at character 1: team is no number, < is only for days_to_renewal; use =, !=, =~ or !~"),
        ("days_to_renewal=~3", "at character 1: days_to_renewal is a number; use =, !=, <, <=, > or >="),
        ("days_to_renewal<soon", 'at character 1: days_to_renewal is compared with a number of days, not "soon"'),
        ('days_to_renewal<""', 'at character 1: days_to_renewal is compared with a number of days, not ""'),
        (
            "severity=warning",
            'at character 1: severity must be one of critical, high, medium, low, not "warning"; '
            "the sender's own label is label.severity",
        ),
    ],
)
def test_what_is_not_understood_says_where_and_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_matchers(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("sentence", "text", "expected"),
    [
        ("an attribute", 'client="Acme"', True),
        ("an attribute hides the sender's label of its name", 'client="Impostor"', False),
        ("which is still there", 'label.client="Impostor"', True),
        ("a severity is ours", 'severity="critical"', True),
        ("the sender's own word for it", 'label.severity="warning"', True),
        ("a label", 'team="payments"', True),
        ("a label by its long name", 'label.team="payments"', True),
        ("an expression matches the whole value", 'team=~"pay"', False),
        ("as far as it says", 'team=~"pay.*"', True),
        ("a missing label is empty", 'region=""', True),
        ("and so unequal to anything", 'region!="eu"', True),
        ("and .* matches it", 'region=~".*"', True),
        ("but .+ does not", 'region=~".+"', False),
        ("every attribute", 'source=prod, source_kind=alertmanager, tier="gold", owner="alice", origin="client"', True),
        ("all must hold", 'team="payments", tier="silver"', False),
        ("fewer days than", "days_to_renewal<31", True),
        ("not fewer", "days_to_renewal<30", False),
        ("at most", "days_to_renewal<=30", True),
        ("more", "days_to_renewal>29.5", True),
        ("at least", "days_to_renewal>=30", True),
        ("equal as numbers, not as texts", "days_to_renewal=30.0", True),
        ("a renewal is known", 'days_to_renewal!=""', True),
        ("nothing to match matches", "", True),
    ],
)
def test_what_a_matcher_matches(sentence: str, text: str, expected: bool) -> None:
    assert (mismatch(parse_matchers(text), ACME) is None) is expected, sentence


@pytest.mark.parametrize("text", ["days_to_renewal<9", "days_to_renewal>=0", "days_to_renewal=0"])
def test_an_unknown_renewal_is_neither_near_nor_far(text: str) -> None:
    assert (
        mismatch(parse_matchers(text), Subject())
        == f"{joined(parse_matchers(text))} does not hold: {NUMBER} is not set"
    )


def test_a_reason_names_the_first_matcher_that_does_not_hold() -> None:
    matchers = parse_matchers('tier="gold", team=~"sea.*", region="eu"')
    assert mismatch(matchers, ACME) == 'team=~"sea.*" does not hold: team is "payments"'


def test_a_reason_is_one_short_line_whatever_the_sender_wrote() -> None:
    reason = mismatch((TEAM,), Subject(labels={"team": "x\n" * 500}))
    assert reason is not None
    assert "\n" not in reason
    assert len(reason) < 200


@pytest.mark.parametrize(
    ("sentence", "text", "matchers", "rest"),
    [
        ("one matcher, then the rest", 'team="search" 2h deploy', (TEAM,), "2h deploy"),
        ("blanks between matchers", "team=search a=b 2h", (TEAM, Matcher("a", Op.EQUAL, "b")), "2h"),
        ("commas between matchers", "team=search, a=b, 2h", (TEAM, Matcher("a", Op.EQUAL, "b")), "2h"),
        ("braces around them", "{team=search} 2h", (TEAM,), "2h"),
        ("signs in the rest are left alone", "team=search 2h a=b", (TEAM,), "2h a=b"),
        ("no matcher", "2h deploy", (), "2h deploy"),
        ("nothing", "", (), ""),
    ],
)
def test_a_command_begins_with_matchers(sentence: str, text: str, matchers: tuple[Matcher, ...], rest: str) -> None:
    assert leading_matchers(text) == (matchers, rest), sentence


@pytest.mark.parametrize("text", ["team=", "{team=search 2h", 'team="search 2h'])
def test_a_command_with_half_a_matcher_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at character "):
        leading_matchers(text)


@given(st.text(min_size=1), st.sampled_from([Op.EQUAL, Op.NOT_EQUAL]), st.text())
def test_any_name_and_value_that_is_written_is_read_as_the_same(name: str, op: Op, value: str) -> None:
    assume(name not in ("severity", "origin", NUMBER))
    matcher = Matcher(name, op, value)
    assert parse_matchers(str(matcher)) == (matcher,)


@given(st.lists(MATCHERS, max_size=4).map(tuple), st.booleans(), st.text(" \n\t", max_size=2))
def test_matchers_that_are_written_are_read_as_the_same(
    matchers: tuple[Matcher, ...], braces: bool, blanks: str
) -> None:
    text = f",{blanks}".join(map(str, matchers))
    assert parse_matchers(f"{{{blanks}{text}}}{blanks}" if braces else text) == matchers
    assert leading_matchers(f"{joined(matchers)} 2h deploy") == (matchers, "2h deploy")


@given(st.text('ab={}"~!<>,\\ \n“', max_size=12))
def test_any_text_is_read_or_refused_in_one_line_with_its_place(text: str) -> None:
    refused = ""
    try:
        matchers = parse_matchers(text)
    except ValueError as error:
        refused = str(error)
    if refused:
        assert refused.startswith("at character ")
        assert "\n" not in refused
    else:
        assert parse_matchers(joined(matchers)) == matchers


@given(MATCHERS, SUBJECTS)
def test_a_negation_is_the_complement(matcher: Matcher, subject: Subject) -> None:
    if matcher.op in NEGATION:
        opposite = Matcher(matcher.name, NEGATION[matcher.op], matcher.value)
        assert opposite.matches(subject) != matcher.matches(subject)
    else:
        opposite = Matcher(matcher.name, BEYOND[matcher.op], matcher.value)
        known = subject.days_to_renewal is not None
        assert (opposite.matches(subject) != matcher.matches(subject)) is known


@given(
    st.lists(MATCHERS, max_size=4).flatmap(lambda all_of: st.tuples(st.just(all_of), st.permutations(all_of))), SUBJECTS
)
def test_the_order_of_matchers_does_not_matter(pair: tuple[list[Matcher], list[Matcher]], subject: Subject) -> None:
    assert (mismatch(pair[0], subject) is None) == (mismatch(pair[1], subject) is None)


@given(st.text(min_size=1), st.text())
def test_every_label_can_be_reached(name: str, value: str) -> None:
    assert Subject(labels={name: value}).value(f"label.{name}") == value
