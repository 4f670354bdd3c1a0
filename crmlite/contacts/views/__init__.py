"""What is under /contacts."""

from crmlite.contacts.views import consents, roles
from crmlite.contacts.views.contacts import bp

__all__ = ["bp", "consents", "roles"]
