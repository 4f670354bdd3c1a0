"""Where a card stands in its column: a word that sorts between those of its neighbours, so that a move writes one row. Pure.

A rank is a whole number and, behind it, a fraction. The first letter says how many digits the number has, so that words sort
as numbers do: n to z are followed by 1 to 13 digits, m down to a by 1 to 13 digits of numbers below nought. Cards that are
always put at one end count on, and their ranks stay short; only cards that are put between two others get a fraction. There
are digits and small letters alone, which every collation sorts alike.
"""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
FIRST = "n0"
_LOWEST, _HIGHEST = "a", "z"


def between(low: str | None, high: str | None) -> str:
    """A rank above `low` and below `high`; None is the end of the column. Raises ValueError where there is no room."""
    if low is not None and high is not None and low >= high:
        raise ValueError(f"nothing is between {low} and {high}")
    if low is None and high is None:
        return FIRST
    if high is None:
        assert low is not None  # noqa: S101 - for the type checker
        return _next(_whole(low)) or low + "i"
    if low is None:
        whole = _whole(high)
        if whole < high:
            return whole
        return _previous(whole)
    low_whole, high_whole = _whole(low), _whole(high)
    if low_whole == high_whole:
        return low_whole + _middle(low[len(low_whole) :], high[len(high_whole) :])
    after = _next(low_whole)
    if after is not None and after < high:
        return after
    return low_whole + _middle(low[len(low_whole) :], None)


def _whole(rank: str) -> str:
    """The number at its beginning. Raises ValueError for what is no rank."""
    length = _digits(rank[:1]) + 1
    if len(rank) < length or any(char not in DIGITS for char in rank):
        raise ValueError(f"{rank!r} is no rank")
    return rank[:length]


def _digits(head: str) -> int:
    if not (len(head) == 1 and _LOWEST <= head <= _HIGHEST):
        raise ValueError(f"{head!r} begins no rank")
    return ord(head) - ord("m") if head > "m" else ord("n") - ord(head)


def _next(whole: str) -> str | None:
    """The number after it; None where there is none."""
    digits = whole[1:]
    if digits != DIGITS[-1] * len(digits):
        return whole[0] + _text(int(digits, 36) + 1, len(digits))
    if whole[0] == _HIGHEST:
        return None
    head = chr(ord(whole[0]) + 1)
    return head + "0" * _digits(head)


def _previous(whole: str) -> str:
    """The number before it. Raises ValueError below 36 ** 13 of them, which nobody reaches."""
    digits = whole[1:]
    if digits != "0" * len(digits):
        return whole[0] + _text(int(digits, 36) - 1, len(digits))
    if whole[0] == _LOWEST:
        raise ValueError(f"nothing is below {whole}")
    head = chr(ord(whole[0]) - 1)
    return head + DIGITS[-1] * _digits(head)


def _text(number: int, width: int) -> str:
    found = ""
    while number:
        number, digit = divmod(number, 36)
        found = DIGITS[digit] + found
    return found.rjust(width, "0")


def _middle(low: str, high: str | None) -> str:
    """A fraction between two of them, which does not end with 0; `high` None is one."""
    if high is not None:
        same = 0
        while same < len(high) and (low[same : same + 1] or "0") == high[same]:
            same += 1
        if same:
            return high[:same] + _middle(low[same:], high[same:])
    first = DIGITS.index(low[0]) if low else 0
    last = DIGITS.index(high[0]) if high else len(DIGITS)
    if last - first > 1:
        return DIGITS[(first + last) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return DIGITS[first] + _middle(low[1:], None)
