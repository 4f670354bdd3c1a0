"""The command line: serve, setup-code, worker, renderer, upgrade, settings, permissions, user; demo, doctor, backup, restore, move and
export are files of their own."""

import contextlib
import json
import os
import signal
import threading
from importlib import import_module
from types import FrameType
from typing import NoReturn

import click
import sqlalchemy as sa
from flask import Flask, current_app

from crmlite import apart, config, create_app, jobs, ownership, schedule, schema, second, supervisor, upgrading
from crmlite.auth import notices, passwords, roles, second_factor, setup
from crmlite.auth.models import Role, Team, User
from crmlite.backup import Refused, in_use
from crmlite.extensions import Busy, db, writing
from crmlite.mail import outbox
from crmlite.points import normal_email
from crmlite.safety import clean
from crmlite.upgrading import starting, trouble

LOADED_LATE = {
    "demo": "crmlite.demo.command:demo",
    "backup": "crmlite.backup.command:backup_command",
    "restore": "crmlite.backup.command:restore",
    "move": "crmlite.backup.command:move",
    "export": "crmlite.backup.command:export",
    "doctor": "crmlite.doctor.command:doctor",
}
"""Commands that are loaded when they are asked for: what they need would slow down every start."""


class Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return sorted([*super().list_commands(context), *LOADED_LATE])

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name in LOADED_LATE:
            module, _colon, function = LOADED_LATE[name].partition(":")
            return getattr(import_module(module), function)
        return super().get_command(context, name)

    def invoke(self, context: click.Context) -> object:
        """What goes wrong with the instance or its database is one sentence, whichever command it was."""
        try:
            return super().invoke(context)
        except (sa.exc.DBAPIError, Busy) as error:
            raise click.ClickException(_about_database(error)) from error


@click.group(cls=Commands)
def main() -> None:
    """crmlite: a CRM for small companies on one server."""
    if click.get_current_context().invoked_subcommand != "doctor" and (
        problem := ownership.complaint(config.instance_folder())
    ):
        raise click.ClickException(problem)


@main.command()
@click.option("--without-snapshot", is_flag=True, help="Where pg_dump is missing and you have a backup of your own.")
def upgrade(without_snapshot: bool) -> None:
    """Brings the database to this version's schema, after a snapshot of it, and makes the standard roles."""
    done = _upgrade(_load(), without_snapshot)
    if done is None:
        click.echo(f"The database has this version's schema, {schema.newest()}, already.")
    elif done.before is None:
        click.echo(f"The database was empty and has the schema {done.after} now.")
    else:
        before = f" What was before is in {done.snapshot}." if done.snapshot else ""
        click.echo(f"The database was brought from the schema {done.before} to {done.after}.{before}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes that answer pages."
)
def serve(host: str, port: int, workers: int) -> None:
    """Serves the pages, with the worker and the PDF renderer beside them; each is started again when it ends."""
    app = _load()
    try:
        alone = supervisor.only_one(app.extensions["crmlite.settings"].instance)
        supervisor.check_address(host, port)
    except supervisor.CannotServe as error:
        raise click.ClickException(str(error)) from error
    gate = upgrading.guard(app)
    gate.is_tended = True
    if supervisor.in_child(lambda: starting.make_ready(app, gate, roles.make_standard)):
        raise click.ClickException("The database could not be made ready, so nothing was started.")
    is_open = gate.state is upgrading.State.OPEN  # before, the tables may be an older version's
    if is_open and supervisor.in_child(lambda: _refuse_demo_in_public(app)):
        raise SystemExit(1)
    here = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    click.echo(f"crmlite is at {here}")
    if is_open:
        supervisor.in_child(lambda: _say_setup_code(app, here))
    with alone:
        supervisor.keep_running(
            [
                supervisor.Child("web server", lambda: supervisor.serve_web(app, host, port, workers)),
                supervisor.Child("worker", lambda: _work(app)),
                supervisor.Child("PDF renderer", lambda: _make_pdfs(app)),
                supervisor.Child("start", lambda: _come_up(app, gate, here), gate.is_coming),
            ]
        )


@main.command("setup-code")
def setup_code() -> None:
    """Prints a new one-time code for the first visitor, while nobody has an account; the code before is worth nothing then."""
    app = _load()
    with app.app_context():
        try:
            starting.require_first()
        except upgrading.NotUpgraded as error:
            _fail(str(error))
    _upgrade(app)
    if not _say_setup_code(app, ""):
        _fail("Somebody has an account already. `crmlite user password` sets a new password where one was forgotten.")


@main.command()
def worker() -> None:
    """Runs due jobs and sends mail until it is stopped; `serve` starts one by itself."""
    _work(_load())


