-- A file is a document: the source text, and beside it everything else that reads back whole, compressed with the text as a
-- dictionary, for that says most of it. What questions match, order by or count stays in columns. Nothing that a document says is
-- stored again: what a file offers, names in full, the sites of edges and the bodies of imports are read from it.
--
-- Blobs are compressed by the program, on every core, and left alone here.
CREATE TABLE document (
    file UINTEGER NOT NULL,
    source BLOB NOT NULL USING COMPRESSION uncompressed,
    records BLOB NOT NULL USING COMPRESSION uncompressed
);

ALTER TABLE symbol RENAME TO former_symbol;
CREATE TABLE symbol (
    file UINTEGER NOT NULL,
    number UINTEGER NOT NULL,
    kind UTINYINT NOT NULL,
    name VARCHAR NOT NULL,
    -- A digest of the logical name, where that is another.
    logical_name UINTEGER,
    -- The number of the parent.
    parent UINTEGER,
    first UINTEGER NOT NULL,
    last UINTEGER NOT NULL
);

-- The keys of both have 24 bits: a collision costs work, no more.
DROP TABLE offer;
CREATE TABLE offer (key UINTEGER NOT NULL, file UINTEGER NOT NULL);

-- What follows from the rest is made again by the session that migrates: a file without a resolution is to be resolved.
DROP TABLE asked;
CREATE TABLE asked (key UINTEGER NOT NULL, file UINTEGER NOT NULL);

DROP TABLE edge;
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
    -- The last name of a target elsewhere.
    name VARCHAR
);

DROP TABLE import;
CREATE TABLE import (
    file UINTEGER NOT NULL,
    ordinal UINTEGER NOT NULL,
    -- 0 into a file, 1 out of the repository, 2 where no one can tell.
    reach UTINYINT NOT NULL,
    target UINTEGER,
    module VARCHAR NOT NULL
);

-- How many edges came out of a file's resolution, and what its uses and imports mean.
DROP TABLE resolution;
CREATE TABLE resolution (
    file UINTEGER NOT NULL,
    edges UINTEGER NOT NULL,
    resolved UINTEGER NOT NULL,
    meanings BLOB NOT NULL USING COMPRESSION uncompressed
);

-- The program makes documents of what was stored in rows, and drops `content`, `documentation` and `former_symbol`.
