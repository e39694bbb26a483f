// Package histories records the workflow histories that the replay tests run
// against every change of workflow code: one for each outcome, one for each deadline
// a case waits for, and some that must fail.
//
// They are recorded on a real Temporal server, through the product's own client,
// codec, engine and workers; only the database and the lengths of deadlines are
// fakes, so that months pass in a second. Recording also checks the engine: refusals,
// actions on closed cases, no worker. From release 0.1.0 on, record them from
// released code before changing it (see package workflows):
//
//	dev/bin/stack temporal --port 17233 --ui-port 18233 &
//	TEMPORAL_ADDRESS=127.0.0.1:17233 go run ./worker/histories/generate workflows/testdata/histories
//
// It is not part of the product; only its command imports it.
package histories
