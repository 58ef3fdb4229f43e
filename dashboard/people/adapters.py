"""Where Parzen has a say in what allauth does with accounts."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from dashboard.web.requests import address_of

NOWHERE = "0.0.0.0"  # noqa: S104 (an address that is none, nothing listens there)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # no types
    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return bool(settings.OPEN_SIGN_UP)

    def pre_authenticate(self, _request: HttpRequest, **_credentials: object) -> None:
        """Without allauth's count of wrong passwords: django-axes has one that all processes share."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or NOWHERE


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # no types
    def is_open_for_signup(self, _request: HttpRequest, _sociallogin: object) -> bool:
        """The provider has decided."""
        return True