@main.command()
def renderer() -> None:
    """Makes PDF files until it is stopped; `serve` starts one by itself."""
    _make_pdfs(_load())


@main.command(hidden=True)
@click.argument("name")
@click.argument("args")
def job(name: str, args: str) -> None:
    """Runs a job that takes minutes; the worker starts it as a process of its own."""
    supervisor.end_with_parent()
    os.nice(10)  # people's pages come first
    with _load().app_context():
        second.collect_seldom()
        try:
            jobs.call(name, json.loads(args))
        except Refused as error:
            _fail(str(error))


@main.command()
@click.option("--markdown", is_flag=True, help="docs/settings.md instead of what is in force.")
def settings(markdown: bool) -> None:
    """Prints every setting: its value, what it is unless told, and what it is for."""
    if markdown:
        click.echo(config.as_markdown(), nl=False)
        return
    app = _load()
    for one in config.describe(app.extensions["crmlite.settings"]):
        click.echo(f"{one.name} = {one.value}\n    {one.reason}\n    Unless told: {one.default}")


@main.command()
def permissions() -> None:
    """Prints docs/permissions.md: what the standard roles may do."""
    with _load().app_context():
        click.echo(roles.as_markdown(), nl=False)


@main.group()
def user() -> None:
    """People who sign in."""


@user.command()
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", default="seller", show_default=True)
@click.option("--team", default=None, help="Made if there is none of that name.")
@click.password_option()
def add(email: str, name: str, role: str, team: str | None, password: str) -> None:
    """Adds somebody who may sign in with EMAIL."""
    with _load().app_context():
        address, shown = _address(email), clean(name)
        if not shown:
            _fail('Everybody has a name: --name "Anna Lindqvist".')
        hashed = _hash(password, address, shown)
        writing()
        found = db.session.scalar(sa.select(Role).where(Role.name == role))
        if found is None:
            names = (
                ", ".join(db.session.scalars(sa.select(Role.name).order_by(Role.id))) or "none: run `crmlite upgrade`"
            )
            _fail(f"There is no role {role}. There are: {names}.")
        if db.session.scalar(sa.select(User.id).where(User.email == address)):
            _fail(f"Somebody has the address {address} already.")
        row = User.create(name=shown, email=address, password=hashed, role=found, team=_team(team))
        db.session.commit()
        click.echo(f"{row.name} may sign in as {row.email}.")


@user.command("list")
def list_users() -> None:
    """Prints who may sign in."""
    with _load().app_context():
        query = sa.select(User).options(sa.orm.joinedload(User.role), sa.orm.joinedload(User.team)).order_by(User.email)
        for row in db.session.scalars(query):
            parts = [row.email, row.name, row.role.name, row.team.name if row.team else "-"]
            click.echo("\t".join([*parts, "" if row.active else "(deactivated)"]).rstrip())


@user.command()
@click.argument("email")
@click.password_option()
def password(email: str, password: str) -> None:
    """Sets a new password of EMAIL and signs all of their devices out."""
    with _load().app_context():
        address = email.strip().casefold()
        hashed = _hash(password, address, "")
        row = _find(address)
        row.set_password(hashed)
        notices.send(row, "password_changed")
        db.session.commit()
        click.echo(f"{row.email} has a new password and has to sign in again everywhere.")


