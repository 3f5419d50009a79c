"""An address that nobody could have been given is not found: it is no fault of ours."""

import pytest

from core.access.roles import Role


@pytest.mark.parametrize(
    "path",
    [
        "/registry/villages/%00/",
        "/eligibility/programmes/%00/",
        "/eligibility/formulas/%00/%00/",
        "/eligibility/households/%00/why/",
        "/eligibility/enrolments/%00/",
        "/eligibility/validation/%00/%00/",
    ],
)
def test_an_address_with_a_null_character_is_not_found(client, make_user, path):
    client.force_login(make_user(Role.SUPERVISOR), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(path).status_code == 404
