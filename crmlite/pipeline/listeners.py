"""An instance that is set up has a pipeline to begin with."""

from typing import Any

from crmlite import events
from crmlite.pipeline.models import Pipeline
from crmlite.pipeline.setup import starter


@events.on(events.ORGANISATION_SET_UP)
def make_first_pipeline(_organisation: Any) -> None:
    """The one that the page for new pipelines offers, in the language of whoever sets it up."""
    form = starter()
    Pipeline.create(form.name.data, form.rows())
