package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// GetJournal implements ServerInterface.
func (a *API) GetJournal(c echo.Context, id ID, params GetJournalParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	limit, err := pageSize(params.Limit)
	if err != nil {
		return err
	}
	after, err := entryCursor(params.Cursor)
	if err != nil {
		return err
	}
	lines, checkpoint, err := a.service.Journal(c.Request().Context(), actorFrom(c), recovery.CaseID(id), after, limit+1)
	if err != nil {
		return err
	}
	page := JournalPage{Checkpoint: renderCheckpoint(checkpoint)}
	if len(lines) > limit {
		lines = lines[:limit]
		next := strconv.FormatInt(lines[limit-1].Seq, 10)
		page.NextCursor = &next
	}
	page.Items = renderList(lines, renderEntry)
	return sendJSON(c, page)
}

// entryCursor parses a journal cursor: the sequence number of the last entry
// seen.
func entryCursor(cursor *string) (int64, error) {
	if cursor == nil || *cursor == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(*cursor, 10, 64)
	if err != nil || after < 0 {
		return 0, invalidField("cursor", "malformed", "The cursor is not valid. Use next_cursor of the previous page unchanged.")
	}
	return after, nil
}

const (
	// maxStreamTime is the longest duration of one event stream. Clients reconnect
	// and continue after their last event.
	maxStreamTime = time.Hour
	// heartbeatInterval is the time between comments on an idle stream. They keep
	// proxies from closing the connection.
	heartbeatInterval = 15 * time.Second
	// streamPageSize is the number of entries read at a time.
	streamPageSize = 100
)

// StreamEvents implements ServerInterface.
func (a *API) StreamEvents(c echo.Context, id ID, params StreamEventsParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	after := valueOrZero(params.LastEventID)
	if after < 0 {
		return malformedField("Last-Event-ID", "malformed", "The event id is not valid. Send the sequence number of an entry.")
	}
	release, err := a.streams.open(string(actorFrom(c).ID), c.RealIP())
	if err != nil {
		return err
	}
	defer release()
	token, _ := bearerToken(c)
	s := &eventStream{api: a, token: token, id: recovery.CaseID(id), after: after, out: c.Response()}
	first, err := s.readEntries(c.Request().Context())
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set("X-Accel-Buffering", "no") // a buffering proxy would delay events
	c.Response().WriteHeader(http.StatusOK)
	if isHead(c) {
		return nil
	}
	return s.sendUntilDone(c.Request().Context(), first)
}

// eventStream sends the entries of one journal to one client.
type eventStream struct {
	api   *API
	token string
	id    recovery.CaseID
	after int64 // sequence number of the last entry sent
	out   http.ResponseWriter
}

// readEntries looks at the token each time: a stream ends with its token or account.
func (s *eventStream) readEntries(ctx context.Context) ([]casework.JournalLine, error) {
	actor, err := s.api.service.Authenticate(ctx, s.token)
	if err != nil {
		return nil, err
	}
	lines, _, err := s.api.service.Journal(ctx, actor, s.id, s.after, streamPageSize)
	return lines, err
}

// sendUntilDone sends entries until the client disconnects, the server shuts
// down or maxStreamTime has passed. It also ends on an error; the client then
// reconnects.
func (s *eventStream) sendUntilDone(ctx context.Context, lines []casework.JournalLine) error {
	ctx, cancel := context.WithTimeout(ctx, maxStreamTime)
	defer cancel()
	poll := time.NewTicker(s.api.options.EventPoll)
	defer poll.Stop()
	alive := time.NewTicker(heartbeatInterval)
	defer alive.Stop()
	if err := s.sendComment("follow"); err != nil {
		return err
	}
	for {
		if err := s.sendEntries(lines); err != nil {
			return err
		}
		if len(lines) < streamPageSize {
			if over, err := s.waitForPoll(ctx, poll.C, alive.C); over || err != nil {
				return err
			}
		}
		var err error
		if lines, err = s.readEntries(ctx); err != nil {
			if ctx.Err() != nil || recovery.CodeOf(err) == recovery.CodeUnauthenticated {
				return nil
			}
			return err
		}
	}
}

// waitForPoll waits until the journal should be read again, and sends
// heartbeats until then. It reports whether the stream is over.
func (s *eventStream) waitForPoll(ctx context.Context, poll, alive <-chan time.Time) (over bool, err error) {
	for {
		select {
		case <-ctx.Done():
			return true, nil
		case <-s.api.closing:
			return true, nil
		case <-alive:
			if err := s.sendComment("alive"); err != nil {
				return true, err
			}
		case <-poll:
			return false, nil
		}
	}
}

func (s *eventStream) sendEntries(lines []casework.JournalLine) error {
	for _, line := range lines {
		data, err := marshalJSON(renderEntry(line))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(s.out, "id: %d\nevent: %s\ndata: %s\n\n", line.Seq, line.Entry.Kind, data); err != nil {
			return err
		}
		s.after = line.Seq
	}
	return http.NewResponseController(s.out).Flush()
}

func (s *eventStream) sendComment(text string) error {
	if _, err := fmt.Fprintf(s.out, ": %s\n\n", text); err != nil {
		return err
	}
	return http.NewResponseController(s.out).Flush()
}
