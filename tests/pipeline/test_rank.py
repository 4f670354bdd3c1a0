"""Ranks: always room between two, in every order of moves, and short where cards are put at an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlite.pipeline.rank import FIRST, between

PLACES = st.lists(st.floats(0, 1), max_size=60)


@given(PLACES)
def test_whatever_is_put_between_two_sorts_between_them(places):
    ranks: list[str] = []
    for place in places:
        at = round(place * len(ranks))
        low, high = (ranks[at - 1] if at else None), (ranks[at] if at < len(ranks) else None)
        rank = between(low, high)
        assert low is None or low < rank
        assert high is None or rank < high
        ranks.insert(at, rank)
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


@pytest.mark.parametrize("on_top", [True, False])
def test_ranks_stay_short_where_cards_are_always_put_at_one_end(on_top):
    rank = FIRST
    for _card in range(50_000):
        following = between(None, rank) if on_top else between(rank, None)
        assert (following < rank) is on_top
        rank = following
    assert len(rank) <= 5


def test_ranks_grow_slowly_where_two_cards_take_turns():
    low, high = FIRST, between(FIRST, None)
    for _turn in range(200):
        low = between(low, high)
    assert len(low) < 60


@pytest.mark.parametrize(
    ("low", "high"), [("n1", "n0"), ("n0", "n0"), ("", None), (None, "N0"), ("é", None), ("n", None)]
)
def test_no_room_and_no_rank_are_errors(low, high):
    with pytest.raises(ValueError):
        between(low, high)
