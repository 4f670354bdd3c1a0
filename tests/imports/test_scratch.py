"""What a trial remembers: found again by its keys, without reading all of it."""

from crmlite.imports.matching import Known, Person
from crmlite.imports.scratch import Scratch


def test_whom_earlier_rows_brought_is_found_once_and_looked_up():
    scratch, plans = Scratch(), list[str]()
    try:
        for number in range(1, 40):
            keys = [("email", f"p{number}@example.com"), ("name", "smit jan")]
            scratch.remember_person(keys, Person(-number, "smit jan", "", True, row=number))
            scratch.remember_firm([("firm", f"firm {number}")], number)
        own = scratch._rows

        class Watched:
            def execute(self, query, values):
                plans.extend(row[3] for row in own.execute(f"EXPLAIN QUERY PLAN {query}", values))
                return own.execute(query, values)

        scratch._rows = Watched()
        known = Known()
        people = [("email", "p7@example.com"), ("email", "p7@example.com"), ("email", "nobody@example.com")]
        scratch.add_to(known, people, [("firm", "firm 3"), ("firm", "firm 99")])
        assert [person.row for person in known.people["email", "p7@example.com"]] == [7]
        assert {key: firm.row for key, firm in known.firms.items()} == {("firm", "firm 3"): 3}
        assert sum("SEARCH" in step for step in plans) == 2
        assert [step for step in plans if "SCAN person" in step or "SCAN firm" in step] == []
    finally:
        own.close()
