"""`crmlite doctor`: everything the page shows, for a terminal or for a monitor."""

import contextlib
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from crmlite import config, create_app
from crmlite.doctor import examination
from crmlite.doctor.examination import Result
from crmlite.extensions import db

SIGNS = {"ok": ("ok", "green"), "warning": ("look", "yellow"), "broken": ("BROKEN", "red")}


@click.command()
@click.option("--here", is_flag=True, help="Only what can be seen from this machine: no network.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def doctor(here: bool, as_json: bool) -> None:
    """Looks whether this instance is well. Ends with 0 where all is, 1 where there is something to look at, 2 where
    something is broken."""
    folder = Path(os.environ.get("CRMLITE_INSTANCE") or "instance")
    if not folder.is_dir():  # to look is not to make one
        click.echo(
            f"{click.style('BROKEN', fg='red')}  There is no instance folder {folder}: name it in CRMLITE_INSTANCE."
        )
        sys.exit(2)
    try:
        app = create_app()
    except (config.ConfigError, RuntimeError) as error:
        click.echo(f"{click.style('BROKEN', fg='red')}  Settings: {error}")
        sys.exit(2)
    with _silent(), app.app_context():
        results = examination.look_here()
        db.session.rollback()
        if not here:
            results += examination.look_outside()
        _say(results, as_json)
        for engine in db.engines.values():
            engine.dispose()
    sys.stdout.flush()
    sys.exit(examination.worst(results))


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """What went wrong is in the results: tracebacks between them would hide the advice."""
    logger = logging.getLogger("crmlite")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _say(results: list[Result], as_json: bool) -> None:
    if as_json:
        told = {
            result.check.name: {
                "state": result.finding.state,
                "sentence": result.finding.sentence,
                "advice": result.finding.advice,
                **({"detail": result.finding.detail} if result.finding.detail else {}),
            }
            for result in results
        }
        click.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    width = max(len(str(result.check.label)) for result in results)
    for result in results:
        word, colour = SIGNS[result.finding.state]
        click.echo(
            f"{click.style(f'{word:<6}', fg=colour)}  {str(result.check.label):<{width}}  {result.finding.sentence}"
        )
        for further in filter(None, (result.finding.advice, result.finding.detail)):
            click.echo(f"{'':<{width + 10}}{further}")
