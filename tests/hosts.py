"""Several servers as on several machines: each with an instance folder of its own, one database, one folder for files, nginx in front."""

import contextlib
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.ports import free_port
from tests.test_serve import Server

NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 26m;
    upstream crmlite {{ {servers} keepalive 16; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://crmlite;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
            add_header X-Host $upstream_addr always;
        }}
    }}
}}
"""


@contextlib.contextmanager
def serving(hosts: int, environment: Mapping[str, str], folder: Path) -> Iterator[str]:
    """So many hosts; the address of nginx, which asks them in turn."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if nginx is None:
        pytest.skip("no nginx is installed (Debian's package nginx-light)")
    port, secret = free_port(), secrets.token_urlsafe(48)
    servers = []
    for number in range(hosts):
        own = {
            "CRMLITE_INSTANCE": str(folder / f"host{number}"),
            "CRMLITE_FILES_FOLDER": str(folder / "shared"),
            "CRMLITE_SECRET_KEY": secret,
            "CRMLITE_PUBLIC_URL": f"http://localhost:{port}",
            "CRMLITE_PROXIES": "1",
        }
        servers.append(Server({**environment, **own}))
        servers[-1].wait_for(200)
    conf = folder / "nginx.conf"
    listed = " ".join(f"server 127.0.0.1:{server.port};" for server in servers)
    conf.write_text(NGINX.format(folder=folder, servers=listed, port=port))
    front = subprocess.Popen([nginx, "-c", str(conf), "-e", str(folder / "error.log")])
    url = f"http://localhost:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        front.terminate()
        front.wait(60)
        for server in servers:
            server.close()


def _wait_for(url: str) -> None:
    for _try in range(1200):
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/health").status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not answer")
