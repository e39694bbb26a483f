// Package postgres stores cases, journals, evidence records, exports, action
// requests, accounts, sessions and the outbox in PostgreSQL 15 or newer. Every
// writing method is one transaction: the row, its journal entry and the outbox
// row are written together or not at all.
//
// It makes no decisions: casework and the workflow decide who may do what and
// what happens next. The types it stores belong to packages recovery, journal
// and notify; only the parameters of its methods are its own. It is the only
// importer of pgx. Packages activities, casework, worker and cmd may import it;
// its test support is in postgres/pgtest.
package postgres
