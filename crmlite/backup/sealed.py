"""What encrypts a backup: the format of `age`, so that its ordinary tool opens what we write.

Without a key the file is the archive itself. With a public key it is an age file. With a passphrase it is a tar of two age
files: `key.age`, a private key made for this backup and encrypted with the passphrase, and `backup.tar.gz.age`, which it
opens: age can only encrypt with a passphrase what fits into memory, and a key fits.

Every backup can also be read by a private key that only the process which makes it knows: so it tries the file itself, though
it may not have what opens it later.
"""

import contextlib
import io
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from crmlite.backup import Refused

_GZIP, _AGE = b"\x1f\x8b", b"age-encryption.org/v1"
_KEY, _BODY = "key.age", "backup.tar.gz.age"
_KEY_AT_MOST = 100_000
_BLOCK = tarfile.BLOCKSIZE
MODE = 0o600


class NeedsKey(Refused):
    """It is encrypted, and no key was given."""


@dataclass(frozen=True)
class Key:
    """What opens a backup: a passphrase, or private keys of age in their own spelling."""

    text: str

    def identities(self) -> list[Any]:
        from pyrage import IdentityError, x25519

        lines = [line.strip() for line in self.text.splitlines() if line.strip().startswith("AGE-SECRET-KEY-")]
        try:
            return [x25519.Identity.from_str(line) for line in lines]
        except IdentityError as error:
            raise Refused(
                "The private key cannot be read: copy the whole line that begins with AGE-SECRET-KEY-1."
            ) from error


def ending(key: str) -> str:
    """How a file that is encrypted with this setting is called at the end."""
    if not key:
        return ".tar.gz"
    return ".tar.gz.age" if key.startswith("age1") else ".age.tar"


