-- The first schema.
--
-- What repeats is a number: every name, id and path-like text is kept once in `text`. What a question matches or orders by is
-- a column; everything else of a record lies in a blob beside it (postcard, compressed where that pays). Derived tables (`edge`,
-- `outside`, `import`, `offer`, `offered`, `asked`, `resolution`) follow from the rest and are rewritten file by file.
--
-- No declared foreign keys: the session deletes by file, and a check on each row would only repeat that.

-- The one row that says what is true of the index as a whole.
CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL,
    backend TEXT NOT NULL,
    version TEXT NOT NULL,
    coverage INTEGER NOT NULL,
    -- How many segments of `posting` were ever written.
    segments INTEGER NOT NULL,
    -- The analyzer inventory, sorted by tool.
    analyzers BLOB NOT NULL
) STRICT;

CREATE TABLE text (
    id INTEGER PRIMARY KEY,
    value TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    analyzer INTEGER NOT NULL,
    analyzer_version INTEGER NOT NULL,
    language INTEGER NOT NULL,
    module INTEGER NOT NULL,
    symbols INTEGER NOT NULL,
    imports INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    "references" INTEGER NOT NULL,
    documentation INTEGER NOT NULL,
    doc_issues INTEGER NOT NULL
) STRICT;
CREATE INDEX file_module ON file (module);
-- Which files of a language have issues, and how many: one look tells whether there is maintenance to do.
CREATE INDEX file_doc_issues ON file (language, doc_issues) WHERE doc_issues > 0;

-- What reads back whole: imports, uses and status; and the source text.
CREATE TABLE content (
    file INTEGER PRIMARY KEY,
    records BLOB NOT NULL,
    source BLOB NOT NULL
) STRICT;

-- A symbol keeps its number when its file is put again, so that edges of other files stay right.
CREATE TABLE symbol (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    -- The place in the file's list; `detail` holds the rest of it.
    ordinal INTEGER NOT NULL,
    stable_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    name INTEGER NOT NULL,
    logical_name INTEGER NOT NULL,
    parent INTEGER,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX symbol_key ON symbol (file, stable_id);
CREATE INDEX symbol_name ON symbol (name, file);
CREATE INDEX symbol_logical_name ON symbol (logical_name);
CREATE INDEX symbol_parent ON symbol (parent) WHERE parent IS NOT NULL;

-- The symbols of a file in runs of 32; the id is the file's shifted by 20 bits, plus the number of the run.
CREATE TABLE detail (
    id INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;

-- What edges lead to when it is no symbol: external things by kind and name, unresolved ones by text.
CREATE TABLE outside (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    text INTEGER NOT NULL,
    -- The last name of the text.
    name INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX outside_text ON outside (text, kind);
CREATE INDEX outside_name ON outside (name);

-- `target` is twice the number of a symbol, or one less than minus twice the number of an outside thing; plus, or minus,
-- one for a reference.
CREATE TABLE edge (
    owner INTEGER NOT NULL,
    target INTEGER NOT NULL,
    sites BLOB NOT NULL,
    PRIMARY KEY (owner, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX edge_target ON edge (target);

-- `target` is a file; 0 outside the repository; -1 where no one can tell.
CREATE TABLE import (
    file INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    target INTEGER NOT NULL,
    module INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (file, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_target ON import (target) WHERE target > 0;
CREATE INDEX import_module ON import (module) WHERE target <= 0;

CREATE TABLE documentation (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    stable_id INTEGER NOT NULL,
    owner INTEGER,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX documentation_key ON documentation (file, stable_id);
CREATE INDEX documentation_owner ON documentation (owner) WHERE owner IS NOT NULL;

CREATE TABLE doc_issue (
    file INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    rule INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (file, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX doc_issue_rule ON doc_issue (rule);
CREATE INDEX doc_issue_severity ON doc_issue (severity);

-- Which files hold a word, in segments that are only ever added. A file may have lost the word since, or be gone: the source
-- decides. No file that holds it is missing.
CREATE TABLE posting (
    word TEXT NOT NULL,
    segment INTEGER NOT NULL,
    files BLOB NOT NULL,
    PRIMARY KEY (word, segment)
) STRICT, WITHOUT ROWID;

-- What a file offers to the resolution of others, with the keys.
CREATE TABLE offered (
    file INTEGER PRIMARY KEY,
    offers BLOB NOT NULL
) STRICT;
-- Which files offer something under a key, by a digest of four bytes: a collision costs a look, no more.
CREATE TABLE offer (
    key INTEGER NOT NULL,
    file INTEGER NOT NULL,
    PRIMARY KEY (key, file)
) STRICT, WITHOUT ROWID;
-- Which files asked for a key when they were resolved, by the same
-- digest: a collision costs a resolution, no more.
CREATE TABLE asked (
    key INTEGER NOT NULL,
    file INTEGER NOT NULL,
    PRIMARY KEY (key, file)
) STRICT, WITHOUT ROWID;
-- What came out of a file's resolution: how many edges, how many of them resolved, and the keys that it asked for.
CREATE TABLE resolution (
    file INTEGER PRIMARY KEY,
    edges INTEGER NOT NULL,
    resolved INTEGER NOT NULL,
    asked BLOB NOT NULL
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
    owner INTEGER NOT NULL,
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
    owner INTEGER NOT NULL,
    documents INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (file, owner, spec)
) STRICT;
CREATE INDEX pending_spec ON pending (spec);

-- "codi" in ASCII.
PRAGMA application_id = 1668244585;
PRAGMA user_version = 1;
