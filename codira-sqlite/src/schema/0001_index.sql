-- The first schema.
--
-- A store of documents with inverted lists: each file is a row of what runs look at, a row of blobs that hold what was said of it, and
-- a row of what came of resolving it. Lists lead from keys to files. Forms are those of `forms` and `postings`.
--
-- No declared foreign keys: the session deletes by file, and a check on each row would only repeat that.

-- The one row that says what is true of the index as a whole.
CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL,
    backend TEXT NOT NULL,
    version TEXT NOT NULL,
    coverage INTEGER NOT NULL,
    -- The analyzer inventory, sorted by tool.
    analyzers BLOB NOT NULL
) STRICT;

-- A file keeps its number when it is put again, so that what leads to it stays right.
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    analyzer TEXT NOT NULL,
    analyzer_version TEXT NOT NULL,
    language TEXT NOT NULL,
    module TEXT NOT NULL,
    symbols INTEGER NOT NULL,
    imports INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    "references" INTEGER NOT NULL,
    documentation INTEGER NOT NULL,
    doc_issues INTEGER NOT NULL
) STRICT;
-- Which files of a language have issues, and how many: one look tells whether there is maintenance to do.
CREATE INDEX file_doc_issues ON file (language, doc_issues) WHERE doc_issues > 0;

-- What was put, but for documentation issues. The outline lies first, and is read alone.
CREATE TABLE document (
    file INTEGER PRIMARY KEY,
    outline BLOB NOT NULL,
    content BLOB NOT NULL
) STRICT;

-- Documentation issues of the files that have some: removed without touching the rest.
CREATE TABLE doc_issue (
    file INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;

-- What came of a file's resolution; how many edges, and how many of them resolved.
CREATE TABLE resolution (
    file INTEGER PRIMARY KEY,
    edges INTEGER NOT NULL,
    resolved INTEGER NOT NULL,
    meanings BLOB NOT NULL
) STRICT;

-- Segments of inverted lists, and how many pairs of key and file each holds.
CREATE TABLE segment (
    id INTEGER PRIMARY KEY,
    pairs INTEGER NOT NULL
) STRICT;
-- The blocks of all segments: the id is the segment's shifted by 32 bits, plus the first key.
CREATE TABLE posting (
    id INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE spec (
    id INTEGER PRIMARY KEY,
    engine TEXT NOT NULL,
    engine_version TEXT NOT NULL,
    model TEXT NOT NULL,
    model_version TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    precision INTEGER NOT NULL,
    -- How many embeddings there are; counted when a session commits that touched any.
    computed INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0,
    UNIQUE (engine, engine_version, model, model_version, dimension, precision)
) STRICT;
-- Rows of one spec lie together: the id is the spec's shifted by 40 bits, plus a running number. `owner` is the id in the file
-- of a symbol, or of a documentation unit where `documents` is 1.
CREATE TABLE vector (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    owner TEXT NOT NULL,
    documents INTEGER NOT NULL,
    text_hash BLOB NOT NULL,
    numbers BLOB NOT NULL
) STRICT;
CREATE INDEX vector_owner ON vector (file, owner);
CREATE INDEX vector_text ON vector (text_hash);
-- Texts that wait for their vector.
CREATE TABLE pending (
    spec INTEGER NOT NULL,
    file INTEGER NOT NULL,
    owner TEXT NOT NULL,
    documents INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (file, owner, spec)
) STRICT;
CREATE INDEX pending_spec ON pending (spec);

-- "codi" in ASCII.
PRAGMA application_id = 1668244585;
PRAGMA user_version = 1;
