// Package casework holds the use cases of the API and the pages: file a case, add
// evidence, take an action, export, read. Each one checks access and input, writes
// through package postgres, and sends actions to the workflow through Engine.
//
// It knows nothing of HTTP and JSON schemas (packages api and web) or of Temporal
// (package worker implements Engine).
package casework
