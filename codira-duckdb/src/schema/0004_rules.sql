-- By which rules edges were derived: a session with others derives them anew. Nothing where an older schema did not say.
ALTER TABLE state ADD COLUMN rules BLOB;
