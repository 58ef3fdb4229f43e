"""The web server's entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
application = get_wsgi_application()


def _compile_templates() -> None:
    """Each is compiled once by a process: at its start, so that no visitor waits for it."""
    from django.template import Engine  # noqa: PLC0415 (the settings have to be there)

    from dashboard.web.bundles import template_names  # noqa: PLC0415

    for name in template_names():
        Engine.get_default().get_template(name)


_compile_templates()
