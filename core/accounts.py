"""How people sign in: by e-mail address; nobody signs themselves up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class NoSignUpAdapter(DefaultAccountAdapter):
    """Users are made by an administrator and receive their roles by appointment."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
