"""/deals/pipelines: how deals come about here, set up by those who manage."""

import sqlalchemy as sa
from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite.extensions import db
from crmlite.pipeline import setup, stages
from crmlite.pipeline.models import Pipeline, StageInUse
from crmlite.pipeline.setup import PipelineForm
from crmlite.pipeline.types import may_edit_pipelines
from crmlite.pipeline.views import bp
from crmlite.web import go, outcome, render, undo_url

HERE = "/deals/pipelines"


@bp.get("/pipelines")
def pipelines() -> Response:
    _require()
    return render("deals/pipelines/index.html", pipelines=stages.pipelines().values())


@bp.get("/pipelines/new")
def new_pipeline() -> Response:
    _require()
    return render("deals/pipelines/edit.html", "form", pipeline=None, form=setup.starter())


@bp.post("/pipelines/new")
def create_pipeline() -> Response:
    _require()
    if action := request.form.get("_do"):
        return render("deals/pipelines/edit.html", "form", pipeline=None, form=_rearranged(action))
    form = PipelineForm(request.form)
    if not form.validate():
        return render("deals/pipelines/edit.html", "form", pipeline=None, form=form, status=422)
    pipeline = Pipeline.create(form.name.data, form.rows())
    db.session.commit()
    return go(f"/deals/board?pipeline={pipeline.id}", _("%(name)s was added.", name=pipeline.name), undo_url())


@bp.get("/pipelines/<int:pipeline_id>")
def edit_pipeline(pipeline_id: int) -> Response:
    pipeline = _found(pipeline_id)
    return render("deals/pipelines/edit.html", "form", pipeline=pipeline, form=setup.form_of(pipeline))


@bp.post("/pipelines/<int:pipeline_id>")
def save_pipeline(pipeline_id: int) -> Response:
    pipeline = _found(pipeline_id)
    if action := request.form.get("_do"):
        return render("deals/pipelines/edit.html", "form", pipeline=pipeline, form=_rearranged(action))
    form = PipelineForm(request.form)
    if not form.validate():
        return render("deals/pipelines/edit.html", "form", pipeline=pipeline, form=form, status=422)
    try:
        pipeline.change(form.name.data, form.rows())
    except StageInUse as error:
        db.session.rollback()
        form.name.errors = [_in_use(error)]
        return render("deals/pipelines/edit.html", "form", pipeline=pipeline, form=form, status=422)
    db.session.commit()
    return go(HERE, *outcome(_("%(name)s was saved.", name=pipeline.name)))


@bp.post("/pipelines/<int:pipeline_id>/remove")
def remove_pipeline(pipeline_id: int) -> Response:
    pipeline = _found(pipeline_id)
    try:
        pipeline.remove()
    except StageInUse as error:
        db.session.rollback()
        raise Conflict(_in_use(error)) from None
    db.session.commit()
    return go(HERE, _("%(name)s was removed.", name=pipeline.name), undo_url())


def _require() -> None:
    if not may_edit_pipelines(g.user):
        raise Forbidden


def _found(pipeline_id: int) -> Pipeline:
    _require()
    query = sa.select(Pipeline).where(Pipeline.id == pipeline_id)
    pipeline: Pipeline | None = db.session.scalar(query.with_for_update() if request.method == "POST" else query)
    if pipeline is None:
        raise NotFound
    return pipeline


def _rearranged(action: str) -> PipelineForm:
    return PipelineForm(setup.rearranged(request.form, action))


def _in_use(error: StageInUse) -> str:
    return _(
        "Deals are, or were, in the stage “%(stage)s”, so it stays. Move them to another stage first, also those in the trash.",
        stage=error.stage.name,
    )
