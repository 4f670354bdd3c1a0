"""The wheel: whoever installs it has templates, static files and translations, without a further step."""

import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parents[1]


def test_the_wheel_holds_what_the_app_reads(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=HERE, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (("crmlite", "crmlite"), ("templates", "crmlite/templates"), ("static", "crmlite/static")):
        wanted = [path for path in (HERE / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert wanted
        assert {f"{inside}/{path.relative_to(HERE / folder)}" for path in wanted} - held == set()
    assert "crmlite/translations/ar/LC_MESSAGES/messages.mo" in held
