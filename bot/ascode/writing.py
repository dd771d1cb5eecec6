"""A workspace's configuration as a file that changes nothing when it is applied."""

from collections.abc import Iterable
from typing import Any

import yaml

from bot.ascode.faults import printable
from bot.ascode.names import Names
from bot.ascode.reading import SECTIONS, VERSION
from models.actions.configuring import Configured

HEAD = """\
# The configuration of {workspace}.
# To change it, edit this file and apply it: python app.py apply FILE --dry-run, then without --dry-run.
# Silences and overrides that were made in Slack are not in it, nor are the secrets of sources.
"""


def write(known: Configured) -> str:
    """The file; what is gone (a schedule that a level still names) is left out."""
    names = Names(known)
    sections = ({name: section.present(known, names)} for name, section in SECTIONS.items())
    parts = (_dump(each) for each in ({"version": VERSION}, *sections))
    return HEAD.format(workspace=printable(known.workspace)) + "\n" + "\n".join(parts)


def _dump(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Lists stand indented, those of texts in one line; nothing refers to something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_list(self, data: Iterable[Any]) -> yaml.SequenceNode:
        values = list(data)
        in_line = all(isinstance(each, str) for each in values)
        return self.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=in_line)

    def represent_text(self, data: str) -> yaml.ScalarNode:
        """Within single quotes a line's end, of which there are several kinds, would be read as another."""
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=None if data.isprintable() else '"')


_Dumper.add_representer(list, _Dumper.represent_list)
_Dumper.add_representer(str, _Dumper.represent_text)
