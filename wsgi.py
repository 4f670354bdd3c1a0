"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from crmlite import config, create_app
from crmlite.backup import in_use

entered = in_use.enter(config.instance_folder())
app = create_app()
