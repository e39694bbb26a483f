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
	if err := known(id); err != nil {
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
	lines, checkpoint, err := a.service.Journal(c.Request().Context(), actor(c), recovery.CaseID(id), after, limit+1)
	if err != nil {
		return err
	}
	page := JournalPage{Checkpoint: checkpointOf(checkpoint)}
	if len(lines) > limit {
		lines = lines[:limit]
		next := strconv.FormatInt(lines[limit-1].Seq, 10)
		page.NextCursor = &next
	}
	page.Items = each(lines, entryOf)
	return sendJSON(c, page)
}

// entryCursor reads a journal's cursor: the number of the last entry seen.
func entryCursor(cursor *string) (int64, error) {
	if cursor == nil || *cursor == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(*cursor, 10, 64)
	if err != nil || after < 0 {
		return 0, invalidField("cursor", "malformed", "Take the cursor as the page before gave it.")
	}
	return after, nil
}

const (
	// streamLife is how long one event stream lasts at most; readers reconnect
	// and go on where they were.
	streamLife = time.Hour
	// heartbeat is how often a silent stream says that it lives, so that nothing
	// between here and the reader closes it.
	heartbeat = 15 * time.Second
	// streamPage is how many entries are read at a time.
	streamPage = 100
)

// StreamEvents implements ServerInterface.
func (a *API) StreamEvents(c echo.Context, id ID, params StreamEventsParams) error {
	if err := known(id); err != nil {
		return err
	}
	after := deref(params.LastEventID)
	if after < 0 {
		return malformedField("Last-Event-ID", "malformed", "The id of an event is the number of an entry.")
	}
	select {
	case a.streams <- struct{}{}:
		defer func() { <-a.streams }()
	default:
		return recovery.Faultf(recovery.CodeUnavailable, "Too many event streams are open. Try again later.")
	}
	s := &stream{api: a, actor: actor(c), id: recovery.CaseID(id), after: after, out: newPacedWriter(c)}
	defer s.out.done()
	first, err := s.next(c.Request().Context())
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set("X-Accel-Buffering", "no") // proxies that buffer would hold events back
	c.Response().WriteHeader(http.StatusOK)
	return s.run(c.Request().Context(), first)
}

// stream follows one journal for one reader.
type stream struct {
	api   *API
	actor recovery.Actor
	id    recovery.CaseID
	after int64 // number of the last entry told
	out   *pacedWriter
}

func (s *stream) next(ctx context.Context) ([]casework.JournalLine, error) {
	lines, _, err := s.api.service.Journal(ctx, s.actor, s.id, s.after, streamPage)
	return lines, err
}

// run tells entries until the reader, the server or the hour ends it. An error
// ends it too: the reader reconnects.
func (s *stream) run(ctx context.Context, lines []casework.JournalLine) error {
	ctx, cancel := context.WithTimeout(ctx, streamLife)
	defer cancel()
	poll := time.NewTicker(s.api.options.EventPoll)
	defer poll.Stop()
	alive := time.NewTicker(heartbeat)
	defer alive.Stop()
	if err := s.comment("follow"); err != nil {
		return err
	}
	for {
		if err := s.tell(lines); err != nil {
			return err
		}
		if len(lines) < streamPage {
			if over, err := s.rest(ctx, poll.C, alive.C); over || err != nil {
				return err
			}
		}
		var err error
		if lines, err = s.next(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}

// rest waits for the next look at the journal.
func (s *stream) rest(ctx context.Context, poll, alive <-chan time.Time) (over bool, err error) {
	for {
		select {
		case <-ctx.Done():
			return true, nil
		case <-s.api.closing:
			return true, nil
		case <-alive:
			if err := s.comment("alive"); err != nil {
				return true, err
			}
		case <-poll:
			return false, nil
		}
	}
}

func (s *stream) tell(lines []casework.JournalLine) error {
	for _, line := range lines {
		data, err := marshal(entryOf(line))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(s.out, "id: %d\nevent: %s\ndata: %s\n\n", line.Seq, line.Entry.Kind, data); err != nil {
			return err
		}
		s.after = line.Seq
	}
	return s.out.flush()
}

func (s *stream) comment(text string) error {
	if _, err := fmt.Fprintf(s.out, ": %s\n\n", text); err != nil {
		return err
	}
	return s.out.flush()
}
