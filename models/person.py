"""What Slack says about somebody, and which role that gives."""

from dataclasses import dataclass

from models.words import Role


@dataclass(frozen=True)
class Profile:
    """One person as Slack describes them; `time_zone` is an IANA name."""

    slack_id: str
    name: str
    time_zone: str = "UTC"
    is_admin: bool = False
    is_guest: bool = False
    active: bool = True


def role_of(profile: Profile) -> Role:
    """Workspace admins and owners begin as admins, guests stay guests, everybody else is a member."""
    if profile.is_guest:
        return Role.GUEST
    return Role.ADMIN if profile.is_admin else Role.MEMBER
