"""Channels are watched for clients: by whom, who speaks there, and what Slack does to them meanwhile."""

import pytest
from sqlalchemy import select, update

from models.actions import workspaces
from models.tables import Alert, Channel, Client, Conversation, Entry, Group, Message, Tier
from simulator.state import Message as SlackMessage
from tests.stories.test_replies import known
from tests.world import World, everything

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)

ANGER = "This is unacceptable. We are cancelling the contract and our lawyers will call you."
WATCH = 'watch <#C0ACME|acme> client:"Acme Inc" tier:gold owner:<@U0BOB|bob> renews:2027-03-01'


def set_rules(world: World, channel: str, **rules: object) -> None:
    """How a channel that is watched already is watched."""
    with world.context.db.begin() as session:
        row = session.query(Channel).filter_by(channel_id=world.slack.channel(channel).id).one()
        for name, value in rules.items():
            setattr(row, name, value)


def said(world: World) -> list[tuple[str, bool]]:
    """What is stored, and whether it counts as the client's."""
    with world.context.db.begin() as session:
        return [(each.text, each.from_client) for each in session.scalars(select(Message).order_by(Message.ts))]


def entries(world: World) -> list[str]:
    with world.context.db.begin() as session:
        return list(session.scalars(select(Entry.kind).order_by(Entry.id)))


def watch_ops(world: World) -> None:
    """#ops, where only our own people and the guest gwen are, is watched for Initech."""
    world.slack.invite("alice", "ops", "heed")
    world.slack.join("gwen", "ops")
    world.heed("alice", "watch <#C0OPS|ops> client:Initech")


def notices(world: World, who: str) -> list[str]:
    return [everything(each) for each in world.pages(who) if "/heed watch" in everything(each)]


def test_a_tier_that_is_none_of_those_there_are_is_refused(world: World) -> None:
    world.heed("alice", WATCH)
    with world.context.db.begin() as session:
        session.add_all(Tier(workspace_id=1, name=name) for name in ("silver", "gold"))
    told = world.heed("alice", "watch <#C0ACME|acme> tier:diamond")
    assert told.startswith("There is no tier diamond; there are: gold, silver. Nothing has changed.")
    assert "tier gold" in world.heed("alice", "clients")


def test_a_watched_channel_is_its_clients_with_tier_owner_and_renewal(world: World) -> None:
    told = world.heed("alice", WATCH)
    assert "watched for *Acme Inc* now" in told
    assert "no reply is promised" in told, "nobody has laid down the tier gold"
    world.says("dora", "acme", "Could you send me the invoice?")
    listed = world.heed("alice", "clients")
    for word in ("Acme Inc", "tier gold", "<@U0BOB>", "2027-03-01", "<#C0ACME>", "waits for a reply since"):
        assert word in listed
    with world.context.db.begin() as session:
        assert session.query(Client).count() == 1
    assert "watched" in entries(world)


def test_only_admins_and_responders_say_what_is_watched(world: World) -> None:
    assert "Only admins and responders" in world.heed("charlie", WATCH)
    world.heed("alice", "role <@U0CHARLIE|charlie> responder")
    assert "is watched for" in world.heed("charlie", WATCH)
    world.heed("alice", "role <@U0CHARLIE|charlie> member")
    assert "Only admins and responders" in world.heed("charlie", "unwatch <#C0ACME|acme>")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("", "say first which channel"),
        ("acme", "say first which channel"),
        ("<#C0ACME|acme> tier", "client:, tier:, owner: and renews:"),
        ("<#C0ACME|acme> colour:red", "client:, tier:, owner: and renews:"),
        ("<#C0ACME|acme> tier:gold tier:silver", "stands there twice"),
        ("<#C0ACME|acme> renews:spring", "a date such as"),
        ("<#C0ACME|acme> owner:bob", "chosen from Slack's list"),
        ("<#C0ACME|acme> owner:<@U0DORA|dora>", "chosen from Slack's list"),
        ('<#C0ACME|acme> client:""', "needs a value"),
    ],
)
def test_what_is_not_understood_changes_nothing(world: World, words: str, problem: str) -> None:
    assert problem in world.heed("alice", f"watch {words}")
    with world.context.db.begin() as session:
        assert session.query(Channel).count() == 0


