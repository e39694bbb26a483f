// Package worker joins the product to Temporal: the client, the encryption of
// payloads, the registration of workflows and activities, the engine that
// carries acts to a case, and the relay that starts what PostgreSQL has
// acknowledged.
//
// It holds no rules of a case. Only cmd and dev import it.
package worker
