"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from crmlite import config, create_app
from crmlite.backup import in_use
from crmlite.upgrading import guard

entered = in_use.enter(config.instance_folder())
app = create_app()
guard(app)
