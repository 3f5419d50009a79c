"""Column types that Django does not bring."""

import pytest
from django.core import serializers
from django.db import connection

from registry.models import Submission

TOLD = {"household": {"address": "Ha Mantša", "rooms": 2}, "members": [{"surname": None}, {}]}


@pytest.mark.parametrize("told", [TOLD, {}, [], "a text", '{"looks": "like a document"}', 7, None])
def test_a_document_kept_as_text_is_the_same_after_it_was_written_out_and_read_in(told):
    written = serializers.serialize("json", [Submission(payload=told)], fields=["payload"])

    (read,) = serializers.deserialize("json", written)

    assert read.object.payload == told


@pytest.mark.parametrize("told", [TOLD, {}, "a text", 7])
def test_a_document_kept_as_text_comes_back_from_the_database_as_it_was(told):
    field = Submission._meta.get_field("payload")
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text", [field.get_prep_value(told)])
        (kept,) = cursor.fetchone()

    assert field.from_db_value(kept, None, connection) == told
