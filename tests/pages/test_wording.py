"""Sentences about so many of something."""

import pytest

from core.views.wording import counted


@pytest.mark.parametrize(("count", "told"), [(0, ""), (1, "1 form is not taken in."), (2, "2 forms are not taken in.")])
def test_one_and_several_have_their_own_sentence_and_none_has_none(count, told):
    assert counted(count, "%(n)s form is not taken in.", "%(n)s forms are not taken in.") == told
