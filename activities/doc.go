// Package activities contains the Temporal activities: reading a case, writing a
// step of it, building an export. Each file declares a small interface for the
// part of the database or playbook it needs.
//
// Temporal may run any activity again, so each is idempotent by a key. A refusal
// that a person must see is a result, not an error. Errors are retried unless
// they are marked as non-retryable.
//
// Package recovery decides where a case goes next and package workflows when.
// What papers are made of is assembled in package evidence/folio. Packages
// workflows and worker import this package.
package activities
