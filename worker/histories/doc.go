// Package histories writes the workflow histories that the replay tests hold
// every change of workflow code to: one for each outcome, one for each point
// where a case waits, and some that must fail.
//
// They are recorded on a real Temporal server, through the product's own
// client, codec, engine and workers; only the database and the lengths of the
// clocks are stand-ins, so that months pass in a second. On the way the engine
// is held to what it promises: refusals, closed cases, nobody at work. Record
// them from code that is released, before changing it (workflows/versions.go):
//
//	dev/bin/stack temporal --port 17233 --ui-port 18233 &
//	TEMPORAL_ADDRESS=127.0.0.1:17233 go run ./worker/histories/generate workflows/testdata/histories
//
// It is no part of the product; nothing imports it but its command.
package histories
