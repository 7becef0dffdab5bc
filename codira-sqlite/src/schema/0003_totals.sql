-- How much there is, beside the rows that say it: every commit tells, and adding all files up takes longer the more there are.

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
INSERT INTO total
    SELECT 1, count(*), coalesce(sum(symbols), 0), coalesce(sum(imports), 0), coalesce(sum(calls), 0), coalesce(sum("references"), 0),
        coalesce(sum(documentation), 0), coalesce(sum(doc_issues), 0), (SELECT coalesce(sum(edges), 0) FROM resolution),
        (SELECT coalesce(sum(resolved), 0) FROM resolution)
    FROM file;

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

PRAGMA user_version = 3;
