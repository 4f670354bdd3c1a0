"""Setting up pipelines: stages added, moved, renamed and taken away, and what stays because deals are there."""

import re

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crmlite.extensions import db
from crmlite.pipeline.models import Pipeline, Stage
from tests.typed import typed


def form_of(stage, path="/deals/pipelines/new"):
    client = stage.client("manager")
    return client, MultiDict(typed(client.get(path).text, path))


def stages_of(stage, pipeline_id) -> list[tuple]:
    with stage.app.app_context():
        query = sa.select(Stage).where(Stage.pipeline_id == pipeline_id).order_by(Stage.position)
        return [(s.name, s.kind, s.probability_bp, s.stale_days) for s in db.session.scalars(query)]


def test_the_usual_stages_are_there_to_begin_with(stage):
    client, data = form_of(stage)
    answer = client.post("/deals/pipelines/new", data=data)
    assert answer.status_code == 303, answer.text
    pipeline_id = int(re.search(r"pipeline=(\d+)", answer.headers["Location"])[1])
    assert stages_of(stage, pipeline_id)[0] == ("New", "open", 1000, 14)
    assert [(kind, chance) for _name, kind, chance, _days in stages_of(stage, pipeline_id)[-2:]] == [
        ("won", 10_000), ("lost", 0),
    ]  # fmt: skip


def test_rows_are_added_moved_and_taken_away_before_anything_is_saved(stage):
    client, data = form_of(stage)
    data.setlist("_do", ["down 0"])
    page = client.post("/deals/pipelines/new", data=data).text
    names = re.findall(r'name="stages-\d+-name"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="stages-\d+-name"', page)
    assert [a or b for a, b in names][:2] == ["In talks", "New"]
    data.setlist("_do", ["remove 0"])
    page = client.post("/deals/pipelines/new", data=data).text
    assert 'value="New"' not in page
    data.setlist("_do", ["add"])
    assert "stages-6-name" in client.post("/deals/pipelines/new", data=data).text
    for nonsense in ("up 99", "up x", "remove 4", "down 3", "fly 1", "remove ²"):
        data.setlist("_do", [nonsense])
        assert client.post("/deals/pipelines/new", data=data).status_code == 200


def test_changing_keeps_who_is_known_and_deals_stay_where_they_are(stage):
    path = f"/deals/pipelines/{stage.ids['pipeline']}"
    client, data = form_of(stage, path)
    data["stages-0-name"], data["stages-0-probability_bp"], data["stages-0-stale_days"] = "Fresh", "12.5 %", ""
    answer = client.post(path, data=data)
    assert answer.status_code == 303, answer.text
    assert stages_of(stage, stage.ids["pipeline"])[0] == ("Fresh", "open", 1250, None)
    with stage.app.app_context():
        assert db.session.get_one(Stage, stage.ids["stage.first"]).name == "Fresh"
    assert "zcsellerdealqx" in client.get("/deals/board").text


def test_a_stage_with_deals_stays(stage):
    path = f"/deals/pipelines/{stage.ids['pipeline']}"
    client, data = form_of(stage, path)
    for key in [key for key in data if key.startswith("stages-0-")]:
        del data[key]
    answer = client.post(path, data=data)
    assert answer.status_code == 422
    assert "New" in answer.text
    assert client.post(f"{path}/remove").status_code == 409
    assert len(stages_of(stage, stage.ids["pipeline"])) == 5


def test_a_pipeline_without_deals_goes_and_comes_back(stage):
    client = stage.client("manager")
    assert client.post(f"/deals/pipelines/{stage.ids['pipeline.empty']}/remove").status_code == 303
    page = client.get("/deals/pipelines").text
    assert "Renewals" not in page.replace("Renewals was removed", "")
    undo = re.search(r"/records/undo/\d+", page)[0]
    client.post(undo)
    assert "Renewals" in client.get("/deals/pipelines").text
    with stage.app.app_context():
        assert [s.kind for s in db.session.get_one(Pipeline, stage.ids["pipeline.empty"]).stages] == [
            "open",
            "won",
            "lost",
        ]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("stages-0-name", " "), ("stages-0-probability_bp", "120"), ("stages-0-stale_days", "0"),
     ("stages-0-probability_bp", "half"), ("stages-5-kind", "won"), ("stages-4-kind", "open")],
)  # fmt: skip
def test_nonsense_is_a_sentence_and_nothing_is_lost(stage, field, value):
    client, data = form_of(stage)
    data[field] = value
    answer = client.post("/deals/pipelines/new", data=data)
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text
    assert "Agreed in principle" in answer.text


def test_a_seller_cannot_take_back_what_a_manager_set_up(stage):
    with stage.writes("seller"):  # as if by an old right
        Pipeline.create(
            "Mine",
            [{"name": n, "kind": k, "probability_bp": 0} for n, k in (("A", "open"), ("B", "won"), ("C", "lost"))],
        )
        from crmlite import journal

        operation = journal.operation()
    assert stage.client("seller").post(f"/records/undo/{operation}").status_code == 403
