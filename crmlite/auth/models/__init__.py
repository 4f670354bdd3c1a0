"""Users, teams, roles with grants, members of records, sessions, throttles, and the organisation."""

from crmlite.auth.models.absences import Absence
from crmlite.auth.models.device_passwords import DevicePassword
from crmlite.auth.models.invitations import Invitation
from crmlite.auth.models.members import Member, Preference
from crmlite.auth.models.organisation import Organisation
from crmlite.auth.models.resets import PasswordReset
from crmlite.auth.models.second_factors import RecoveryCode, SecondFactor
from crmlite.auth.models.sessions import Throttle, UserSession, hash_secret
from crmlite.auth.models.users import ACTIONS, SCOPES, Grant, Role, Team, User, Viewer

__all__ = [
    "ACTIONS",
    "SCOPES",
    "Absence",
    "DevicePassword",
    "Grant",
    "Invitation",
    "Member",
    "Organisation",
    "PasswordReset",
    "Preference",
    "RecoveryCode",
    "Role",
    "SecondFactor",
    "Team",
    "Throttle",
    "User",
    "UserSession",
    "Viewer",
    "hash_secret",
]
