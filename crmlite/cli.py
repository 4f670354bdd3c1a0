"""The command line: serve, worker, renderer, upgrade, settings, permissions, user; demo, backup, restore, move and export."""

import json
import os
import signal
import threading
from importlib import import_module
from types import FrameType
from typing import NoReturn

import click
import sqlalchemy as sa
from flask import Flask

from crmlite import apart, config, create_app, jobs, schedule, schema, supervisor
from crmlite.auth import passwords, roles
from crmlite.auth.models import Role, Team, User
from crmlite.backup import Refused, in_use
from crmlite.extensions import db, writing
from crmlite.mail import outbox
from crmlite.points import normal_email

LOADED_LATE = {
    "demo": "crmlite.demo.command:demo",
    "backup": "crmlite.backup.command:backup_command",
    "restore": "crmlite.backup.command:restore",
    "move": "crmlite.backup.command:move",
    "export": "crmlite.backup.command:export",
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


@click.group(cls=Commands)
def main() -> None:
    """crmlite: a CRM for small companies on one server."""


@main.command()
def upgrade() -> None:
    """Brings the database to this version's schema and makes the standard roles."""
    _upgrade(_load())


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
        supervisor.check_address(host, port)
    except supervisor.CannotServe as error:
        raise click.ClickException(str(error)) from error
    if supervisor.in_child(lambda: _upgrade_or_say(app)):
        raise click.ClickException("The database could not be made ready, so nothing was started.")
    click.echo(f"crmlite is at http://{f'[{host}]' if ':' in host else host}:{port}")
    supervisor.keep_running(
        [
            supervisor.Child("web server", lambda: supervisor.serve_web(app, host, port, workers)),
            supervisor.Child("worker", lambda: _work(app)),
            supervisor.Child("PDF renderer", lambda: _make_pdfs(app)),
        ]
    )


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
        address = _address(email)
        hashed = _hash(password, address, name)
        writing()
        found = db.session.scalar(sa.select(Role).where(Role.name == role))
        if found is None:
            names = (
                ", ".join(db.session.scalars(sa.select(Role.name).order_by(Role.id))) or "none: run `crmlite upgrade`"
            )
            _fail(f"There is no role {role}. There are: {names}.")
        if db.session.scalar(sa.select(User.id).where(User.email == address)):
            _fail(f"Somebody has the address {address} already.")
        row = User.create(name=name.strip(), email=address, password=hashed, role=found, team=_team(team))
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


def _upgrade(app: Flask) -> None:
    with app.app_context():
        try:
            if schema.version() != schema.newest():
                schema.upgrade()
            roles.make_standard()
        except sa.exc.OperationalError as error:
            _fail(f"The database does not answer: {str(error.orig).strip()}")


def _upgrade_or_say(app: Flask) -> None:
    try:
        _upgrade(app)
    except click.ClickException as error:
        error.show()
        raise SystemExit(1) from error


def _work(app: Flask) -> None:
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    sender = threading.Thread(target=outbox.keep_sending, args=(app, stop), daemon=True)
    sender.start()
    long_jobs = threading.Thread(target=apart.keep_working, args=(app, stop), daemon=True)
    long_jobs.start()
    jobs.keep_working(app, stop, schedule.plan)
    sender.join(5)  # lets it hear what the mail server says to the mail it is at
    long_jobs.join(5)


def _make_pdfs(app: Flask) -> None:
    from crmlite.pdf.renderer import RunsAlready, run

    try:
        run(app.extensions["crmlite.settings"].instance)
    except RunsAlready as error:
        _fail(str(error))


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
