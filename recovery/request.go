package recovery

// The states of an action request.
const (
	RequestStaged    = "staged"    // waits for the workflow
	RequestApplied   = "applied"   // its step is written
	RequestAbandoned = "abandoned" // the caller gave up; its step must not be written
)

// ActionRequest is an action on its way through the workflow. The text of the
// action stays in the database; the workflow carries the id only.
type ActionRequest struct {
	ID          RequestID
	CaseID      CaseID
	Actor       Actor
	LinkID      string // of a counterpart's link; "" for an account
	Act         ActionBody
	Key         string // the sender's Idempotency-Key; "" for none
	Fingerprint string // of the request
	Device      string
	Attempt     int // counts from 1; an abandoned request that is sent again gets the next number
	State       string
	Answer      []byte // sent to the caller; nil until FinishAction
}
