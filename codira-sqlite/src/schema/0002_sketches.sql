-- Sketches beside the vectors: a search among many reads a quarter of the bytes, and hundreds of them in one row.

-- Sketches of vectors whose numbers lie together: the id is theirs without the last 7 bits.
CREATE TABLE sketch (
    id INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;
-- Rows of sketches that are not what the vectors say. Every session ends by making them anew: no reader finds one.
CREATE TABLE stale_sketch (id INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER vector_added AFTER INSERT ON vector BEGIN
    INSERT OR IGNORE INTO stale_sketch VALUES (NEW.id >> 7);
END;
CREATE TRIGGER vector_removed AFTER DELETE ON vector BEGIN
    INSERT OR IGNORE INTO stale_sketch VALUES (OLD.id >> 7);
END;
INSERT INTO stale_sketch SELECT DISTINCT id >> 7 FROM vector;

PRAGMA user_version = 2;
