"""What is under /contacts."""

from crmlite.contacts.views import roles
from crmlite.contacts.views.contacts import bp

__all__ = ["bp", "roles"]
