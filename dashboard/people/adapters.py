"""Where Parzen has a say in what allauth does with accounts."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from dashboard.web.requests import address_of

NOWHERE = "0.0.0.0"  # noqa: S104 (an address that is none, nothing listens there)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # no types
    # In the words of the other pages.
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is deactivated. Ask an administrator.",
        "username_password_mismatch": "The username or password is not correct.",
        "email_password_mismatch": "The email address or password is not correct.",
        "email_taken": "Another account has this email address.",
        "duplicate_email": "Your account already has this email address.",
        "enter_current_password": "Enter your current password.",
        "incorrect_code": "This code is not correct.",
        "incorrect_password": "This password is not correct.",
        "invalid_or_expired_key": "This key is not valid, or has expired.",
        "invalid_password_reset": "This link is not valid. Request a new one.",
        "rate_limited": "Too many requests. Wait a minute, then try again.",
        "too_many_login_attempts": "Too many failed sign-ins. Wait 15 minutes, then try again.",
        "unverified_primary_email": "Confirm your primary email address first.",
        "username_blacklisted": "This username cannot be used. Choose another one.",
    }

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
