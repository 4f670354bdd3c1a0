"""What marketing may do with imports and exports, where its role was made before there were any"""

from alembic import op

revision = "20261127_17"
down_revision = "20261127_16"

changes = ("grant",)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # killed and tried again, they get the same numbers
        op.execute("SELECT setval(pg_get_serial_sequence('\"grant\"', 'id'), max(id)) FROM \"grant\"")
    for record_type, action in (("import", "view"), ("import", "create"), ("export", "create")):
        op.execute(
            'INSERT INTO "grant" (role_id, record_type, action, scope) '  # noqa: S608 - our own words
            f"SELECT id, '{record_type}', '{action}', 'own' FROM role WHERE name = 'marketing' AND NOT EXISTS "
            f"(SELECT 1 FROM \"grant\" AS known WHERE known.role_id = role.id AND known.record_type = '{record_type}' "
            f"AND known.action = '{action}')"
        )
