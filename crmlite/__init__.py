"""crmlite: a CRM for small companies on one server. create_app() and MODULES, the table of contents."""

import logging
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask

from crmlite import config, extensions, health, manifest, upgrading, web

FOUNDATION = ("auth", "mail", "help", "records", "desk", "timetravel", "retention", "doctor", "backup")
"""Packages that are always on, lowest first."""
MODULES = config.MODULES
"""Packages that can be switched off, in the order of the sidebar."""
NEEDS = {
    "contacts": {"companies"},
    "imports": {"contacts", "companies"},
    "duplicates": {"contacts", "companies"},
    "details": {"contacts", "companies"},
    "letters": {"contacts", "companies"},
    "addressbook": {"contacts", "companies"},
    "pipeline": {"contacts", "companies"},
    "sales": {"contacts", "companies", "catalog", "pipeline"},
    "leads": {"contacts", "companies"},
    "privacy": {"contacts", "companies"},
}
"""What a module cannot do without."""


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application. `settings` override the environment and settings.toml. Raises config.ConfigError."""
    loaded = config.load(settings)
    unknown = set(loaded.modules) - set(MODULES)
    if unknown:
        raise config.ConfigError(f"modules names {', '.join(sorted(unknown))}; there are: {', '.join(MODULES)}.")
    for name in loaded.modules:
        if missing := NEEDS.get(name, set()) - set(loaded.modules):
            raise config.ConfigError(
                f"modules has {name} without {' and '.join(sorted(missing))}, which it needs: add them."
            )
    here = _folder_of("templates")
    app = Flask(
        __name__, template_folder=here / "templates", static_folder=here / "static", instance_path=str(loaded.instance)
    )
    app.extensions["crmlite.settings"] = loaded
    app.extensions["crmlite.nav"] = []
    _set_up_logs(loaded.log_level)
    extensions.init_app(app)
    web.init_app(app)
    upgrading.init_app(app)
    health.init_app(app)
    manifest.init_app(app)
    for name in FOUNDATION:
        import_module(f"crmlite.{name}").init_app(app)
    for name in MODULES:
        module = import_module(f"crmlite.{name}")
        if name in loaded.modules:
            with web.modules.setting_up(app, name, NEEDS.get(name, ())):
                module.init_app(app)
    return app


def _folder_of(name: str) -> Path:
    """templates/ and static/ lie beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    return package if (package / name).is_dir() else package.parent


def _set_up_logs(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(web.JsonFormatter())
    logger = logging.getLogger("crmlite")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(level)
