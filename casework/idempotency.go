package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"recourse/postgres"
	"recourse/recovery"
)

// change is a prepared write of one request.
type change[T any] struct {
	ref    string // id of the record that is created or changed
	repeat T      // what a repetition of the request gets
	// write writes the change and returns what this request gets: repeat, or
	// repeat with a secret that is shown only once.
	write func(postgres.Idempotency) (T, error)
}

// runIdempotent makes a change, unless a request with the same key has made it
// before: then the first result is returned and prepare does not run. The
// result is stored in the transaction of the write; see docs/decisions/0015.
//
// Errors: CodeIdempotency when the key was used for another request, and those
// of prepare and of the write.
func runIdempotent[T any](ctx context.Context, s *Service, req Request, prepare func() (change[T], error)) (Reply[T], error) {
	if reply, found, err := findResult[T](ctx, s, req); err != nil || found {
		return reply, err
	}
	c, err := prepare()
	if err != nil {
		return Reply[T]{}, err
	}
	return applyChange(ctx, s, req, c)
}

// applyChange writes a change. If the same request was written in the meantime,
// its result is returned, also when a limit has no room for another one.
func applyChange[T any](ctx context.Context, s *Service, req Request, c change[T]) (Reply[T], error) {
	idem, err := req.idempotency(c.ref, c.repeat)
	if err != nil {
		return Reply[T]{}, err
	}
	written, err := c.write(idem)
	if err == nil {
		return Reply[T]{Value: written}, nil
	}
	if errors.Is(err, postgres.ErrRepeated) || recovery.CodeOf(err) == recovery.CodeRateLimited {
		if reply, found, findErr := findResult[T](ctx, s, req); findErr != nil || found {
			return reply, findErr
		}
	}
	return Reply[T]{}, err
}

// findResult returns the result of an earlier request with the same key, if
// there was one. Errors: CodeIdempotency when that was another request.
func findResult[T any](ctx context.Context, s *Service, req Request) (Reply[T], bool, error) {
	if req.Key == "" {
		return Reply[T]{}, false, nil
	}
	row, found, err := s.Store.FindResult(ctx, req.Actor.ID, req.Key)
	if err != nil || !found {
		return Reply[T]{}, false, err
	}
	if row.Fingerprint != req.Fingerprint {
		return Reply[T]{}, false, keyUsed()
	}
	reply, err := decodeReply[T](row.Result)
	return reply, true, err
}

func keyUsed() error {
	return recovery.Faultf(recovery.CodeIdempotency, "This Idempotency-Key was used for another request. Use a new key.")
}

// isAnswered reports whether a request with this key has a result already.
func (s *Service) isAnswered(ctx context.Context, actor recovery.Actor, key string) (bool, error) {
	if key == "" {
		return false, nil
	}
	_, found, err := s.Store.FindResult(ctx, actor.ID, key)
	return found, err
}

// idempotency makes the row that is stored with the write of a request.
func (r Request) idempotency(ref string, result any) (postgres.Idempotency, error) {
	if r.Key == "" {
		return postgres.Idempotency{}, nil
	}
	encoded, err := encodeResult(result)
	return postgres.Idempotency{Actor: r.Actor.ID, Key: r.Key, Fingerprint: r.Fingerprint, Ref: ref, Result: encoded}, err
}

func encodeResult(result any) ([]byte, error) {
	encoded, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("store the result of a request: %w", err)
	}
	return encoded, nil
}

func decodeReply[T any](encoded []byte) (Reply[T], error) {
	reply := Reply[T]{Replayed: true}
	if err := json.Unmarshal(encoded, &reply.Value); err != nil {
		return Reply[T]{}, fmt.Errorf("read the result of a request: %w", err)
	}
	return reply, nil
}
