"""Users, teams, roles with grants, members of records, sessions, throttles, and the organisation."""

from crmlite.auth.models.absences import Absence
from crmlite.auth.models.members import Member, Preference
from crmlite.auth.models.organisation import Organisation
from crmlite.auth.models.sessions import Throttle, UserSession, hash_secret
from crmlite.auth.models.users import ACTIONS, SCOPES, Grant, Role, Team, User, Viewer

__all__ = [
    "ACTIONS",
    "SCOPES",
    "Absence",
    "Grant",
    "Member",
    "Organisation",
    "Preference",
    "Role",
    "Team",
    "Throttle",
    "User",
    "UserSession",
    "Viewer",
    "hash_secret",
]
