-- The first schema.
--
-- What a question matches, orders by or counts is a column; everything else of a record lies in a blob beside it (postcard). Columns of
-- long texts and blobs are compressed with zstd, thousands of rows together; DuckDB chooses for the others. There are no
-- indexes: a question reads a few columns whole, which for these tables takes less than looking its rows up would save.
--
-- A file keeps its number when it is put again, and so does a symbol in its file: edges of other files stay right.
-- `edge`, `import`, `resolution` and `asked` follow from the rest and are rewritten file by file.

-- One row for each migration that was run.
CREATE TABLE schema_version (number UINTEGER NOT NULL);

-- The one row that says what is true of the index as a whole.
CREATE TABLE state (
    generation UBIGINT NOT NULL,
    backend VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    coverage UTINYINT NOT NULL,
    -- The analyzer inventory, sorted by tool.
    analyzers BLOB NOT NULL
);

CREATE TABLE file (
    id UINTEGER NOT NULL,
    path VARCHAR NOT NULL,
    hash BLOB NOT NULL,
    size UBIGINT NOT NULL,
    modified BIGINT NOT NULL,
    analyzer VARCHAR NOT NULL,
    analyzer_version VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    module VARCHAR NOT NULL,
    symbols UINTEGER NOT NULL,
    imports UINTEGER NOT NULL,
    calls UINTEGER NOT NULL,
    "references" UINTEGER NOT NULL,
    documentation UINTEGER NOT NULL,
    doc_issues UINTEGER NOT NULL
);

-- What reads back whole: imports, uses and status; the source text; and what the file offers to the resolution of others.
CREATE TABLE content (
    file UINTEGER NOT NULL,
    rest BLOB NOT NULL USING COMPRESSION zstd,
    source VARCHAR NOT NULL USING COMPRESSION zstd,
    offers BLOB NOT NULL USING COMPRESSION zstd
);

CREATE TABLE symbol (
    file UINTEGER NOT NULL,
    number UINTEGER NOT NULL,
    -- The place in the file's list.
    ordinal UINTEGER NOT NULL,
    stable_id VARCHAR NOT NULL,
    kind UTINYINT NOT NULL,
    name VARCHAR NOT NULL,
    logical_name VARCHAR NOT NULL,
    -- The number of the parent.
    parent UINTEGER,
    first UINTEGER NOT NULL,
    last UINTEGER NOT NULL,
    body BLOB NOT NULL USING COMPRESSION zstd
);

CREATE TABLE edge (
    -- The owner: a symbol's file and number.
    file UINTEGER NOT NULL,
    owner UINTEGER NOT NULL,
    kind UTINYINT NOT NULL,
    -- How far it leads: 0 to a symbol, then the kinds of external things, last what is unresolved.
    reach UTINYINT NOT NULL,
    -- The target where it is a symbol: file and number.
    target_file UINTEGER,
    target UINTEGER,
    -- The target elsewhere: the full text, and its last name.
    text VARCHAR,
    name VARCHAR,
    sites BLOB NOT NULL
);

CREATE TABLE import (
    file UINTEGER NOT NULL,
    ordinal UINTEGER NOT NULL,
    -- 0 into a file, 1 out of the repository, 2 where no one can tell.
    reach UTINYINT NOT NULL,
    target UINTEGER,
    module VARCHAR NOT NULL,
    body BLOB NOT NULL
);

-- How many edges came out of a file's resolution.
CREATE TABLE resolution (
    file UINTEGER NOT NULL,
    edges UINTEGER NOT NULL,
    resolved UINTEGER NOT NULL
);

-- Which files offer something under a key, and which asked for it, by a digest of the key: a collision costs work, no more.
CREATE TABLE offer (key INTEGER NOT NULL, file UINTEGER NOT NULL);
CREATE TABLE asked (key INTEGER NOT NULL, file UINTEGER NOT NULL);

CREATE TABLE documentation (
    file UINTEGER NOT NULL,
    ordinal UINTEGER NOT NULL,
    stable_id VARCHAR NOT NULL,
    -- The number of the symbol.
    owner UINTEGER,
    first UINTEGER NOT NULL,
    last UINTEGER NOT NULL,
    body BLOB NOT NULL USING COMPRESSION zstd
);

CREATE TABLE doc_issue (
    file UINTEGER NOT NULL,
    ordinal UINTEGER NOT NULL,
    rule VARCHAR NOT NULL,
    severity UTINYINT NOT NULL,
    body BLOB NOT NULL USING COMPRESSION zstd
);

CREATE TABLE spec (
    id UINTEGER NOT NULL,
    engine VARCHAR NOT NULL,
    engine_version VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    model_version VARCHAR NOT NULL,
    dimension UINTEGER NOT NULL,
    precision UTINYINT NOT NULL
);

-- `owner` is the id in the file of a symbol, or of a documentation unit where `documents`. Numbers are bytes: they come back bit
-- for bit, and are compared by the contract's own scoring.
CREATE TABLE vector (
    spec UINTEGER NOT NULL,
    file UINTEGER NOT NULL,
    owner VARCHAR NOT NULL,
    documents BOOLEAN NOT NULL,
    text_hash BLOB NOT NULL,
    numbers BLOB NOT NULL
);

-- Texts that wait for their vector.
CREATE TABLE pending (
    spec UINTEGER NOT NULL,
    file UINTEGER NOT NULL,
    owner VARCHAR NOT NULL,
    documents BOOLEAN NOT NULL,
    text VARCHAR NOT NULL
);