def test_what_was_said_before_belongs_to_the_client_too(world: World) -> None:
    known(world)
    world.heed("alice", WATCH)
    world.says("dora", "acme", "Hello again")
    with world.context.db.begin() as session:
        owners = session.scalars(select(Client.name).join(Conversation, Conversation.client_id == Client.id))
        assert set(owners) == {"Acme Inc"}


def test_a_channel_that_is_not_watched_any_more_stores_nothing(world: World) -> None:
    world.says("dora", "acme", "Could you send me the invoice?")
    assert "is not watched any more" in world.heed("alice", "unwatch <#C0ACME|acme>")
    world.says("dora", "acme", ANGER)
    world.forward(hours=6)
    world.scan()
    assert said(world) == [("Could you send me the invoice?", True)]
    world.expect_no_page("alice")
    assert "is not watched" in world.heed("alice", "unwatch <#C0ACME|acme>")
    assert "waits" not in world.heed("alice", "clients")
    world.heed("alice", "watch <#C0ACME|acme>")
    world.says("dora", "acme", ANGER)
    world.expect_page("alice")


def test_guests_are_the_client_where_the_channel_says_so(world: World) -> None:
    watch_ops(world)
    world.says("gwen", "ops", "Hello")
    assert said(world) == []
    set_rules(world, "ops", guests=True)
    world.says("gwen", "ops", ANGER)
    world.says("charlie", "ops", "I am on it, the money is back already.")
    assert [each for _, each in said(world)] == [True, False]
    assert "Initech" in everything(world.pages("alice")[0])


def test_everyone_but_the_members_of_a_group_is_the_client_where_the_channel_says_so(world: World) -> None:
    watch_ops(world)
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        group = Group(workspace_id=workspace.id, slack_id="S0SRE", handle="sre", members=[world.person("bob").id])
        session.add(group)
        session.flush()
        group_id = group.id
    set_rules(world, "ops", ours_id=group_id)
    world.says("bob", "ops", "How can we help?")
    world.says("charlie", "ops", ANGER)
    world.says("bob", "ops", "I have called the bank.")
    assert said(world) == [(ANGER, True), ("I have called the bank.", False)]


def test_our_own_people_and_guests_stay_out_where_nothing_is_watched(world: World) -> None:
    world.slack.invite("alice", "ops", "heed")
    world.slack.join("gwen", "ops")
    world.says("gwen", "ops", ANGER)
    world.says("charlie", "ops", ANGER)
    assert said(world) == []


def test_a_channel_that_is_not_rated_keeps_only_the_clock(world: World) -> None:
    known(world)
    world.heed("alice", "watch <#C0ACME|acme> client:Acme tier:gold")
    set_rules(world, "acme", rated=False)
    world.says("dora", "acme", ANGER)
    world.forward(minutes=5)
    world.scan()
    world.expect_no_page("alice")
    world.forward(hours=5)
    assert "A promised reply is late" in "\n".join(map(everything, world.pages("alice")))
    with world.context.db.begin() as session:
        assert session.scalars(select(Alert.key)).all() != []
        assert not [key for key in session.scalars(select(Alert.key)) if key.startswith("channel:")]


def test_a_tier_that_is_given_later_stands_on_what_is_posted_already(world: World) -> None:
    world.says("dora", "acme", ANGER)
    before = world.expect_page("alice", "Acme")
    assert "Tier gold" not in everything(before)
    world.heed("alice", WATCH)
    world.settle()
    assert "Tier gold" in everything(world.again("alice", before))


def test_joining_a_shared_channel_suggests_a_client_to_the_admins_once(world: World) -> None:
    world.slack.kick("globex", "heed")
    world.settle()
    world.slack.invite("alice", "globex", "heed")
    world.until(lambda: bool(notices(world, "alice")))
    (notice,) = notices(world, "alice")
    assert '/heed watch #globex client:\\"globex\\"' in notice or '/heed watch #globex client:"globex"' in notice
    assert len(notices(world, "bob")) == 1
    assert notices(world, "charlie") == []
    world.slack.kick("globex", "heed")
    world.slack.invite("alice", "globex", "heed")
    world.slack.invite("alice", "ops", "heed")
    world.settle()
    assert len(notices(world, "alice")) == 1


