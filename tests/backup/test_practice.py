"""Practising a restore beside the instance whose backup it is: what the backup's settings name outside is that instance's."""

from pathlib import Path

import pytest

from crmlite.backup import Refused, making, restoring
from tests.backup.conftest import app_of, restore, scalar


@pytest.fixture
def living(settings, database, empty_url, tmp_path, monkeypatch):
    """An instance whose settings.toml names its database, as `crmlite move` tells one to write; its backup; and where one practises."""
    monkeypatch.delenv("CRMLITE_DATABASE_URL", raising=False)
    outside = empty_url.replace("+psycopg", "") if database == "postgresql" else f"sqlite:///{tmp_path / 'crm.db'}"
    (settings.instance / "settings.toml").write_text(f'database_url = "{outside}"\n')
    path = Path(making.make(settings, tmp_path / "firm.tar.gz", check=False).path)
    (settings.instance / "settings.toml").unlink()
    restore(path, tmp_path / "first")
    return path, outside, tmp_path / "practice"


def test_the_database_of_the_instance_is_left_alone(living, tmp_path):
    path, outside, practice = living
    with app_of(tmp_path / "first", outside) as app:
        before = scalar(app, "SELECT count(*) FROM contact")
    with pytest.raises(Refused, match="CRMLITE_DATABASE_URL"):
        restore(path, practice)
    assert not practice.exists()
    assert not list(tmp_path.glob("crm.db.replaced-*"))
    with app_of(tmp_path / "first", outside) as app:
        assert scalar(app, "SELECT count(*) FROM contact") == before
    practice.mkdir()
    restoring.try_out(path, None, practice)


def test_whoever_names_it_means_it(living, monkeypatch):
    path, outside, practice = living
    monkeypatch.setenv("CRMLITE_DATABASE_URL", outside)
    assert restore(path, practice).rows


@pytest.mark.only_on("sqlite")
def test_another_database_can_be_named(living, tmp_path, monkeypatch):
    path, _outside, practice = living
    monkeypatch.setenv("CRMLITE_DATABASE_URL", "sqlite:///crmlite.db")
    restore(path, practice)
    assert (practice / "crmlite.db").exists()
    assert not list(tmp_path.glob("crm.db.replaced-*"))


@pytest.mark.only_on("sqlite")
def test_files_of_the_instance_are_left_alone(settings, elsewhere, tmp_path):
    """Served, the practice would sweep away what its older rows do not name."""
    folder = tmp_path / "files"
    (settings.instance / "settings.toml").write_text(f'files_folder = "{folder}"\n')
    path = Path(making.make(settings, tmp_path / "firm.tar.gz", check=False).path)
    restore(path, elsewhere.instance)
    with pytest.raises(Refused, match="CRMLITE_FILES_FOLDER"):
        restore(path, tmp_path / "practice")
