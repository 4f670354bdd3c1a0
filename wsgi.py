"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from crmlite import create_app
from crmlite.upgrading import guard

app = create_app()
guard(app)
