"""In which encoding a text file is written. Pure, but for reading the file."""

from pathlib import Path

import charset_normalizer

CHUNK = 1 << 20
SAMPLE = 64 * 1024
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_OTHER_SCRIPTS = [
    "cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "shift_jis", "gb18030", "big5", "euc_kr", "cp1252",
]  # fmt: skip
_LATIN = {
    "cp1252": "äöüßÄÖÜéèêëàâçñóíúáîïôûæøåÉÅØŒœãõ’“”„–—€«»·´°",
    "cp1250": "ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůžČŘŠŽőűáéíóúýäöü’“”„–€",
    "mac_roman": "äöüßÄÖÜéèêëàâçñóíúáîïôûæøåÉÅØ’“”",
    "cp850": "äöüßÄÖÜéèêëàâçñóíúáîïôûæøåÉÅØ",
    "cp1254": "ğşıİĞŞäöüçÖÜÇé",
}
"""What is written most in the languages that each of them is for; the first wins where several fit as well."""


def encoding_of(path: Path) -> str:
    """A name that Python knows."""
    with open(path, "rb") as file:
        head = file.read(4096)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if wide := _wide(head):
        return wide
    good, bad, sample = _counted(path)
    if not bad or bad * 9 < good:  # a few broken letters are the file's, and said of their rows
        return "utf-8"
    high, letters = sum(byte > 127 for byte in sample), sum(64 < byte < 123 for byte in sample)
    if high * 2 < letters:  # a few accents among plain letters: too little for statistics
        return max(_LATIN, key=lambda name: _fit(sample, name))
    best = charset_normalizer.from_bytes(sample, cp_isolation=_OTHER_SCRIPTS, threshold=0.5).best()
    return best.encoding if best is not None else "cp1252"


def _fit(sample: bytes, name: str) -> float:
    """How much of what is not ASCII is written often in the languages of that encoding."""
    text = sample.decode(name, "replace")
    usual = set(_LATIN[name])
    return sum(1.0 if char in usual else 0.2 if char.isalpha() else -1.0 for char in text if char > "\x7f")


def _wide(head: bytes) -> str:
    """UTF-16 without its mark: every other byte of Western text is zero."""
    even, odd, half = head[0::2].count(0), head[1::2].count(0), max(len(head) // 2, 1)
    if odd * 2 > half and even * 10 < half:
        return "utf-16-le"
    if even * 2 > half and odd * 10 < half:
        return "utf-16-be"
    return ""


def _counted(path: Path) -> tuple[int, int, bytes]:
    """Letters that are right as UTF-8, bytes that are wrong, and lines to tell other encodings by."""
    good = bad = 0
    sample = bytearray()
    with open(path, "rb") as file:
        rest = b""
        while chunk := file.read(CHUNK):
            data = rest + chunk
            cut = len(data) if len(chunk) < CHUNK else max(data.rfind(b"\n") + 1, len(data) - 4)
            data, rest = data[:cut], data[cut:]
            if data.isascii():
                continue
            text = data.decode("utf-8", "surrogateescape")
            wrong = sum("\udc80" <= char <= "\udcff" for char in text) if _has_wrong(data) else 0
            bad += wrong
            good += sum(char > "\x7f" for char in text) - wrong if wrong else 1000
            if wrong and len(sample) < SAMPLE:
                lines = (line for line in data.splitlines(keepends=True) if not line.isascii())
                for line in lines:
                    sample += line[:2000]
                    if len(sample) >= SAMPLE:
                        break
    return good, bad, bytes(sample)


def _has_wrong(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
