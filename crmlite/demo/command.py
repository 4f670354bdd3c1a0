"""`crmlite demo`: fills an empty database, with the firm or with as many contacts as asked for, and empties it again."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import click
import sqlalchemy as sa
from flask import Flask, current_app

from crmlite import config, create_app, jobs, pdf, schedule, schema, upgrading
from crmlite.auth.models import Team, User
from crmlite.catalog.models import Product
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.demo import bulk, deals, mixed, papers, passers, removal
from crmlite.demo.cast import CAST, PASSWORD, make_cast
from crmlite.demo.catalogue import catalogue
from crmlite.demo.firm import opening
from crmlite.demo.people import Generator, Owner
from crmlite.demo.pipelines import make_pipelines
from crmlite.demo.stage import Stage
from crmlite.demo.stories import STORIES
from crmlite.demo.stories.quotes import QUOTES
from crmlite.desk.models import Notice
from crmlite.duplicates import jobs as duplicates
from crmlite.extensions import db, pretending, utcnow, writing
from crmlite.leads.models import Lead
from crmlite.pipeline.models import Deal
from crmlite.sales.models import Order, Quote
from crmlite.upgrading import starting

FOUNDED = timedelta(days=555)
YEARS = timedelta(days=3 * 365)
"""How far back a bulk load's history goes."""
SELLERS_A_TEAM = 8


class Refused(Exception):
    """The demo may not run here; the message says why and what to do."""


@click.group(invoke_without_command=True)
@click.option(
    "--size",
    type=click.IntRange(5, 10_000_000),
    help="Make so many contacts (and a fifth as many companies and deals) instead.",
)
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same people.")
@click.pass_context
def demo(context: click.Context, size: int | None, seed: int) -> None:
    """Fills an empty database with a firm to try crmlite on, or with --size contacts for tests of load."""
    if context.invoked_subcommand:
        return
    started = time.monotonic()
    with _app().app_context():
        logging.getLogger("crmlite").setLevel("WARNING")  # a line for every mail would hide the last ones here
        try:
            check_place()
        except Refused as error:
            raise click.ClickException(str(error)) from error
        if size is None:
            try:
                make_firm(seed)
            except pdf.Failed as problem:
                raise click.ClickException(
                    f"{problem} The demo needs them; docs/development.md says what WeasyPrint needs. Then use an empty instance."
                ) from problem
        else:
            make_load(size, seed, lambda people: click.echo(f"\r{people:,} contacts", nl=False))
            click.echo()
        found = [f"{db.session.scalar(sa.select(sa.func.count()).select_from(m)):,} {name}" for m, name in _COUNTED]
    click.echo(f"Made {', '.join(found)} in {time.monotonic() - started:.1f} s.")
    click.echo(f"Sign in as {', '.join(part.email for part in CAST)}; the password is {PASSWORD}.")


@demo.command()
@click.option("--yes", is_flag=True, help="Do not ask, whatever else is there.")
@click.option(
    "--all", "everything", is_flag=True, help="Also what people made beside the demo: back to the first start."
)
def remove(yes: bool, everything: bool) -> None:
    """Takes the demo away again. Where people have begun to work beside it, what is theirs stays; else all goes, back to the
    first start. What goes and what stays is named first."""
    with _app().app_context():
        if schema.version() is None or not removal.is_there():
            raise click.ClickException("There is no demo here, so nothing was removed.")
        else_ = removal.what_else()
        plan = mixed.plan() if else_ and not everything else None
        if plan is not None:
            _remove_part(plan, yes)
            return
        db.session.rollback()
        if else_:
            click.echo("This goes with the demo, and cannot be brought back:")
            for line in else_:
                click.echo(f"  {line}")
            if not yes:
                click.confirm("Remove all of it?", abort=True)
        counts = removal.remove()
    kinds = [(model.__tablename__, name) for model, name in ((User, "users"), *_COUNTED)]
    click.echo(
        f"Removed {', '.join(f'{counts.get(table, 0):,} {name}' for table, name in kinds)}, with all that belongs to them."
    )
    click.echo("Nobody has an account now. Start crmlite (again): it prints the code for the first visitor.")


def _remove_part(plan: mixed.Plan, yes: bool) -> None:
    goes = ", ".join(f"{len(ids):,} x {name}" for name, ids in plan.goes.items() if ids)
    stays = ", ".join(f"{count:,} x {name}" for name, count in plan.theirs.items() if count)
    click.echo(f"Made by the demo, untouched since, and removed for good: {goes or 'nothing'}.")
    click.echo(f"Made by people since, and kept: {stays or 'nothing'}.")
    for line in plan.names():
        click.echo(f"Made by the demo, but somebody worked on it, so it is kept: {line}")
    click.echo(
        f"The demo's users sign in no more; what is kept of theirs becomes {plan.heir.name}'s, and its mails go. The organisation's "
        "name and address, pipelines, products' taxes, roles, teams and web forms are kept: change or remove on their pages what you "
        "do not need."
    )
    if not yes:
        db.session.rollback()
        click.confirm("Remove the demo's part?", abort=True)
    counts = mixed.remove(plan)
    click.echo(f"Removed {', '.join(f'{count:,} x {name}' for name, count in counts.items() if count) or 'nothing'}.")
    needed = {name: len(ids) - counts[name] for name, ids in plan.goes.items() if len(ids) > counts[name]}
    if needed:
        what = ", ".join(f"{count:,} x {name}" for name, count in needed.items())
        click.echo(f"Kept, because what people made needs them: {what}.")


