/** Each runs once, in one transaction with the number it leaves in `user_version`. Never edited after a release. */
export const migrations: readonly string[] = [
  `
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE cache (key TEXT PRIMARY KEY, value TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE slot (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE run (id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL, ended_at INTEGER, state TEXT NOT NULL,
  filtered INTEGER NOT NULL, facts TEXT NOT NULL) STRICT;
CREATE TABLE account (cloud TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, environment TEXT,
  owner TEXT, first_seen INTEGER NOT NULL, last_read INTEGER, problem TEXT, PRIMARY KEY (cloud, id)) STRICT, WITHOUT ROWID;
CREATE TABLE unit (run INTEGER NOT NULL REFERENCES run, cloud TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL,
  type TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT, permission TEXT, assets INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (cloud, account, region, type, run)) STRICT, WITHOUT ROWID;
CREATE TABLE tally (cloud TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, type TEXT NOT NULL, "check" TEXT NOT NULL,
  version INTEGER NOT NULL, pass INTEGER NOT NULL, fail INTEGER NOT NULL, unknown INTEGER NOT NULL,
  not_applicable INTEGER NOT NULL, PRIMARY KEY (cloud, account, region, type, "check")) STRICT, WITHOUT ROWID;
CREATE TABLE unknown (cloud TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, type TEXT NOT NULL, "check" TEXT NOT NULL,
  asset TEXT NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL, permission TEXT, owner TEXT NOT NULL,
  PRIMARY KEY (cloud, account, region, type, "check", asset)) STRICT, WITHOUT ROWID;
CREATE TABLE asset (id TEXT PRIMARY KEY, cloud TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, type TEXT NOT NULL,
  name TEXT NOT NULL, tags TEXT NOT NULL, relations TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  gone_at INTEGER) STRICT;
CREATE INDEX asset_place ON asset (account, region, type);

CREATE TABLE finding (fingerprint TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, "check" TEXT NOT NULL, topic TEXT NOT NULL,
  account TEXT NOT NULL, region TEXT NOT NULL, type TEXT NOT NULL, asset TEXT NOT NULL, status TEXT NOT NULL,
  severity TEXT NOT NULL, rank INTEGER NOT NULL, owner TEXT NOT NULL, folded INTEGER NOT NULL,
  since INTEGER NOT NULL, closed_at INTEGER, body TEXT NOT NULL) STRICT;
CREATE INDEX finding_owner ON finding (owner, status, rank);
CREATE INDEX finding_place ON finding (account, region, type, status);
CREATE INDEX finding_status ON finding (status, rank);
CREATE INDEX finding_topic ON finding (topic, owner, status);
CREATE INDEX finding_asset ON finding (asset);
CREATE TABLE closing (run INTEGER NOT NULL REFERENCES run, account TEXT NOT NULL, fingerprint TEXT NOT NULL, how TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (run, account, fingerprint)) STRICT, WITHOUT ROWID;
CREATE TABLE event (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER NOT NULL, fingerprint TEXT NOT NULL,
  kind TEXT NOT NULL, cause TEXT NOT NULL, owner TEXT NOT NULL, topic TEXT NOT NULL, severity TEXT NOT NULL,
  folded INTEGER NOT NULL, told TEXT) STRICT;
CREATE INDEX event_untold ON event (id) WHERE told IS NULL;
CREATE INDEX event_finding ON event (fingerprint);
CREATE INDEX event_owner ON event (owner, at);

CREATE TABLE channel (id TEXT PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE finding_group (id TEXT PRIMARY KEY, topic TEXT NOT NULL, owner TEXT NOT NULL, channel TEXT NOT NULL,
  closed_at INTEGER, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX group_topic ON finding_group (topic, owner, channel);
CREATE TABLE claim (asset TEXT PRIMARY KEY, owner TEXT NOT NULL, human TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE report (at INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE mention (person TEXT NOT NULL, day TEXT NOT NULL, "group" TEXT NOT NULL, PRIMARY KEY (person, day)) STRICT, WITHOUT ROWID;

CREATE TABLE request (id TEXT PRIMARY KEY, state TEXT NOT NULL, revision INTEGER NOT NULL, "group" TEXT, parent TEXT,
  requested_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX request_state ON request (state);
CREATE TABLE request_item (request TEXT NOT NULL REFERENCES request, item INTEGER NOT NULL, finding TEXT NOT NULL,
  asset TEXT NOT NULL, PRIMARY KEY (request, item)) STRICT, WITHOUT ROWID;
CREATE INDEX request_item_finding ON request_item (finding);
CREATE TABLE asset_busy (asset TEXT PRIMARY KEY, request TEXT NOT NULL REFERENCES request) STRICT, WITHOUT ROWID;
CREATE TABLE approval (request TEXT NOT NULL REFERENCES request, hash TEXT NOT NULL, human TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (request, hash, human)) STRICT, WITHOUT ROWID;
CREATE TABLE step (request TEXT NOT NULL REFERENCES request, item INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL,
  state TEXT NOT NULL, operation TEXT NOT NULL, request_id TEXT, problem TEXT) STRICT;
CREATE INDEX step_request ON step (request, item, step);
CREATE TABLE nonce (hash TEXT PRIMARY KEY, request TEXT NOT NULL, verb TEXT NOT NULL, plan_hash TEXT NOT NULL,
  expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE nonce_use (hash TEXT NOT NULL, human TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (hash, human)) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT, handled INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX inbox_open ON inbox (id) WHERE handled = 0;
CREATE TABLE inbox_key (key TEXT PRIMARY KEY, inbox INTEGER NOT NULL REFERENCES inbox) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (id INTEGER PRIMARY KEY, key TEXT NOT NULL, channel TEXT NOT NULL, kind TEXT NOT NULL, card TEXT NOT NULL,
  not_before INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, problem TEXT, done INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX outbox_open ON outbox (id) WHERE done = 0;
CREATE TABLE posted (key TEXT PRIMARY KEY, channel TEXT NOT NULL, message TEXT NOT NULL, at INTEGER NOT NULL,
  content TEXT NOT NULL, link TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE timer (id TEXT PRIMARY KEY, due INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX timer_due ON timer (due);

CREATE TABLE audit (seq INTEGER PRIMARY KEY, prev TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
CREATE INDEX audit_subject ON audit (body ->> 'subject', seq);
CREATE TABLE audit_text (seq INTEGER NOT NULL REFERENCES audit, name TEXT NOT NULL, salt TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (seq, name)) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_next BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
  OR EXISTS (SELECT 1 FROM audit WHERE hash = NEW.hash)
  OR (NEW.seq > 1 AND NEW.prev IS NOT (SELECT hash FROM audit WHERE seq = NEW.seq - 1))
BEGIN SELECT RAISE(ABORT, 'audit: append only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit: append only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit: append only'); END;
`,
  "CREATE INDEX step_at ON step (at);",
  `
CREATE TABLE exception (id TEXT PRIMARY KEY, kind TEXT NOT NULL, revision INTEGER NOT NULL, until INTEGER NOT NULL,
  ended_at INTEGER, request TEXT REFERENCES request, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX exception_open ON exception (until) WHERE ended_at IS NULL;
CREATE TABLE exception_finding (exception TEXT NOT NULL REFERENCES exception, finding TEXT NOT NULL,
  PRIMARY KEY (exception, finding)) STRICT, WITHOUT ROWID;
CREATE INDEX exception_finding_finding ON exception_finding (finding);
ALTER TABLE event ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
`,
  `
ALTER TABLE outbox ADD COLUMN done_at INTEGER;
CREATE INDEX unit_run ON unit (run);
CREATE INDEX request_item_asset ON request_item (asset);
CREATE INDEX inbox_key_inbox ON inbox_key (inbox);
`,
];
