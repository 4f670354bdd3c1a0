"""Settings: what is refused with which sentence, where they come from, and that no secret is printed."""

from pathlib import Path

import pytest

from crmlite import config
from crmlite.config import ConfigError

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch):
    for name in (f"CRMLITE_{f.name.upper()}" for f in config.describe()):
        monkeypatch.delenv(name, raising=False)


def load(tmp_path, **settings):
    return config.load({"instance": str(tmp_path), **settings})


REFUSED = [
    ({"public_url": "crm.example.com"}, "public_url must be http:// or https:// and a host"),
    ({"public_url": "ftp://crm.example.com"}, "public_url must be http:// or https:// and a host"),
    ({"public_url": "https://"}, "public_url must be http:// or https:// and a host"),
    ({"public_url": "https://crm.example.com/app"}, "public_url must be http:// or https:// and a host"),
    ({"public_url": "https://crm.example.com?x=1"}, "public_url must be http:// or https:// and a host"),
    ({"public_url": "https://user:secret@crm.example.com"}, "public_url must be http:// or https:// and a host"),
    ({"public_url": "https://crm.example.com:99999"}, "public_url must be http:// or https:// and a host"),
    ({"public_url": "https://crm.example.com:http"}, "public_url must be http:// or https:// and a host"),
    ({"public_url": "https://crm example.com"}, "public_url must be http:// or https:// and a host"),
    ({"public_url": "https://crm.example.com\r\nX: y"}, "public_url must be http:// or https:// and a host"),
    ({"trusted_hosts": "https://crm.example.com"}, "trusted_hosts holds names of hosts without http:// and port"),
    ({"trusted_hosts": "crm.lan:8000"}, "trusted_hosts holds names of hosts without http:// and port"),
    ({"trusted_hosts": "*"}, "trusted_hosts holds names of hosts without http:// and port"),
    ({"trusted_hosts": 5}, "trusted_hosts must be a list of names"),
    ({"database_url": "nonsense"}, "database_url must look like sqlite:///path or postgresql://user@host/name"),
    ({"database_url": "mysql://root:secret@localhost/crm"}, "database_url must begin with sqlite:/// or postgresql://"),
    ({"database_url": "sqlite://"}, "database_url must name a file"),
    ({"database_url": "sqlite:///:memory:"}, "database_url must name a file"),
    ({"database_url": "sqlite:///file::memory:?uri=true"}, "database_url must name a file"),
    ({"database_url": "postgresql://user:secret@host"}, "database_url must name a database"),
    ({"smtp_url": "mail.example.com"}, "smtp_url must look like"),
    ({"smtp_url": "smtp://me:secret@mail.example.com:99999"}, "smtp_url must look like"),
    ({"mail_from": "nobody"}, "mail_from must look like"),
    ({"mail_from": "a <a@b.example>\r\nBcc: c@d.example"}, "mail_from must look like"),
    ({"session_days": 0}, "session_days must be between 1 and 400, not 0"),
    ({"session_days": "a month"}, "session_days must be a whole number, not 'a month'"),
    ({"session_days": True}, "session_days must be a whole number"),
    ({"session_days": 14.5}, "session_days must be a whole number, not 14.5"),
    ({"backup_key": " " * 12}, "backup_key is nothing but blanks"),
    ({"proxies": -1}, "proxies must be between 0 and 5"),
    ({"disk_floor_mb": -5}, "disk_floor_mb must be between"),
    ({"log_level": "loud"}, "log_level must be DEBUG, INFO, WARNING or ERROR"),
    ({"log_level": 1}, "log_level must be text in quotes, not 1"),
    ({"backup_at": "half past two"}, "backup_at must be a time of day like 02:30, or empty, not 'half past two'"),
    ({"backup_at": "24:00"}, "backup_at must be a time of day like 02:30, or empty"),
    ({"backup_keep": 0}, "backup_keep must be between 1 and 1000, not 0"),
    ({"backup_folder": "backups"}, "backup_folder must be a path from the root, like /mnt/backup, not 'backups'"),
    ({"backup_key": "short"}, "backup_key must have at least 12 characters"),
    ({"backup_key": "age1tooshortforakey"}, "backup_key begins with age1 but is no public key of age"),
    ({"backup_key": "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQ"}, "backup_key is the private key of age. It belongs where"),
    ({"secret_key": "short"}, "secret_key must have at least 32 characters"),
]


