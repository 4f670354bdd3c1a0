"""No table that holds something of a person can be forgotten by an erasure."""

import sqlalchemy as sa

from crmlite.duplicates import relations
from crmlite.extensions import Base
from crmlite.privacy.stores import STORES


def unknown(metadata: sa.MetaData) -> set[str]:
    """Tables with personal columns, or with a column that names a contact."""
    found = set()
    for table in metadata.tables.values():
        names = [column.name for column in table.c]
        to = {key.target_fullname.split(".")[0] for column in table.c for key in column.foreign_keys}
        of_any = any(f"{name.removesuffix('_type')}_id" in names for name in names if name.endswith("_type"))
        if "contact" in to or of_any or any(column.info.get("personal") for column in table.c):
            found.add(table.name)
    return found - set(STORES)


def test_every_store_is_known_to_erasing():
    assert unknown(Base.metadata) == set(), "say in crmlite/privacy/stores.py what becomes of it"
    assert set(STORES) <= set(Base.metadata.tables)


def test_whatever_refers_to_a_contact_for_merging_is_known_here_too():
    assert {relation.table.name for relation in relations.to("contact")} <= set(STORES)


def test_a_new_table_is_seen():
    metadata = sa.MetaData()
    sa.Table("contact", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("visit", metadata, sa.Column("who", sa.ForeignKey("contact.id")))
    sa.Table("remark", metadata, sa.Column("of_type", sa.String), sa.Column("of_id", sa.Integer))
    sa.Table("diary", metadata, sa.Column("text", sa.String, info={"personal": True}))
    sa.Table("colour", metadata, sa.Column("name", sa.String))
    assert unknown(metadata) == {"visit", "remark", "diary"}
