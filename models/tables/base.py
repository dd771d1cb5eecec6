"""What all tables share."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Enum, Identity, MetaData, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from models.words import Origin, PageKind, PageState, Role, Status

RowId = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Reference = Annotated[int, mapped_column(BigInteger)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Small = Annotated[int, mapped_column(SmallInteger)]


def _words(kind: type[StrEnum]) -> Enum:
    """A column that holds the words of `kind` as text, so that a new word needs no migration."""
    values = [word.value for word in kind]
    return Enum(kind, native_enum=False, create_constraint=False, length=20, values_callable=lambda _: values)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        list[str]: ARRAY(Text),
        list[int]: ARRAY(BigInteger),
        Origin: _words(Origin),
        PageKind: _words(PageKind),
        PageState: _words(PageState),
        Role: _words(Role),
        Status: _words(Status),
    }