@contextlib.contextmanager
def writing(path: Path, key: str) -> Iterator[tuple[IO[bytes], Key | None]]:
    """A stream into the new file `path`, encrypted with the setting backup_key, and what this process reads it with."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, MODE), "w+b") as file:
        if not key:
            yield file, None
        else:
            from pyrage import x25519

            own = x25519.Identity.generate()
            recipients = [own.to_public()]
            with contextlib.ExitStack() as stack:
                if key.startswith("age1"):
                    recipients.append(_recipient(key))
                else:
                    stack.enter_context(_container(file, str(own), key))
                yield stack.enter_context(_encrypting(file, recipients)), Key(str(own))
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def reading(path: Path, key: Key | None) -> Iterator[IO[bytes]]:
    """The archive in the file. Raises NeedsKey, or Refused where it is no backup or the key is not its own."""
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        begin = file.read(_BLOCK)
        file.seek(0)
        if begin.startswith(_GZIP):
            yield file
        elif begin.startswith(_AGE):
            with _decrypting(file, _private_keys(path, key)) as archive:
                yield archive
        elif begin[: len(_KEY) + 1] == _KEY.encode() + b"\0":
            wrapped, body = _parts(path, file)
            with _decrypting(body, _unwrapped(path, wrapped, key)) as archive:
                yield archive
        else:
            raise Refused(_what_else(path, begin))


def _what_else(path: Path, begin: bytes) -> str:
    if not begin:
        return f"{path} is empty: it is no backup of crmlite."
    if begin.startswith(b"SQLite format 3"):
        return f"{path} is a database and no backup. `crmlite backup` makes one, with the files and settings in it."
    return f"{path} is no backup of crmlite."


# --- keys -------------------------------------------------------------------------------------------------------------


def _recipient(key: str) -> Any:
    from pyrage import RecipientError, x25519

    try:
        return x25519.Recipient.from_str(key)
    except RecipientError as error:
        raise Refused("backup_key begins with age1 but is no public key of age: copy the whole line.") from error


def _private_keys(path: Path, key: Key | None) -> list[Any]:
    if key is None:
        raise NeedsKey(f"{path} is encrypted: name a file with the private key in --key.")
    if found := key.identities():
        return found
    raise Refused(
        f"{path} is encrypted with a public key, so a passphrase does not open it: name a file with the private key "
        "(it begins with AGE-SECRET-KEY-1) in --key."
    )


def _unwrapped(path: Path, wrapped: bytes, key: Key | None) -> list[Any]:
    from pyrage import DecryptError, passphrase

    if key is None:
        raise NeedsKey(f"{path} is encrypted with a passphrase: name a file that holds it in --key.")
    if found := key.identities():
        return found
    try:
        return Key(passphrase.decrypt(wrapped, key.text.strip()).decode("ascii", "replace")).identities()
    except DecryptError as error:
        raise Refused(f"The passphrase is not the one that {path} was encrypted with.") from error


# --- the file with the key in it --------------------------------------------------------------------------------------


@contextlib.contextmanager
def _container(file: IO[bytes], own: str, secret: str) -> Iterator[None]:
    """Lays the key before what is written inside, as two members of a tar."""
    from pyrage import passphrase

    wrapped = passphrase.encrypt(own.encode(), secret)
    file.write(_header(_KEY, len(wrapped)) + wrapped + _padding(len(wrapped)))
    place = file.tell()
    file.write(_header(_BODY, 0))
    begin = file.tell()
    yield
    size = file.tell() - begin
    file.write(_padding(size) + bytes(2 * _BLOCK))
    file.seek(place)  # only now it is known how long it is
    file.write(_header(_BODY, size))
    file.seek(0, io.SEEK_END)


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, MODE
    return info.tobuf(tarfile.GNU_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)


def _parts(path: Path, file: IO[bytes]) -> tuple[bytes, "_Part"]:
    """The encrypted key, and a stream of what it opens."""
    try:
        key, body = (tarfile.TarInfo.frombuf(_seek_and_read(file, 0), "utf-8", "strict"), None)
        if key.size > _KEY_AT_MOST:
            raise Refused(f"{path} is no backup of crmlite.")
        wrapped = file.read(key.size)
        body = tarfile.TarInfo.frombuf(_seek_and_read(file, _BLOCK + key.size + -key.size % _BLOCK), "utf-8", "strict")
    except tarfile.HeaderError as error:
        raise Refused(f"{path} is damaged or cut off: it cannot be restored.") from error
    return wrapped, _Part(file, body.size)


def _seek_and_read(file: IO[bytes], place: int) -> bytes:
    file.seek(place)
    return file.read(_BLOCK)


class _Part(io.RawIOBase):
    """So many bytes of a file from where it is."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._file.read(min(len(buffer), self._left))
        buffer[: len(found)] = found
        self._left -= len(found)
        return len(found)


# --- streams ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _encrypting(file: IO[bytes], recipients: list[Any]) -> Iterator[IO[bytes]]:
    import pyrage

    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as source:
        run = _Thread(lambda: pyrage.encrypt_io(source, file, recipients), source)
        try:
            with os.fdopen(theirs, "wb") as stream:
                yield stream
        except BrokenPipeError:
            run.join()
            raise run.error or OSError("encrypting ended too early") from None
        finally:
            run.join()
    if run.error:
        raise run.error


@contextlib.contextmanager
def _decrypting(file: "IO[bytes] | _Part", identities: list[Any]) -> Iterator[IO[bytes]]:
    import pyrage

    theirs, ours = os.pipe()
    with os.fdopen(theirs, "rb") as stream:
        target = os.fdopen(ours, "wb")
        run = _Thread(lambda: pyrage.decrypt_io(file, target, identities), target)
        try:
            if not stream.peek(1):  # nothing came out at all: the key was not taken
                run.join()
                raise Refused(
                    "The key does not open this backup: it is another one's, or the beginning of the file is damaged."
                )
            yield stream
            while stream.read(1 << 20):  # to its end, where age says whether it was whole
                pass
        finally:
            stream.close()
            run.join()
    if run.error:
        raise Refused("The backup is damaged or cut off: it cannot be restored.") from run.error


class _Thread(threading.Thread):
    """Runs one end of a pipe, closes it, and keeps what went wrong."""

    def __init__(self, function: Callable[[], None], end: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._function, self._end = function, end
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._function()
        except BaseException as error:
            self.error = error
        finally:
            with contextlib.suppress(OSError):
                self._end.close()