@pytest.mark.parametrize(("settings", "sentence"), REFUSED, ids=lambda value: str(value)[:60])
def test_nonsense_is_refused_with_the_name_of_the_setting(tmp_path, settings, sentence):
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, **settings)
    assert sentence in str(refused.value)
    assert "secret@" not in str(refused.value) or "public_url" in settings, "a password must not be repeated"


@pytest.mark.parametrize(
    "settings",
    [
        {"public_url": "http://crm.lan:8000/"},
        {"public_url": "https://[2001:db8::1]:8443"},
        {"public_url": "http://192.168.1.5"},
        {"trusted_hosts": "crm.lan, www.example.com"},
        {"trusted_hosts": [".example.com", "[::1]"]},
        {"database_url": "postgres://user:secret@host:5433/name"},
        {"smtp_url": "smtps://me:secret@mail.example.com:465", "mail_from": "Krämer & Zn <crm@example.com>"},
    ],
    ids=str,
)
def test_sense_is_taken(tmp_path, settings):
    load(tmp_path, **settings)


def test_an_unknown_setting_in_the_file_is_refused_with_the_nearest_name(tmp_path):
    (tmp_path / "settings.toml").write_text('public_ur = "https://crm.example.com"\n')
    with pytest.raises(ConfigError, match="has the setting public_ur, which does not exist; did you mean public_url"):
        load(tmp_path)


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    (tmp_path / "settings.toml").write_text("session_days: 14\n")
    with pytest.raises(ConfigError, match=r"settings\.toml cannot be read"):
        load(tmp_path)


def test_an_unknown_variable_is_refused_with_the_nearest_name(tmp_path, monkeypatch):
    monkeypatch.setenv("CRMLITE_SESION_DAYS", "3")
    with pytest.raises(ConfigError, match="CRMLITE_SESION_DAYS is no setting of crmlite; did you mean"):
        load(tmp_path)


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path, monkeypatch):
    (tmp_path / "settings.toml").write_text(
        'session_days = 14\nsmtp_timeout = 7\nmodules = ["contacts", "companies"]\n'
    )
    monkeypatch.setenv("CRMLITE_SESSION_DAYS", "3")
    settings = load(tmp_path)
    assert (settings.session_days, settings.smtp_timeout, settings.max_upload_mb) == (3, 7, 25)
    assert settings.modules == ("contacts", "companies")


def test_an_instance_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be made: Not a directory"):
        config.load({"instance": str(tmp_path / "file" / "instance")})


def test_the_secret_key_is_made_once_for_its_owner_only(tmp_path):
    first = load(tmp_path).secret_key
    assert load(tmp_path).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_no_secret_is_described_or_shown(tmp_path):
    given = {
        "database_url": "postgresql://user:pa55word@host/name",
        "smtp_url": "smtp://me:pa55word@mail.example.com:587",
        "secret_key": "pa55word" * 5,
    }
    settings = load(tmp_path, **given)
    shown = {one.name: one.value for one in config.describe(settings)}
    assert "pa55word" not in str(shown) + repr(settings)
    assert shown["database_url"] == "postgresql+psycopg://user:***@host/name"
    assert shown["smtp_url"] == shown["secret_key"] == "(set)"
    assert shown["session_days"] == "30"


def test_every_setting_has_a_reason():
    assert [one.name for one in config.describe() if len(one.reason) < 20] == []


def test_the_page_about_settings_is_current():
    assert (ROOT / "docs/settings.md").read_text("utf-8") == config.as_markdown(), (
        "run `python -m crmlite.cli settings --markdown > docs/settings.md`"
    )


def test_a_database_without_a_folder_is_in_the_instance_wherever_one_stands(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    settings = load(tmp_path, database_url="sqlite:///firm.db")
    assert settings.sqlite_path == tmp_path / "firm.db"
    (tmp_path / "settings.toml").write_text('database_url = "sqlite:///firm.db"\n')
    assert config.database_url_of(tmp_path, tmp_path / "settings.toml") == settings.database_url
