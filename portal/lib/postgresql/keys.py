"""Keys to other tables that PostgreSQL asks once a statement, for a table that is filled many rows at a time."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, models

from portal.lib.constraints import TriggerConstraint


class KeysAtOnce(TriggerConstraint):
    """Foreign keys asked once a statement instead of with each row: `KeysAtOnce("post", "shift", name="passage_keys")`.

    They promise what Django's keys promise, in whose place they stand: whom a new row names is there, and is held until the
    transaction ends; whom a row names is neither deleted nor renumbered, as is asked at the end of the transaction. A row
    that is changed is not asked again: for tables that are append-only. SQLite keeps Django's keys.
    """

    ASKED = """IF EXISTS (SELECT FROM (SELECT DISTINCT {column} AS key FROM fresh WHERE {column} IS NOT NULL) AS named
        WHERE NOT EXISTS (SELECT FROM {other} WHERE {key} = named.key FOR KEY SHARE))
    THEN RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', MESSAGE = '{name}: {column}'; END IF;"""
    HELD = """CREATE OR REPLACE FUNCTION portal_key_held() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE key text := to_jsonb(OLD) ->> TG_ARGV[2]; held boolean; BEGIN
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I = %L) AND NOT EXISTS (SELECT FROM %I WHERE %I = %L)',
            TG_ARGV[0], TG_ARGV[1], key, TG_TABLE_NAME, TG_ARGV[2], key) INTO held;
        IF held THEN RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', MESSAGE = TG_NAME; END IF;
        RETURN NULL; END $$"""
    # Django's own, whatever it called them.
    DROPPED = """DO $$ DECLARE found text; BEGIN
        FOR found IN SELECT conname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND conkey = ARRAY[attnum]
            WHERE contype = 'f' AND conrelid = '{table}'::regclass AND attname IN ({columns})
        LOOP EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', found); END LOOP; END $$"""

    def __init__(self, *fields: str, name: str) -> None:
        super().__init__(name=name)
        self.fields = fields

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, _, kwargs = super().deconstruct()
        return path, self.fields, kwargs

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """Forms ask each key themselves."""

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        """The triggers go, and Django's keys come back."""
        made = [f"DROP FUNCTION {self._function} CASCADE"]
        for field in self._keys(model):
            made.append(f"DROP TRIGGER {self.name}_{field.column} ON {field.target_field.model._meta.db_table}")
            made.append(str(schema_editor._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s")))
        return ";\n".join(made)

    def triggers(self, model: type[models.Model], editor: Any) -> list[str]:
        if editor.connection.vendor != "postgresql":
            return []
        table, keys = model._meta.db_table, self._keys(model)
        columns = ", ".join(f"'{key.column}'" for key in keys)
        made = [self.DROPPED.format(table=table, columns=columns), self._asks(keys), self.HELD]
        made.append(
            f"CREATE TRIGGER {self.name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {self._function}()"
        )
        return made + [self._holds(table, key) for key in keys]

    @property
    def _function(self) -> str:
        return f"portal_{self.name}"

    def _keys(self, model: type[models.Model]) -> list[Any]:
        return [model._meta.get_field(name) for name in self.fields]

    def _asks(self, keys: list[Any]) -> str:
        asked = " ".join(self.ASKED.format(name=self.name, column=key.column, **_other(key)) for key in keys)
        return (
            f"CREATE OR REPLACE FUNCTION {self._function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {asked} RETURN NULL; END $$"
        )

    def _holds(self, table: str, key: Any) -> str:
        other = _other(key)
        return (
            f"CREATE CONSTRAINT TRIGGER {self.name}_{key.column} AFTER DELETE OR UPDATE OF {other['key']} ON {other['other']} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
            f"EXECUTE FUNCTION portal_key_held('{table}', '{key.column}', '{other['key']}')"
        )


def _other(key: Any) -> dict[str, str]:
    return {"other": key.target_field.model._meta.db_table, "key": key.target_field.column}
