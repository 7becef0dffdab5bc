-- The schema.
--
-- A document store with an inverted index: each file is a row of what runs look at, a row of blobs that hold what was said of it, and
-- a row of what came of resolving it. Posting lists lead from keys to files. Blobs are those of codira-store, which compresses them:
-- DuckDB's own trying took several times as long to write, and to read a few. There are no indexes: a question reads a few narrow
-- columns whole, which for these tables takes less than looking its rows up would save.

-- One row for each migration that was run.
CREATE TABLE schema_version (number UINTEGER NOT NULL);

-- The one row that says what is true of the index as a whole.
CREATE TABLE state (
    generation UBIGINT NOT NULL,
    backend VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    -- The inventory of the run, and by which rules edges were derived.
    run BLOB NOT NULL
);

-- A file keeps its number when it is put again, so that what leads to it stays right.
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

-- What was put, but for documentation issues.
CREATE TABLE document (
    file UINTEGER NOT NULL,
    outline BLOB NOT NULL USING COMPRESSION uncompressed,
    content BLOB NOT NULL USING COMPRESSION uncompressed
);

-- Documentation issues of the files that have some.
CREATE TABLE doc_issue (
    file UINTEGER NOT NULL,
    body BLOB NOT NULL USING COMPRESSION uncompressed
);

-- What came of a file's resolution; how many edges, and how many of them resolved.
CREATE TABLE resolution (
    file UINTEGER NOT NULL,
    edges UINTEGER NOT NULL,
    resolved UINTEGER NOT NULL,
    resolved_uses BLOB NOT NULL USING COMPRESSION uncompressed
);

-- Segments of posting lists, and how many pairs of key and file each holds.
CREATE TABLE segment (
    id UINTEGER NOT NULL,
    pairs UBIGINT NOT NULL
);
-- The blocks of all segments, by their first keys.
CREATE TABLE posting (
    segment UINTEGER NOT NULL,
    first UINTEGER NOT NULL,
    body BLOB NOT NULL USING COMPRESSION uncompressed
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
-- The embeddings of a file and a spec.
CREATE TABLE embedding (
    spec UINTEGER NOT NULL,
    file UINTEGER NOT NULL,
    computed UINTEGER NOT NULL,
    pending UINTEGER NOT NULL,
    quantized BLOB NOT NULL USING COMPRESSION uncompressed,
    vectors BLOB NOT NULL USING COMPRESSION uncompressed,
    owners BLOB NOT NULL USING COMPRESSION uncompressed
);