@user.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Lets EMAIL sign in no more; their records stay theirs until somebody else is made the owner."""
    with _load().app_context():
        row = _find(email.strip().casefold())
        if row.is_last_administrator():
            _fail(f"{row.email} is the last administrator: make somebody else one first.")
        row.deactivate()
        db.session.commit()
        click.echo(f"{row.email} cannot sign in any more.")


@user.command()
@click.argument("email")
def password_only(email: str) -> None:
    """Takes the second step of signing in away from EMAIL, who has lost phone and recovery codes."""
    with _load().app_context():
        row = _find(email.strip().casefold())
        if not second_factor.end(row):
            _fail(f"{row.email} does not sign in with two steps.")
        row.sign_out()
        db.session.commit()
        click.echo(f"{row.email} signs in with the password alone and has to sign in again everywhere.")


_entered: list[object] = []
"""What says, as long as this process lives, that somebody works with the instance."""


def _load() -> Flask:
    try:
        _entered.append(in_use.enter(config.instance_folder()))
        app = create_app()
        if not _entered[-1]:  # the instance is a new one
            _entered.append(in_use.enter(config.instance_folder()))
        return app
    except (config.ConfigError, Refused) as error:
        raise click.ClickException(str(error)) from error


def _about_database(error: Exception) -> str:
    """How the database stands, where that is why; else what it said."""
    app = create_app()
    settings = app.extensions["crmlite.settings"]
    with app.app_context(), contextlib.suppress(*trouble.TROUBLES):
        standing = schema.standing()
        if standing is schema.Standing.EMPTY:
            if trouble.is_lost(settings):
                return trouble.lost(settings)
            return "There is no database of crmlite yet: `crmlite serve` makes one, and so does `crmlite upgrade`."
        if standing is schema.Standing.BEHIND:
            return "The database has an older version's schema: run `crmlite upgrade` first."
        if standing is not schema.Standing.OURS:
            return str(upgrading.not_ours(standing, schema.version()))
    return trouble.sentence(trouble.state_of(error, settings), error, settings)


def _upgrade(app: Flask, without_snapshot: bool = False) -> upgrading.Done | None:
    with app.app_context():
        try:
            done = upgrading.upgrade(without_snapshot=without_snapshot)
            roles.make_standard()
        except upgrading.NotUpgraded as error:
            _fail(str(error))
    return done


def _refuse_demo_in_public(app: Flask) -> None:
    with app.app_context():
        if sentence := _demo_in_public():
            click.echo(f"Error: {sentence}", err=True)
            raise SystemExit(1)


def _demo_in_public() -> str | None:
    """The demo refuses to be made where strangers can come; it must not be carried there either."""
    from crmlite.demo.cast import DOMAIN

    settings = current_app.extensions["crmlite.settings"]
    if settings.is_local:
        return None
    known = sa.select(User.id).where(User.email.endswith(f"@{DOMAIN}", autoescape=True), User.active).limit(1)
    with contextlib.suppress(sa.exc.SQLAlchemyError):  # one that cannot be asked lets nobody in
        if db.session.scalar(known):
            return (
                f"This instance has the demo's users, whose password everybody knows, so it is not served at "
                f"{settings.public_url}. Run `crmlite demo remove`, or set CRMLITE_PUBLIC_URL to http://localhost:8000."
            )
    return None


def _say_setup_code(app: Flask, here: str) -> bool:
    """For whoever reads what `serve` writes: only they may become the first administrator. False where there is somebody."""
    code, settings = None, app.extensions["crmlite.settings"]
    with app.app_context(), contextlib.suppress(sa.exc.SQLAlchemyError):  # pages say what is wrong with the database
        code = setup.renew_code()
    if code:
        at = here if here and settings.is_local else settings.public_url
        click.echo(f"Nobody has an account yet. Open {at}/setup and type this code: {code}")
    return code is not None


def _come_up(app: Flask, gate: upgrading.Gate, here: str) -> None:
    """While pages say that the database is not ready."""

    def settle() -> None:
        roles.make_standard()
        if sentence := _demo_in_public():
            raise upgrading.NotUpgraded(upgrading.State.DEMO, sentence)

    starting.come_up(app, gate, settle, lambda: _say_setup_code(app, here))


def _work(app: Flask) -> None:
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    upgrading.wait_until_ours(app, stop)
    sender = threading.Thread(target=outbox.keep_sending, args=(app, stop), daemon=True)
    sender.start()
    long_jobs = threading.Thread(target=apart.keep_working, args=(app, stop), daemon=True)
    long_jobs.start()
    jobs.keep_working(app, stop, schedule.plan)
    stop.set()
    sender.join(5)  # lets it hear what the mail server says to the mail it is at
    long_jobs.join(5)


def _make_pdfs(app: Flask) -> None:
    from crmlite.pdf.renderer import RunsAlready, run

    try:
        run(app.extensions["crmlite.settings"].instance)
    except (RunsAlready, OSError) as error:  # one sentence: this is also a child of `serve`, tried again and again
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(1) from error


def _address(text: str) -> str:
    try:
        return normal_email(text)
    except ValueError:
        _fail(f"{text} is no e-mail address.")


def _hash(password: str, email: str, name: str) -> str:
    """Before the database is locked: hashing takes its time."""
    problem = passwords.problem(password, email, name)
    if problem:
        _fail(problem)
    return passwords.hash_password(password)


def _find(email: str) -> User:
    writing()
    row = db.session.scalar(sa.select(User).where(User.email == email).with_for_update())
    if row is None:
        _fail(f"Nobody has the address {email}; `crmlite user list` prints who there is.")
    return row


def _team(name: str | None) -> Team | None:
    if not name:
        return None
    return db.session.scalar(sa.select(Team).where(Team.name == name)) or Team.create(name)


def _fail(sentence: str) -> NoReturn:
    raise click.ClickException(sentence)


if __name__ == "__main__":
    main()
