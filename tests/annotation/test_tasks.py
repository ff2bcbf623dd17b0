"""Tasks to documents: which annotation is taken, what a task must hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from annotation.problems import Problem
from annotation.regions import to_result
from annotation.tasks import prediction, read_task, task_data
from data.document import Document, Relation, Span
from tests.data.strategies import documents

TEXT = "قُتل طفلان في قصف"


def marks(start: int, end: int, label: str) -> list[dict[str, Any]]:
    value = {"start": start, "end": end, "labels": [label]}
    return [{"id": "r", "type": "labels", "value": value}]


DEATH, VICTIM, ATTACK = marks(0, 4, "DEATH"), marks(5, 10, "VICTIM"), marks(14, 17, "ATTACK")


def annotation(result: Any = (), **changes: Any) -> dict[str, Any]:
    return {"id": 1, "completed_by": 1, "result": list(result), "was_cancelled": False,
            "ground_truth": False, "updated_at": "2026-02-01T10:00:00Z", **changes}


def task(*annotations: Any, **data: Any) -> dict[str, Any]:
    return {"id": 7, "data": {"text": TEXT, **data}, "annotations": list(annotations)}


def labels(body: Any, annotator: str | None = None) -> list[str]:
    document, _ = read_task(body, annotator)
    assert document is not None
    return [s.label for s in document.spans]


@given(documents())
def test_there_and_back(document: Document) -> None:
    body = {"id": 1, "data": task_data(document), "annotations": [annotation(to_result(document))]}
    assert read_task(body) == (document, [])


def test_the_last_updated_annotation_is_taken_and_the_others_named() -> None:
    body = task(annotation(DEATH, id=1, updated_at="2026-02-01T10:00:00Z"),
                annotation(VICTIM, id=2, updated_at="2026-02-01T12:00:00+01:00"),  # 11:00 UTC
                annotation(ATTACK, id=3, updated_at="2026-01-31T23:59:59.999999Z"))
    document, problems = read_task(body)
    assert document is not None
    assert [s.label for s in document.spans] == ["VICTIM"]
    (problem,) = problems
    assert (problem.kind, problem.task, problem.value) == ("noted", "7", ["1", "3"])


def test_ground_truth_goes_before_later_ones() -> None:
    body = task(annotation(DEATH, id=1, ground_truth=True),
                annotation(VICTIM, id=2, updated_at="2027-01-01T00:00:00Z"))
    assert labels(body) == ["DEATH"]


def test_times_may_be_missing_or_without_a_zone() -> None:
    body = task(annotation(DEATH, id=1, updated_at=None),
                annotation(VICTIM, id=2, updated_at="2026-02-01T10:00:00"))
    assert labels(body) == ["VICTIM"]


def test_a_cancelled_annotation_is_passed_over() -> None:
    body = task(annotation(DEATH, ground_truth=True, was_cancelled=True), annotation(VICTIM, id=2))
    document, problems = read_task(body)
    assert document is not None
    assert [s.label for s in document.spans] == ["VICTIM"]
    assert [(p.kind, p.value) for p in problems] == [("noted", 1)]


@pytest.mark.parametrize("body", [task(), task(annotation(DEATH, was_cancelled=True)),
                                  {"id": 7, "data": {"text": TEXT}}])
def test_what_nobody_annotated_is_left_out_and_that_is_no_failure(body: Any) -> None:
    document, problems = read_task(body)
    assert document is None
    assert {p.kind for p in problems} == {"noted"}
    assert problems[-1].reason == "left out: not annotated"


def test_an_annotation_without_marks_is_a_document_without_spans() -> None:
    assert labels(task(annotation())) == []


@pytest.mark.parametrize("who", [5, "5", {"id": 5, "email": "b@example.org"}])
def test_an_annotator_is_known_by_number(who: Any) -> None:
    body = task(annotation(DEATH), annotation(VICTIM, completed_by=who))
    assert labels(body, "5") == ["VICTIM"]
    assert labels(body, "1") == ["DEATH"]


def test_an_annotator_is_known_by_address() -> None:
    body = task(annotation(DEATH), annotation(
        VICTIM, completed_by={"id": 5, "email": "b@example.org"}))
    assert labels(body, "b@example.org") == ["VICTIM"]
    document, problems = read_task(body, "nobody@example.org")
    assert document is None
    assert "by that annotator" in problems[-1].reason


def test_predictions_and_drafts_are_not_read() -> None:
    body = {**task(), "predictions": [{"result": DEATH}], "drafts": [{"result": DEATH}]}
    assert read_task(body)[0] is None


@pytest.mark.parametrize(("body", "reason", "value"), [
    (None, "malformed task", None),
    ({"id": 3, "text": TEXT}, "malformed task", "data: Field required"),
    ({"id": 3, "data": []}, "malformed task", "data: Input should be a valid dictionary"),
    ({"id": 3, "data": {"Text": TEXT}, "annotations": [annotation()]}, "data.text is missing",
     ["Text"]),
    ({"id": 3, "data": {"text": ""}, "annotations": [annotation()]}, "data.text is empty",
     ["text"]),
    ({"id": 3, "data": {"text": " \n\u00a0"}, "annotations": [annotation()]},
     "data.text is empty", ["text"]),
    ({"id": 3, "data": {"text": 5}, "annotations": [annotation()]}, "data.text is not text",
     ["text"]),
    ({"data": {"text": TEXT}, "annotations": [annotation()]}, "neither data.id", None),
])
def test_a_task_that_cannot_be_used(body: Any, reason: str, value: Any) -> None:
    document, problems = read_task(body)
    assert document is None
    (problem,) = [p for p in problems if p.kind == "refused"]
    assert reason in problem.reason
    if value is not None:
        assert problem.value == value
        assert problem.task in ("3", "")


def test_a_malformed_annotation_costs_only_itself() -> None:
    body = task(annotation(DEATH), {"id": 2, "result": "none"}, "junk")
    document, problems = read_task(body)
    assert document is not None
    assert len(document.spans) == 1
    assert [p.reason for p in problems] == ["malformed annotation"] * 2


@pytest.mark.parametrize(("data", "id"), [
    ({"id": "r1"}, "r1"), ({"id": 12}, "12"), ({}, "7"), ({"id": None}, "7"), ({"id": ""}, "7"),
])
def test_the_documents_id(data: dict[str, Any], id: str) -> None:
    document, problems = read_task(task(annotation(), **data))
    assert document is not None
    assert document.id == id
    assert problems == []


@pytest.mark.parametrize(("key", "value"), [
    ("published", "4 May 2016"), ("published", "2016-02-30"), ("published", 2016),
    ("source", ["a"]), ("id", ["a"]),
])
def test_bad_provenance_is_reported_and_the_marks_are_kept(key: str, value: Any) -> None:
    document, problems = read_task(task(annotation(DEATH), **{key: value}))
    assert document is not None
    assert [s.label for s in document.spans] == ["DEATH"]
    assert (document.published, document.source, document.id) == (None, None, "7")
    assert [(p.kind, p.value) for p in problems] == [("refused", value)]


def test_other_keys_are_left_alone() -> None:
    body = task(annotation(), published="2016", source="جريدة", url="https://example.org", n=1)
    document, problems = read_task({**body, "meta": {}, "inner_id": 4})
    assert document == Document("7", TEXT, published="2016", source="جريدة")
    assert problems == []


def test_scores_of_accepted_predictions_are_no_part_of_the_document() -> None:
    result = [{**DEATH[0], "score": 0.4, "origin": "prediction"}]
    document, _ = read_task(task(annotation(result)))
    assert document is not None
    assert document.spans[0].score is None


def test_a_predictions_score_is_the_mean_over_its_spans() -> None:
    document = Document(
        "d", TEXT, (Span("a", "DEATH", 0, 4, 0.9), Span("b", "VICTIM", 5, 10, 0.6)),
        (Relation("victim", "a", "b", 0.3),),
    )
    body = prediction(document, "m1")
    assert body["score"] == 0.75
    assert body["model_version"] == "m1"
    assert [r.get("score") for r in body["result"]] == [0.9, 0.6, None]
    assert {r["origin"] for r in body["result"] if r["type"] == "labels"} == {"prediction"}
    assert prediction(Document("d", TEXT), "m1")["score"] == 1.0


def test_a_problem_tells_where_it_was_found() -> None:
    problem = Problem("refused", "out of range", "a.json", "7", "r1", (1, 2))
    assert str(problem) == "a.json, task 7, r1: out of range; got (1, 2)"
