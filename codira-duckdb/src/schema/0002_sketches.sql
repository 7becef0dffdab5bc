-- Sketches beside the vectors: a search among many reads a quarter of the bytes. A row holds those of one file, in the order of their
-- owners. The program fills it for vectors that are there. Nothing makes sketches smaller, and trying takes longer than writing them.
CREATE TABLE sketch (
    spec UINTEGER NOT NULL,
    file UINTEGER NOT NULL,
    documents BOOLEAN NOT NULL,
    body BLOB NOT NULL USING COMPRESSION uncompressed
);
