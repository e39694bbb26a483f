// Package worker connects the product to Temporal: the client, the encryption of
// payloads, the registration of workflows and activities, the engine that sends
// actions to a case, and the relay that starts workflows from the outbox.
//
// It contains no rules of a case. Only cmd imports it.
package worker
