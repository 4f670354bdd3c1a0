"""The command line: serve, worker, upgrade, user add."""

import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

import click
import sqlalchemy as sa

from crmlite import create_app, jobs, schema
from crmlite.auth import roles
from crmlite.auth.models import Role, Team, User
from crmlite.auth.signin import hash_password
from crmlite.extensions import db, writing
from crmlite.mail import outbox

IDLE = 0.5
BEAT = 10.0


@click.group()
def main() -> None:
    """crmlite: a CRM for small companies on one server."""


@main.command()
def upgrade() -> None:
    """Brings the database to this version's schema and makes the standard roles."""
    with create_app().app_context():
        schema.upgrade()
        roles.make_standard()


@main.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000)
@click.option("--workers", default=2)
@click.pass_context
def serve(context: click.Context, host: str, port: int, workers: int) -> None:
    """Serves the pages, with the worker process beside them; either is started again when it ends."""
    context.invoke(upgrade)
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    web += ["--workers", str(workers), "--respawn-failed-workers", "--log-level", "warning", "wsgi:app"]
    worker_command = [sys.executable, "-m", "crmlite.cli", "worker"]
    click.echo(f"crmlite is at http://{host}:{port}")
    _supervise([web, worker_command])


@main.command()
def worker() -> None:
    """Runs due jobs and sends mail until it is stopped."""
    app = create_app()
    seen = 0.0
    threading.Thread(target=outbox.keep_sending, args=(app, threading.Event()), daemon=True).start()
    while True:
        with app.app_context():
            if time.monotonic() - seen > BEAT:
                jobs.beat("worker")
                seen = time.monotonic()
            done = jobs.run_due()
        if not done:
            time.sleep(IDLE)


@main.group()
def user() -> None:
    """People who sign in."""


@user.command()
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", default="seller", show_default=True)
@click.option("--team", default=None)
@click.password_option()
def add(email: str, name: str, role: str, team: str | None, password: str) -> None:
    """Adds somebody who may sign in with EMAIL."""
    with create_app().app_context():
        writing()
        found = db.session.scalar(sa.select(Role).where(Role.name == role))
        if found is None:
            raise click.ClickException(f"There is no role {role}. Run `crmlite upgrade` first, or choose another.")
        row = User(name=name, email=email.strip().casefold(), password=hash_password(password), role_id=found.id)
        if team:
            row.team = db.session.scalar(sa.select(Team).where(Team.name == team)) or Team(name=team)
        db.session.add(row)
        try:
            db.session.commit()
        except sa.exc.IntegrityError as error:
            raise click.ClickException(f"Somebody has the address {email} already.") from error
        click.echo(f"{name} may sign in as {row.email}.")


def _supervise(commands: list[list[str]]) -> None:
    running = [subprocess.Popen(command) for command in commands]  # noqa: S603 - our own programs
    signal.signal(signal.SIGTERM, _stop)
    try:
        while True:
            time.sleep(0.5)
            for at, command in enumerate(commands):
                if running[at].poll() is not None:
                    time.sleep(1)
                    running[at] = subprocess.Popen(command)  # noqa: S603
    except KeyboardInterrupt:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(10)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
