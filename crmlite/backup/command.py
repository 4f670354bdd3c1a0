"""`crmlite backup`, `restore`, `move` and `export`."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import click

from crmlite import backup, config
from crmlite.backup import LATE, Refused, in_use, making, restoring, sealed
from crmlite.config import Settings
from crmlite.extensions import utcnow

_KEY = click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with the passphrase, or with the private key of age. Not needed where backup_key is the passphrase.",
)


@click.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--nightly", is_flag=True, help="As by night: a name with the time, in backup_folder; the oldest ones go."
)
@click.option("--no-check", is_flag=True, help="Do not try it by restoring it. An untried backup is a hope.")
@click.option("--age", "asks_age", is_flag=True, help="Only print how old the last one is.")
def backup_command(file: Path | None, nightly: bool, no_check: bool, asks_age: bool) -> None:
    """Makes one FILE with database, stored files and settings, and tries it by restoring it into a temporary instance."""
    settings = _settings()
    if asks_age:
        _print_age(settings)
        return
    if nightly == bool(file):
        raise click.UsageError("Name the file to make, or say --nightly.")
    started = time.monotonic()
    try:
        with _entered(settings.instance):
            made = (
                making.nightly(settings) if file is None else making.make(settings, file.resolve(), check=not no_check)
            )
    except Refused as error:
        raise click.ClickException(str(error)) from error
    tried = "restored to try it, and whole" if made.verified_at else "not tried"
    click.echo(f"{made.path}: {made.size / 1024**2:,.1f} MB in {time.monotonic() - started:.1f} s, {tried}.")
    if not settings.backup_key:
        click.echo("It is not encrypted: whoever has it can read everything. The setting backup_key changes that.")
    if made.problem:
        raise click.ClickException(made.problem)


def _print_age(settings: Settings) -> None:
    made = backup.latest(settings)
    if made is None:
        raise click.ClickException("No backup was made yet.")
    if made.at is not None:
        click.echo(f"Made {making.age(made, utcnow())}: {made.path}; {'tried' if made.verified_at else 'not tried'}.")
    if problem := _wrong_with(made):
        raise click.ClickException(problem)


def _wrong_with(made: backup.Made) -> str | None:
    if made.problem or made.at is None:
        return made.problem or "No backup was made yet."
    if not Path(made.path).is_file():
        return "That file is gone."
    if utcnow() - made.at > LATE:
        return "That is too old: one is made every night, unless backup_at is empty."
    return None if made.verified_at else "It was never restored to try it."


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@_KEY
@click.option("--check", "only_check", is_flag=True, help="Only try it: nothing is changed, and crmlite may run.")
def restore(file: Path, key_file: Path | None, only_check: bool) -> None:
    """Puts the backup FILE in the place of this instance, which is set aside and not deleted. crmlite must not run."""
    instance = config.instance_folder()
    try:
        key = _key(file, key_file, instance)
        if only_check:
            instance.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = restoring.try_out(file, key, instance)
            click.echo(
                f"It is whole: made by crmlite {found.about.version} at {found.about.made_at}. Nothing was changed."
            )
            return
        done = restoring.restore(file, key, instance, click.echo)
    except Refused as error:
        raise click.ClickException(str(error)) from error
    _say_restored(done, instance)


@click.command()
@click.argument("url")
def move(url: str) -> None:
    """Copies all rows into the empty database at URL (postgresql://user@host/name or sqlite:////path). crmlite must not run."""
    from crmlite import create_app
    from crmlite.backup import moving

    settings = _settings()
    started = time.monotonic()
    with create_app().app_context():
        try:
            moved = moving.move(settings, url, click.echo)
        except Refused as error:
            raise click.ClickException(str(error)) from error
    click.echo(
        f"Moved {moved.rows:,} rows of {len(moved.tables)} tables in {time.monotonic() - started:.1f} s; all are equal."
    )
    click.echo("Now set database_url to the new address in settings.toml, or CRMLITE_DATABASE_URL, and start crmlite.")
    click.echo("The old database was not changed. Stored files stay where they are.")


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
def export(target: Path) -> None:
    """Writes all rows as CSV and JSON, and all stored files, into the new folder TARGET, or into a file that ends in .zip."""
    from crmlite import create_app
    from crmlite.backup import exporting

    settings = _settings()
    with _entered(settings.instance), create_app().app_context():
        try:
            done = exporting.export(settings, target.resolve())
        except Refused as error:
            raise click.ClickException(str(error)) from error
    click.echo(
        f"{target}: {done.rows:,} rows and {done.files:,} files. It is not encrypted: keep it where nobody else comes."
    )
    if done.missing:
        raise click.ClickException(f"{done.missing} stored files are missing on the disk.")


def _say_restored(done: restoring.Restored, instance: Path) -> None:
    click.echo(
        f"Restored into {instance}: {done.rows:,} rows and {done.files:,} files, as they were at "
        f"{done.made_at:%Y-%m-%d %H:%M} UTC (crmlite {done.version})."
    )
    if done.set_aside:
        click.echo(f"What was there before is in {done.set_aside}; delete it when you do not need it any more.")
    if done.old_schema:
        click.echo(
            f'The tables that were there are in the schema {done.old_schema}: DROP SCHEMA "{done.old_schema}" CASCADE.'
        )
    if done.settings_beside:
        click.echo(f"This machine's settings.toml stayed; the backup's is {done.settings_beside}.")
    if done.needs_upgrade:
        click.echo("Its schema is an older one: the next start brings it to this version's.")
    click.echo("Mail that waited when the backup was made is shown as 'fate unknown' and is not sent by itself.")
    click.echo("Now start crmlite.")


def _key(file: Path, key_file: Path | None, instance: Path) -> sealed.Key | None:
    """From the file that was named, else the passphrase in this instance's settings."""
    if key_file is not None:
        try:
            return sealed.Key(key_file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"{key_file} cannot be read as a key: it must be a text file.") from error
    try:
        known = config.value_of("backup_key", instance / "settings.toml")
    except config.ConfigError as error:
        raise Refused(str(error)) from error
    return sealed.Key(known) if known and not known.startswith("age1") else None


def _settings() -> Settings:
    try:
        return config.load()
    except config.ConfigError as error:
        raise click.ClickException(str(error)) from error


@contextlib.contextmanager
def _entered(instance: Path) -> Iterator[None]:
    with in_use.enter(instance) or contextlib.nullcontext():
        yield
