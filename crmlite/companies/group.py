"""The group that a company belongs to, as a tree: what it is part of, its sisters, its parts. All of it in one statement.

A company that the user may not see does not exist: the tree ends there, upwards and downwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from crmlite.auth.models import Viewer
from crmlite.companies.models import DEEPEST, Company
from crmlite.companies.types import COMPANY
from crmlite.extensions import db
from crmlite.records.policy import statement_for

MOST = 60
"""How many companies a page shows."""


@dataclass(frozen=True)
class Count:
    """What another module counts for each company of a group."""

    name: str
    needs: str
    """The type of record that a user has to be allowed to see."""
    of: Callable[[Any, Viewer], Any]
    """Given the column of the company's id: a subquery that counts what the user may see. Nothing is in two companies."""
    said: Callable[[int], str]


def count(app: Flask, *counts: Count) -> None:
    app.extensions.setdefault("crmlite.group_counts", []).extend(counts)


@dataclass
class Node:
    id: int
    parent_id: int | None
    name: str
    instructions: str
    counts: dict[str, int]
    parts: list["Node"] = field(default_factory=list)


class Group:
    def __init__(self, company: Company, user: Viewer) -> None:
        self.company, self._counts = company, _counts(user)
        query = statement_for(user, "company.group", lambda: _query(user, self._counts))
        rows = db.session.execute(query, {"company_id": company.id}).mappings().all()
        self.is_cut = len(rows) > MOST
        self.nodes = {row["id"]: _node(row, self._counts) for row in rows[:MOST]}
        for node in self.nodes.values():
            mother = self.nodes.get(node.parent_id or 0)
            if mother is not None and mother is not node:
                mother.parts.append(node)

    @property
    def root(self) -> Node:
        return self.above[0] if self.above else self.nodes[self.company.id]

    @property
    def above(self) -> list[Node]:
        """What the company is part of, the topmost first."""
        found: list[Node] = []
        node = self.nodes.get(self.nodes[self.company.id].parent_id or 0)
        while node is not None and node not in found and len(found) < DEEPEST:
            found.insert(0, node)
            node = self.nodes.get(node.parent_id or 0)
        return found

    @property
    def is_alone(self) -> bool:
        return len(self.nodes) == 1

    def said_of(self, node: Node) -> list[str]:
        return [one.said(node.counts[one.name]) for one in self._counts if node.counts[one.name]]

    @property
    def said_of_all(self) -> list[str]:
        """Of the whole group, as far as it is shown."""
        totals = ((one, sum(node.counts[one.name] for node in self.nodes.values())) for one in self._counts)
        return [one.said(total) for one, total in totals if total]


def _node(row: Any, counts: list[Count]) -> Node:
    counted = {one.name: row[one.name] or 0 for one in counts}
    return Node(row["id"], row["parent_id"], row["name"], row["instructions"], counted)


def _counts(user: Viewer) -> list[Count]:
    return [one for one in current_app.extensions.get("crmlite.group_counts", []) if user.may(one.needs, "view")]


def _query(user: Viewer, counts: list[Count]) -> sa.Select[Any]:
    """The group of the company `company_id`: those above it first, so that they are there where it is cut.

    What is shown comes along with the walk: joined to it afterwards, SQLite reads all companies and asks of each whether it is meant.
    """
    seen = sa.and_(Company.deleted_at.is_(None), COMPANY.policy.rows(user))
    asked = Company.id == sa.bindparam("company_id", type_=sa.Integer)
    above = _walk("above", asked, lambda chain: Company.id == chain.c.parent_id, seen)
    root = sa.select(above.c.id).order_by(above.c.step.desc()).limit(1).scalar_subquery()
    shown = (Company.name, Company.instructions, Company.sort_name)
    group = _walk("group", Company.id == root, lambda chain: Company.parent_id == chain.c.id, seen, *shown)
    numbers = [one.of(group.c.id, user).label(one.name) for one in counts]
    return (
        sa.select(group.c.id, group.c.parent_id, group.c.name, group.c.instructions, *numbers)
        .order_by(group.c.id.not_in(sa.select(above.c.id)), group.c.step, group.c.sort_name, group.c.id)
        .limit(MOST + 1)
    )


def _walk(
    name: str,
    first: sa.ColumnElement[bool],
    step: Callable[[Any], sa.ColumnElement[bool]],
    seen: sa.ColumnElement[bool],
    *columns: Any,
) -> Any:
    """Along the hierarchy for as long as the user may see what is there; a circle, which there is none, would end too."""
    wanted = (Company.id, Company.parent_id, *columns)
    chain = sa.select(*wanted, sa.literal(0).label("step")).where(first).cte(name, recursive=True)
    further = sa.select(*wanted, chain.c.step + 1).join(chain, step(chain))
    return chain.union_all(further.where(chain.c.step < DEEPEST, seen))
