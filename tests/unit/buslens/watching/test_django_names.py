"""A signal of Django is found where it stands, a model by its id, and an environment is read by its plain values."""

from __future__ import annotations

import io

from django.core import signals
from django.db.models import Model
from django.dispatch import Signal

from buslens.watching.django_names import found_in, model_of, plain_or_class


def test_a_signal_is_called_like_the_module_and_name_that_have_it() -> None:
    assert found_in(signals.request_started) == ("django.core.signals", "request_started")
    assert found_in(Signal()) == ("", "")


def test_a_model_is_known_by_its_id_and_anybody_else_is_not() -> None:
    assert model_of(id(Model)) == "django.db.models.base.Model"
    assert model_of(1) == "that is not known"


def test_of_an_object_only_its_class_is_said() -> None:
    assert [plain_or_class(value) for value in ("GET", 80, None, (1, 0))] == ["GET", 80, None, (1, 0)]
    assert plain_or_class(io.BytesIO()) == "<_io.BytesIO>"
