"""What lies in deploy/ is what docs/self-hosting.md says, parses, and fits to what the settings are."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from crmlite import config

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
HARDENED = (
    "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "CapabilityBoundingSet=", "UMask=0077",
    "StateDirectoryMode=0700", "RestrictSUIDSGID=yes", "SystemCallFilter=@system-service",
)  # fmt: skip


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def test_the_walk_through_names_every_file():
    said = (ROOT / "docs/self-hosting.md").read_text("utf-8")
    assert [path.name for path in DEPLOY.iterdir() if f"deploy/{path.name}" not in said] == []


def test_every_setting_is_in_the_docs():
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/settings.md").read_text("utf-8"), re.MULTILINE))
    assert documented == {one.name for one in config.describe()}


def test_settings_that_are_named_exist():
    """In the walk-through and in what is copied from deploy/: a typing error there stops somebody's first start."""
    known = {one.name for one in config.describe()}
    named = set(re.findall(r"^    (\w+) = ", (ROOT / "docs/self-hosting.md").read_text("utf-8"), re.MULTILINE))
    for path in (ROOT / "docs/self-hosting.md", *DEPLOY.iterdir()):
        named |= {name.lower() for name in re.findall(r"CRMLITE_([A-Z_]+)", path.read_text("utf-8"))}
    assert len(named) > 4
    assert named <= known


def test_other_places_can_be_written_to():
    """The service sees the rest of the machine read-only, and backups belong elsewhere."""
    assert "ReadWritePaths=" in text("crmlite.service")
    assert "ReadWritePaths=" in (ROOT / "docs/self-hosting.md").read_text("utf-8")


def test_links_that_open_something_stay_out_of_logs():
    assert text("nginx.conf").count("server_name") == text("nginx.conf").count("access_log off;")
    assert "log {" not in text("Caddyfile")


def test_the_container_has_what_postgresql_needs():
    assert "postgresql-client" in text("Containerfile")


def unit_problems(unit: str, folder: Path) -> str:
    """What systemd says about it; its program is not installed where tests run."""
    path = folder / "crmlite.service"
    path.write_text(unit.replace("/opt/crmlite/bin/crmlite", "/bin/true"))
    said = subprocess.run(["systemd-analyze", "verify", "--man=no", str(path)], capture_output=True, text=True)
    ours = [line for line in said.stderr.splitlines() if "crmlite" in line]
    return "\n".join(ours) or ("it failed" if said.returncode else "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_takes_the_unit(tmp_path):
    assert unit_problems(text("crmlite.service"), tmp_path) == ""
    assert "Unknown key" in unit_problems(
        text("crmlite.service").replace("NoNewPrivileges", "NoOldPrivileges"), tmp_path
    )


def test_the_unit_is_hardened():
    lines = text("crmlite.service").splitlines()
    assert [line for line in HARDENED if line not in lines] == []
    assert "Environment=CRMLITE_INSTANCE=/var/lib/crmlite" in lines


def wrapped(folder: Path) -> str:
    """The example inside a whole configuration that needs no root: other ports, and a certificate of its own."""
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=crm.example.com"]
    subprocess.run([*make, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    inner = text("nginx.conf").replace("/etc/letsencrypt/live/crm.example.com", str(folder))
    inner = re.sub(r"^\s*listen \[::\].*\n", "", inner, flags=re.MULTILINE)
    inner = inner.replace("listen 443", "listen 127.0.0.1:8443").replace("listen 80;", "listen 127.0.0.1:8080;")
    temps = "".join(
        f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"pid {folder}/pid; error_log {folder}/log; events {{}} http {{ access_log off; {temps}\n{inner}\n}}\n"


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here")
def test_nginx_takes_the_example(tmp_path):
    good = wrapped(tmp_path)
    for configuration, is_right in ((good, True), (good.replace("proxy_pass", "proxy_past"), False)):
        (tmp_path / "nginx.conf").write_text(configuration)
        said = subprocess.run(
            ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True
        )
        assert (said.returncode == 0) == is_right, said.stderr


@pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not here")
def test_caddy_takes_the_example(tmp_path):
    good = text("Caddyfile").replace("/var/log/caddy", str(tmp_path))
    for configuration, is_right in ((good, True), (good.replace("reverse_proxy", "reverse_proxi"), False)):
        (tmp_path / "Caddyfile").write_text(configuration)
        command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile")]
        said = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "HOME": str(tmp_path)})
        assert (said.returncode == 0) == is_right, said.stderr


@pytest.mark.parametrize(
    ("name", "limit"), [("nginx.conf", r"client_max_body_size (\d+)m;"), ("Caddyfile", r"max_size (\d+)MiB")]
)
def test_what_crmlite_takes_the_server_in_front_lets_through(name, limit):
    largest = next(one for one in config.describe() if one.name == "max_upload_mb").default
    assert int(re.search(limit, text(name))[1]) > int(largest)


def test_the_server_in_front_does_not_pass_on_what_visitors_claim():
    """proxies=1 believes the last hop: what is appended to a visitor's own header would still be right, set is plainer."""
    nginx = text("nginx.conf")
    for header in ("X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme", "X-Forwarded-Host $host"):
        assert f"proxy_set_header {header};" in nginx


def test_the_container_has_what_bin_setup_installs():
    serving = re.search(r'^SERVING="([^"]+)"', (ROOT / "bin/setup").read_text("utf-8"), re.MULTILINE)[1].split()
    for name in ("deploy/Containerfile", "docs/self-hosting.md"):
        assert [package for package in serving if package not in (ROOT / name).read_text("utf-8")] == [], name
    assert "\nUSER crmlite\n" in text("Containerfile")
