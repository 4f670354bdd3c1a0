"""An app beside the renderer that all tests share."""

import pytest

from crmlite import create_app


@pytest.fixture
def app(renderer, tmp_path):
    app = create_app({"instance": str(tmp_path / "instance")})
    renderer.serve(app)
    with app.app_context():
        yield app
