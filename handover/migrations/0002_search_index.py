"""The index over the search table.

SQLite drops triggers when a later migration remakes a table: one that alters SearchEntry there has to
make these again.
"""

from django.db import migrations

# The tokens are letters and digits already, so no parser is asked what a word is.
POSTGRESQL = [
    """
    ALTER TABLE handover_searchentry ADD COLUMN tokens tsvector
    GENERATED ALWAYS AS (array_to_tsvector(array_remove(string_to_array(text, ' '), ''))) STORED
    """,
    "CREATE INDEX search_by_token ON handover_searchentry USING gin (tokens)",
]
SQLITE = [
    """
    CREATE VIRTUAL TABLE handover_searchtoken USING fts5(
        text, content='handover_searchentry', content_rowid='item_id',
        tokenize='unicode61 remove_diacritics 0'
    )
    """,
    """
    CREATE TRIGGER search_entry_added AFTER INSERT ON handover_searchentry BEGIN
        INSERT INTO handover_searchtoken(rowid, text) VALUES (new.item_id, new.text);
    END
    """,
    """
    CREATE TRIGGER search_entry_changed AFTER UPDATE ON handover_searchentry BEGIN
        INSERT INTO handover_searchtoken(handover_searchtoken, rowid, text)
        VALUES ('delete', old.item_id, old.text);
        INSERT INTO handover_searchtoken(rowid, text) VALUES (new.item_id, new.text);
    END
    """,
    """
    CREATE TRIGGER search_entry_removed AFTER DELETE ON handover_searchentry BEGIN
        INSERT INTO handover_searchtoken(handover_searchtoken, rowid, text)
        VALUES ('delete', old.item_id, old.text);
    END
    """,
]


def make_index(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    statements = (
        ["DROP INDEX search_by_token", "ALTER TABLE handover_searchentry DROP COLUMN tokens"]
        if schema_editor.connection.vendor == "postgresql"
        else [
            *(f"DROP TRIGGER search_entry_{event}" for event in ("added", "changed", "removed")),
            "DROP TABLE handover_searchtoken",
        ]
    )
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("handover", "0001_initial")]

    operations = [migrations.RunPython(make_index, drop_index)]
