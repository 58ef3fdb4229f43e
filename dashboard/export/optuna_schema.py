"""The tables of Optuna's storage, of versions 3 to 5, as SQLite keeps them."""

SCHEMA, ALEMBIC, LIBRARY = 12, "v3.2.0.a", "5.0.0"


def _rows_of(name: str, key: str, columns: str, owner: str, unique: str) -> str:
    """A table of rows that belong to a trial or a study."""
    table = {"trial_id": "trials", "study_id": "studies"}[owner]
    return (
        f"CREATE TABLE {name} ({key} INTEGER NOT NULL, {columns}, PRIMARY KEY ({key}), "
        f"UNIQUE ({unique}), FOREIGN KEY({owner}) REFERENCES {table} ({owner}))"
    )


STUDIES = (
    "CREATE TABLE studies (study_id INTEGER NOT NULL, study_name VARCHAR(512) NOT NULL, "
    "PRIMARY KEY (study_id))"
)
VERSION_INFO = (
    "CREATE TABLE version_info (version_info_id INTEGER NOT NULL, schema_version INTEGER, "
    "library_version VARCHAR(256), PRIMARY KEY (version_info_id), CHECK (version_info_id=1))"
)
ALEMBIC_VERSION = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
TRIALS = (
    "CREATE TABLE trials (trial_id INTEGER NOT NULL, number INTEGER, study_id INTEGER, "
    "state VARCHAR(8) NOT NULL, datetime_start DATETIME, datetime_complete DATETIME, "
    "PRIMARY KEY (trial_id), FOREIGN KEY(study_id) REFERENCES studies (study_id))"
)
TABLES = (
    *(STUDIES, "CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name)"),
    *(VERSION_INFO, ALEMBIC_VERSION, TRIALS),
    "CREATE INDEX ix_trials_study_id ON trials (study_id)",
    _rows_of(
        "study_directions",
        "study_direction_id",
        "direction VARCHAR(8) NOT NULL, study_id INTEGER NOT NULL, objective INTEGER NOT NULL",
        "study_id",
        "study_id, objective",
    ),
    *(
        _rows_of(
            f"{owner}_{kind}_attributes",
            f"{owner}_{kind}_attribute_id",
            f'{owner}_id INTEGER, "key" VARCHAR(512), value_json TEXT',
            f"{owner}_id",
            f'{owner}_id, "key"',
        )
        for owner in ("study", "trial")
        for kind in ("user", "system")
    ),
    _rows_of(
        "trial_params",
        "param_id",
        "trial_id INTEGER, param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT",
        "trial_id",
        "trial_id, param_name",
    ),
    _rows_of(
        "trial_values",
        "trial_value_id",
        "trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value FLOAT, value_type VARCHAR(7) NOT NULL",
        "trial_id",
        "trial_id, objective",
    ),
    _rows_of(
        "trial_intermediate_values",
        "trial_intermediate_value_id",
        "trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value FLOAT, "
        "intermediate_value_type VARCHAR(7) NOT NULL",
        "trial_id",
        "trial_id, step",
    ),
    _rows_of(
        "trial_heartbeats",
        "trial_heartbeat_id",
        "trial_id INTEGER NOT NULL, heartbeat DATETIME NOT NULL",
        "trial_id",
        "trial_id",
    ),
)
