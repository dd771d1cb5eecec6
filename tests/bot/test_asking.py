"""Every client of Slack's trusts the same certificates, which are read once a process."""

from bot.asking import client_for, trusted
from bot.context import Context
from bot.directory import Directory
from bot.listeners import build


def test_the_certificates_are_read_once_for_all_clients(context: Context) -> None:
    """Bolt makes its clients, and those of a `response_url`, from the app's."""
    bolt = build(context)
    clients = [bolt.client, client_for("https://slack.com/api/"), Directory("https://slack.com/api/")._client("xoxb-1")]
    assert all(each.ssl is trusted() for each in clients)
    assert all(each.retry_handlers == [] for each in clients)
