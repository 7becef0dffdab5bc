-- The schema.
--
-- A document store with an inverted index: each file is a row of what runs look at, a row of blobs that hold what was said of it, and
-- a row of what came of resolving it. Posting lists lead from keys to files. Blobs are those of codira-store.
--
-- No declared foreign keys: the session deletes by file, and a check on each row would only repeat that.

-- The one row that says what is true of the index as a whole.
CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL,
    backend TEXT NOT NULL,
    version TEXT NOT NULL,
    -- The inventory of the run, and by which rules edges were derived.
    run BLOB NOT NULL
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
    resolved_uses BLOB NOT NULL
) STRICT;

-- Segments of posting lists, and how many pairs of key and file each holds.
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
    UNIQUE (engine, engine_version, model, model_version, dimension, precision)
) STRICT;
-- The embeddings of a file and a spec. Rows of one spec lie together: the id is the spec's shifted by 32 bits, plus the file's.
CREATE TABLE embedding (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    computed INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    vectors BLOB NOT NULL,
    owners BLOB NOT NULL
) STRICT;
CREATE INDEX embedding_file ON embedding (file);
-- What a search passes: apart, so that each takes no more pages than it fills. The id is that of the embeddings.
CREATE TABLE quantized (
    id INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;
-- Counted without a look at the rows.
CREATE INDEX embedding_count ON embedding (id, computed, pending);

-- The one row of sums over files and their resolutions. Triggers keep it; no statement of the program writes it.
CREATE TABLE total (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    files INTEGER NOT NULL,
    symbols INTEGER NOT NULL,
    imports INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    "references" INTEGER NOT NULL,
    documentation INTEGER NOT NULL,
    doc_issues INTEGER NOT NULL,
    edges INTEGER NOT NULL,
    resolved INTEGER NOT NULL
) STRICT;
INSERT INTO total VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
CREATE TRIGGER file_added AFTER INSERT ON file BEGIN
    UPDATE total SET files = files + 1, symbols = symbols + NEW.symbols, imports = imports + NEW.imports, calls = calls + NEW.calls,
        "references" = "references" + NEW."references", documentation = documentation + NEW.documentation,
        doc_issues = doc_issues + NEW.doc_issues;
END;
CREATE TRIGGER file_removed AFTER DELETE ON file BEGIN
    UPDATE total SET files = files - 1, symbols = symbols - OLD.symbols, imports = imports - OLD.imports, calls = calls - OLD.calls,
        "references" = "references" - OLD."references", documentation = documentation - OLD.documentation,
        doc_issues = doc_issues - OLD.doc_issues;
END;
-- What else is said of a file changes by putting it again.
CREATE TRIGGER file_purged AFTER UPDATE OF doc_issues ON file BEGIN
    UPDATE total SET doc_issues = doc_issues - OLD.doc_issues + NEW.doc_issues;
END;
CREATE TRIGGER resolution_added AFTER INSERT ON resolution BEGIN
    UPDATE total SET edges = edges + NEW.edges, resolved = resolved + NEW.resolved;
END;
CREATE TRIGGER resolution_removed AFTER DELETE ON resolution BEGIN
    UPDATE total SET edges = edges - OLD.edges, resolved = resolved - OLD.resolved;
END;

-- "codi" in ASCII.
PRAGMA application_id = 1668244585;
PRAGMA user_version = 1;
