"""Who may send to a source, and what a source may be called."""

import pytest

from models.intake import checked_name, checked_networks, may_send


@pytest.mark.parametrize(
    ("address", "networks", "allowed"),
    [
        ("203.0.113.9", [], True),
        ("192.0.2.9", ["192.0.2.0/24"], True),
        ("192.0.3.9", ["192.0.2.0/24", "192.0.3.9/32"], True),
        ("192.0.3.9", ["192.0.2.0/24"], False),
        ("::ffff:192.0.2.9", ["192.0.2.0/24"], True),
        ("2001:db8::1", ["2001:db8::/32"], True),
        ("2001:db8::1", ["192.0.2.0/24"], False),
        ("nobody", ["0.0.0.0/0"], False),
        ("", ["0.0.0.0/0"], False),
    ],
)
def test_an_address_may_send_if_a_network_holds_it(address: str, networks: list[str], allowed: bool) -> None:
    assert may_send(address, networks) is allowed


def test_networks_have_one_spelling() -> None:
    assert checked_networks([" 192.0.2.7/24", "192.0.2.0/24", "2001:DB8::1"]) == ["192.0.2.0/24", "2001:db8::1/128"]
    for wrong in (["hooks.example"], ["192.0.2.0/33"], [""], [f"192.0.{n}.0/24" for n in range(101)]):
        with pytest.raises(ValueError, match=r"no network|at most"):
            checked_networks(wrong)


def test_a_name_is_one_line_that_can_be_typed() -> None:
    assert checked_name("  prod   eu ") == "prod eu"
    for wrong in ("", "  ", "x" * 81, "a\x00b", "a\u202eb"):
        with pytest.raises(ValueError, match="1 to 80"):
            checked_name(wrong)
