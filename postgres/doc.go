// Package postgres keeps what Recourse knows: cases, journals, evidence records,
// exports, staged acts, accounts, sessions and the outbox, in PostgreSQL 15 or
// newer. Every writing method is one transaction: the row, its journal entry
// and the outbox row stand together or not at all.
//
// It decides nothing: who may do what, whether an act is allowed and what comes
// next is the business of casework and of the workflow. It is the only importer
// of pgx. The rooms above it (activities, casework, worker, cmd) may import it;
// its test support is in postgres/pgtest.
package postgres
