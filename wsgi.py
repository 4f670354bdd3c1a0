"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from crmlite import create_app

app = create_app()
