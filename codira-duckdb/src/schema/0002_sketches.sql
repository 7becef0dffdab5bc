-- Sketches beside the vectors: a search among many reads a quarter of the bytes. A row holds some of one file, in the order of their
-- owners. Nothing makes sketches smaller, and trying takes longer than writing them.
CREATE TABLE sketch (
    spec UINTEGER NOT NULL,
    file UINTEGER NOT NULL,
    documents BOOLEAN NOT NULL,
    -- How many owners of the file come before.
    before UINTEGER NOT NULL,
    body BLOB NOT NULL USING COMPRESSION uncompressed
);

-- Numbers are packed, and then left alone: DuckDB's own choice took several times as long to write, and to read a few. The program
-- moves the vectors that are there, and drops the table that they come from.
ALTER TABLE vector RENAME TO former_vector;
CREATE TABLE vector (
    spec UINTEGER NOT NULL,
    file UINTEGER NOT NULL,
    owner VARCHAR NOT NULL,
    documents BOOLEAN NOT NULL,
    text_hash BLOB NOT NULL,
    numbers BLOB NOT NULL USING COMPRESSION uncompressed
);
