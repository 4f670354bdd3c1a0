"""No table that refers to contacts or companies can be forgotten by a merge."""

import sqlalchemy as sa

from crmlite.duplicates import relations
from crmlite.extensions import Base


def unknown(metadata: sa.MetaData) -> set[str]:
    """Columns that refer to contacts or companies, found anew: by foreign keys, and by names that end in _type and _id."""
    found = set()
    for table in metadata.tables.values():
        for column in table.c:
            if any(key.target_fullname.split(".")[0] in relations.MERGEABLE for key in column.foreign_keys):
                found.add(f"{table.name}.{column.name}")
            stem = column.name.removesuffix("_type")
            if stem != column.name and f"{stem}_id" in table.c:
                found.add(f"{table.name}.{stem}_id")
    return found - set(relations.KNOWN)


def test_every_table_that_refers_to_a_contact_or_company_is_known_to_merging():
    assert unknown(Base.metadata) == set(), "say in crmlite/duplicates/relations.py what a merge does with it"


def test_nothing_is_known_that_is_not_there():
    there = {relation.name for kind in relations.MERGEABLE for relation in relations.to(kind)}
    assert set(relations.KNOWN) - there == set()


def test_a_new_table_is_seen():
    metadata = sa.MetaData()
    sa.Table("contact", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("visit", metadata, sa.Column("who", sa.ForeignKey("contact.id")))
    sa.Table("remark", metadata, sa.Column("of_type", sa.String), sa.Column("of_id", sa.Integer))
    assert unknown(metadata) == {"visit.who", "remark.of_id"}


def test_a_relation_that_nobody_knows_is_carried_over(monkeypatch):
    monkeypatch.delitem(relations.KNOWN, "deal.contact_id")
    deal = next(relation for relation in relations.to("contact") if relation.name == "deal.contact_id")
    assert deal.handling.how == relations.MOVE
