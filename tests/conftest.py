"""What all tests share: the databases they run on."""

import contextlib
import gc
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests import cast, renderers, warm
from tests import databases as dbs
from tests.oracles import _oracles_agree, _oracles_watch  # noqa: F401 - O1 and O3 watch every test

STARTED = pytest.StashKey[tuple[Path, str]]()
CLEANUP = pytest.StashKey[contextlib.ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", action="append", choices=dbs.KINDS, help="run on this one only (both unless told)")
    parser.addoption(
        "--hosts", type=int, default=1, help="so many servers behind nginx for the browser tests, on PostgreSQL"
    )
    parser.addoption("--shuffle", type=int, metavar="SEED", help="in this random order, each database by itself")
    parser.addoption("--long", action="store_true", help="load and kill runs at their full length")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[CLEANUP] = contextlib.ExitStack()
    if folder := dbs.memory(4 * 2**30):  # thousands of instance folders, each with files that are synced
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))
    warm.keep_all(config.rootpath / ".cache/templates")
    _let_hypothesis_take_its_time(config)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that `timeout` and CI's cancel clean up like Ctrl-C


def _let_hypothesis_take_its_time(config: pytest.Config) -> None:
    """Before any module is imported: settings that a test has of its own take from here what they do not say."""
    hypothesis.settings.register_profile(
        "crmlite",
        deadline=None,  # another test may have the machine meanwhile
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
        derandomize=not config.getoption("--long"),  # news is for long runs, not for whoever changes something else
    )
    hypothesis.settings.load_profile("crmlite")


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[CLEANUP].close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shows tests that lean on what another one left behind, or on what it had not yet done."""
    if (seed := config.getoption("--shuffle")) is not None:
        random.Random(seed).shuffle(items)
        items.sort(key=lambda item: str(getattr(item, "callspec", None) and item.callspec.params.get("database")))


def pytest_collection_finish() -> None:
    """What is there now stays until the end: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """xdist's controller tells each worker what it has started for all of them."""
    folder, server = _start(node.config)
    node.workerinput["databases"] = (str(folder), server)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        kinds = metafunc.config.getoption("database") or dbs.KINDS
        if only := metafunc.definition.get_closest_marker("only_on"):
            kinds = [kind for kind in kinds if kind in only.args]
        metafunc.parametrize("database", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def databases(pytestconfig: pytest.Config) -> Iterator[dbs.Databases]:
    worker = getattr(pytestconfig, "workerinput", None)
    folder, server = worker["databases"] if worker else _start(pytestconfig)
    made = dbs.Databases(Path(folder), server)
    yield made
    made.close()


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, databases: dbs.Databases) -> str:
    """ "sqlite" or "postgresql"; whatever uses it runs once on each."""
    try:
        databases.require(request.param)
    except dbs.Unavailable as reason:
        pytest.skip(str(reason))
    return request.param


def _start(config: pytest.Config) -> tuple[Path, str]:
    if STARTED not in config.stash:
        config.stash[STARTED] = config.stash[CLEANUP].enter_context(dbs.start())
    return config.stash[STARTED]


@pytest.fixture(scope="session")
def renderer() -> Iterator[renderers.RendererProcess]:
    """A PDF renderer; `renderer.serve(app)` lets that app ask it."""
    with renderers.running() as process:
        yield process


@pytest.fixture(scope="session")
def _stage(
    database: str,
    databases: dbs.Databases,
    renderer: renderers.RendererProcess,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[cast.Stage, str]]:
    url = databases.fresh(database, cast.build)
    stage = cast.Stage(url, str(tmp_path_factory.mktemp("stage")))
    renderer.serve(stage.app)
    yield stage, url
    stage.close()
    databases.drop(url)


@pytest.fixture
def stage(_stage: tuple[cast.Stage, str], databases: dbs.Databases) -> Iterator[cast.Stage]:
    """An app with the fixed cast and a record of each type for every owner (tests/cast.py); what a test writes is put back."""
    yield _stage[0]
    databases.reset(_stage[1])
    _stage[0].app.extensions.pop("crmlite.modules_known", None)  # what a process knew of the rows that are put back


@pytest.fixture
def own_stage(
    database: str, databases: dbs.Databases, renderer: renderers.RendererProcess, tmp_path: Path
) -> Iterator[cast.Stage]:
    """The same for one test alone: it may change the app, for instance add routes."""
    url = databases.fresh(database, cast.build)
    stage = cast.Stage(url, str(tmp_path / "instance"))
    renderer.serve(stage.app)
    yield stage
    stage.close()
    databases.drop(url)