def _app() -> Flask:
    try:
        return create_app()
    except config.ConfigError as error:
        raise click.ClickException(str(error)) from error


_COUNTED = (
    (Contact, "contacts"),
    (Company, "companies"),
    (Lead, "leads"),
    (Product, "products"),
    (Deal, "deals"),
    (Quote, "quotes"),
    (Order, "orders"),
)


def check_place() -> None:
    """Raises Refused where strangers could come, since the password is known, and where there is something to lose."""
    settings = current_app.extensions["crmlite.settings"]
    if not settings.is_local:
        raise Refused(
            f"The demo has users whose password everybody knows, so it runs only where the public URL is local, not at "
            f"{settings.public_url}. Set CRMLITE_PUBLIC_URL to http://localhost:8000, or use another instance."
        )
    try:
        starting.require_first()
        upgrading.upgrade()
    except upgrading.NotUpgraded as error:
        raise Refused(str(error)) from error
    for model in (User, Contact, Company, Lead, Deal):
        if db.session.scalar(sa.select(model.id).limit(1)) is not None:
            raise Refused(
                "This database holds records already, and the demo would mix with them. Use an empty one: set "
                "CRMLITE_INSTANCE to a new folder, or CRMLITE_DATABASE_URL to a new database."
            )
    db.session.rollback()


def make_firm(seed: int, now: datetime | None = None) -> None:
    """The cast, the firm, twelve stories, everybody else, their deals, and the quotes of the twelve. Commits.

    Raises pdf.Failed where this machine cannot make PDF files.
    """
    now = now or utcnow().replace(microsecond=0)
    with papers.renderer_running() as wait:
        with pretending(now - FOUNDED):
            users = make_cast()
        stage = Stage(users, now)
        told = [opening, catalogue, deals.setting_up, *STORIES.values(), *passers.website(), passers.quarantine]
        wait()
        stage.play([*told, *passers.firms(seed, users, now), *deals.stories(), *QUOTES])
    with pretending(now):
        _read_old_notices(now - timedelta(days=3))
    removal.remember()


def _read_old_notices(before: datetime) -> None:
    """Nobody leaves months of them unread."""
    writing()
    old = sa.update(Notice).where(Notice.at < before, Notice.read_at.is_(None))
    db.session.execute(old.values(read_at=Notice.at))
    db.session.commit()


def make_load(
    size: int, seed: int, told: Callable[[int], None] = lambda _people: None, now: datetime | None = None
) -> None:
    """The cast, more sellers, and `size` contacts by the bulk path. Commits."""
    now = now or datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with pretending(now - YEARS):
        users = [*make_cast().values(), *_hire(size)]
        writing()
        make_pipelines()
        db.session.commit()
    team_ids = list(dict.fromkeys(user.team_id for user in users if user.team_id is not None))
    user_ids = [user.id for user in users]
    owners = [
        Owner(number, None if user.team_id is None else team_ids.index(user.team_id), _weight(number))
        for number, user in enumerate(users)
    ]
    db.session.remove()
    bulk.load(Generator(seed, size, owners, now - YEARS, now), user_ids, team_ids, told)
    writing()
    if db.engines[None].dialect.name == "postgresql":
        db.session.connection().exec_driver_sql("ANALYZE")  # it would do so by itself, in a minute or so
    schedule.optimize()
    jobs.enqueue(duplicates.look_through_all)
    db.session.commit()
    removal.remember()


def _hire(size: int) -> list[User]:
    """Sellers in teams of their own, one for every five thousand contacts: somebody has to own them."""
    writing()
    cast = db.session.scalars(sa.select(User).where(User.email == CAST[0].email)).one()
    count = min(200, size // 5000)
    teams = [Team(name=f"Team {number + 1}") for number in range(-(-count // SELLERS_A_TEAM))]
    db.session.add_all(teams)
    db.session.flush()
    hired = [
        User(
            name=f"Seller {number + 1}",
            email=f"seller{number + 1}@demo.example",
            password=cast.password,
            role_id=cast.role_id,
            team_id=teams[number // SELLERS_A_TEAM].id,
        )
        for number in range(count)
    ]
    db.session.add_all(hired)
    db.session.commit()
    return hired


def _weight(number: int) -> float:
    """Some own many, some few: the cast each as much as three others, the rest less and less."""
    return 3.0 if number < len(CAST) else 2.0 / (1 + (number - len(CAST)) % 20)