def test_a_channel_that_becomes_shared_keeps_what_is_known_under_its_new_id(world: World) -> None:
    watch_ops(world)
    set_rules(world, "ops", guests=True)
    world.says("gwen", "ops", ANGER)
    new = world.slack.share("ops", "Initech").id
    world.settle()
    world.says("gwen", "ops", "Hello? " + ANGER)
    assert [each for _, each in said(world)] == [True, True]
    with world.context.db.begin() as session:
        (alert,) = session.query(Alert).all()
        assert (alert.key, alert.labels["channel"], alert.count) == (f"channel:{new}", new, 2)
        for column in (Channel.channel_id, Conversation.channel_id, Message.channel_id):
            assert set(session.scalars(select(column))) == {new}
    assert "channel_renamed" in entries(world)


@pytest.mark.parametrize("end", ["archive", "kick"])
def test_a_channel_that_ends_or_that_heed_has_left_is_not_watched_any_more(world: World, end: str) -> None:
    known(world)
    world.heed("alice", "watch <#C0ACME|acme>")
    world.says("dora", "acme", "Could you send me the invoice?")
    world.slack.archive("acme") if end == "archive" else world.slack.kick("acme", "heed")
    world.settle()
    assert entries(world).count("unwatched") == 1
    world.forward(hours=9)
    world.expect_no_page("alice")
    with world.context.db.begin() as session:
        assert not session.query(Channel).one().watched


def end(world: World, how: str) -> None:
    """#acme ends for Heed."""
    if how == "unwatch":
        world.heed("alice", "unwatch <#C0ACME|acme>")
    elif how == "archive":
        world.slack.archive("acme")
    else:
        world.slack.kick("acme", "heed")
    world.settle()


@pytest.mark.parametrize("how", ["unwatch", "archive", "kick"])
@pytest.mark.parametrize("answered", ["", "ack 1", "snooze 1 2h"])
def test_alerts_of_a_channel_that_has_ended_can_be_answered_and_page_nobody(
    world: World, how: str, answered: str
) -> None:
    world.policy("charlie", "alice")
    world.says("dora", "acme", ANGER)
    world.expect_page("charlie")
    if answered:
        world.heed("charlie", answered)
    end(world, how)
    assert "<#C0ACME> is not watched any more, and 1 alert of it is not closed: *#1*" in everything(
        world.expect_page("alice")
    )
    before = len(world.pages("alice")), len(world.pages("charlie"))
    world.forward(hours=3)
    world.sweep()
    world.scan()
    if not answered:
        world.heed("alice", "ack 1")
        world.forward(hours=3)
    assert (len(world.pages("alice")), len(world.pages("charlie"))) == before
    assert "its channel is not watched any more" in world.heed("alice", "show 1")
    assert "Resolved" in everything(resolved(world))


def resolved(world: World) -> SlackMessage:
    """The page of #1 after somebody has resolved it."""
    world.heed("alice", "resolve 1 called them")
    return world.pages("charlie")[0]


def test_a_channel_that_is_watched_again_goes_on_with_its_open_alerts(world: World) -> None:
    world.policy("charlie", "alice")
    world.says("dora", "acme", ANGER)
    world.expect_page("charlie")
    end(world, "unwatch")
    world.forward(hours=3)
    assert len(world.pages("alice")) == 1
    world.heed("bob", "watch <#C0ACME|acme>")
    world.expect_page("alice", "*#1*")
    assert "goes on" in world.heed("bob", "show 1")


def test_a_verdict_that_comes_when_the_channel_has_ended_opens_nothing(world: World) -> None:
    world.says("dora", "acme", "I am disappointed, this is bad.")
    with world.context.db.begin() as session:
        session.execute(update(Message).values(hard_cues=[]))
    end(world, "unwatch")
    world.forward(minutes=5)
    world.scan()
    world.expect_no_page("alice")
