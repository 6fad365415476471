"""The search table and its index.

SQLite drops triggers when a later migration remakes a table: one that alters SearchEntry there has to
make these again.
"""

import django.db.models.deletion
from django.db import migrations, models

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
    """The triggers and the column go with the table."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE handover_searchtoken")


class Migration(migrations.Migration):
    dependencies = [("handover", "0004_pattern_skip")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="handover.pendingitem",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunPython(make_index, drop_index),
    ]
