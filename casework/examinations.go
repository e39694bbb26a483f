package casework

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/stills"
	"recourse/postgres"
	"recourse/recovery"
)

const (
	// examinationWait is how long the answer to an upload waits for the examination, so
	// that most senders see at once what was found. The file is durable before.
	examinationWait = 2 * time.Second
	// examinationLease is how long the process that received a file may take before
	// another one examines it.
	examinationLease = 5 * time.Minute
	// maxExaminations is how many received files wait in memory. More are left to
	// ExamineDue.
	maxExaminations = 256
	// examinationsLoop is the name of the loop over what is due.
	examinationsLoop = "examinations"
	// examinationAttempts is after how many failures a file is left unexamined.
	examinationAttempts = 5
)

// examinations are the files that this process examines in the background.
type examinations struct {
	background context.Context //nolint:containedctx // of the goroutines, until Close
	end        context.CancelFunc
	running    sync.WaitGroup
	wait       time.Duration
	mutex      sync.Mutex
	announced  map[recovery.EvidenceID]chan struct{} // closed when the examination ends
}

func newExaminations(wait time.Duration) *examinations {
	ctx, cancel := context.WithCancel(context.Background())
	return &examinations{background: ctx, end: cancel, wait: wait, announced: map[recovery.EvidenceID]chan struct{}{}}
}

// announce lets requests wait for the examination of a file that is being stored, unless
// too many wait already. start or finish must follow.
func (e *examinations) announce(id recovery.EvidenceID) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if len(e.announced) < maxExaminations {
		e.announced[id] = make(chan struct{})
	}
}

// start runs an announced examination in the background. examine must not panic.
func (e *examinations) start(id recovery.EvidenceID, examine func(context.Context)) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if _, announced := e.announced[id]; announced {
		e.running.Go(func() {
			defer e.finish(id)
			examine(e.background)
		})
	}
}

// finish ends the waiting for an examination. Without an announcement it does nothing.
func (e *examinations) finish(id recovery.EvidenceID) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if done, announced := e.announced[id]; announced {
		delete(e.announced, id)
		close(done)
	}
}

// await waits a short time for an examination that runs in this process.
func (e *examinations) await(ctx context.Context, id recovery.EvidenceID) {
	e.mutex.Lock()
	done, runs := e.announced[id]
	e.mutex.Unlock()
	if !runs {
		return
	}
	timer := time.NewTimer(e.wait)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Close ends the examinations in the background. Other processes, or this one after its
// next start, examine what is left.
func (s *Service) Close() {
	s.examining.end()
	s.examining.running.Wait()
}

// examineReceived starts the examination of a file that was just stored.
func (s *Service) examineReceived(id recovery.EvidenceID) {
	s.examining.start(id, func(ctx context.Context) {
		if err := s.examineOrSetAside(ctx, id, 1); err != nil && ctx.Err() == nil {
			s.Loops.CountFailure(examinationsLoop)
		}
	})
}

// ExamineDue examines files that were left over, and returns how many. It is called again
// and again in the background.
func (s *Service) ExamineDue(ctx context.Context) (int, error) {
	const batch = 8
	due, err := s.Store.ClaimExaminations(ctx, batch, s.Now(), examinationLease)
	for _, one := range due {
		err = errors.Join(err, s.examineOrSetAside(ctx, one.EvidenceID, one.Attempts))
	}
	return len(due), err
}

// examineOrSetAside examines a file. After a failure the file is due again later, until it
// is set aside.
func (s *Service) examineOrSetAside(ctx context.Context, id recovery.EvidenceID, attempt int) error {
	err := s.Loops.Protect(ctx, examinationsLoop, func(ctx context.Context) error { return s.examineFile(ctx, id, attempt) })
	return s.recordFailure(ctx, examinationsLoop, postgres.ItemExamination, string(id), err)
}

func (s *Service) examineFile(ctx context.Context, id recovery.EvidenceID, attempt int) error {
	record, err := s.Store.FindEvidence(ctx, id)
	if err != nil {
		return err
	}
	details, err := s.Store.EvidenceDetails(ctx, id)
	if err != nil || !details.BeingExamined {
		return err
	}
	found, err := decodeExamination(details.Report)
	if err != nil {
		return err
	}
	content, err := s.decodeContent(ctx, record)
	if err != nil && attempt >= examinationAttempts && ctx.Err() == nil {
		content, err = intake.Content{Findings: []intake.Finding{intake.NoPreview}}, nil
	}
	if err != nil {
		return err
	}
	return s.recordExamination(ctx, record, found, content)
}

func (s *Service) decodeContent(ctx context.Context, record recovery.Evidence) (intake.Content, error) {
	body, err := s.Blobs.OpenAt(record.SHA256)
	if err != nil {
		return intake.Content{}, err
	}
	file := decode.File{ReaderAt: body, Size: record.Size, Account: string(record.By.ID)}
	var content intake.Content
	if stills.IsFilm(record.MediaType) {
		content, err = s.Decoder.Film(ctx, file, record.MediaType)
	} else {
		content, err = s.Decoder.Content(ctx, file)
	}
	return content, errors.Join(err, body.Close())
}

// recordExamination stores the copy for viewing, if there is one, and writes what was
// found.
func (s *Service) recordExamination(ctx context.Context, record recovery.Evidence, found examination, content intake.Content) error {
	c, err := s.Store.ReadCase(ctx, record.CaseID)
	if err != nil {
		return err
	}
	report, err := json.Marshal(found.withContent(content))
	if err != nil {
		return fmt.Errorf("examination of a file: %w", err)
	}
	write := postgres.ExaminationWrite{
		CaseID: record.CaseID, EvidenceID: record.ID, Report: report, FindDuplicate: findDuplicate(record.SHA256, content.Hash),
	}
	if content.View.JPEG == nil {
		write.Draft = s.newExaminationDraft(recovery.EntryEvidenceExamined, c, record, content)
		return ignoreRepeated(s.Store.RecordExamination(ctx, write))
	}
	pending, err := s.Blobs.Receive(ctx, bytes.NewReader(content.View.JPEG), int64(len(content.View.JPEG)))
	if err != nil {
		return err
	}
	defer pending.Discard()
	if _, err := pending.Commit(ctx); err != nil {
		return err
	}
	write.ViewSHA256, write.ViewSize = pending.SHA256(), pending.Size()
	write.Draft = s.viewDraft(c, record, content, write)
	if err := s.Store.RecordExamination(ctx, write); err != nil {
		return errors.Join(ignoreRepeated(err), pending.UndoCommit())
	}
	return nil
}

func ignoreRepeated(err error) error {
	if errors.Is(err, postgres.ErrRepeated) {
		return nil
	}
	return err
}

// viewDraft is the entry that binds the copy for viewing to its original.
func (s *Service) viewDraft(c recovery.Case, record recovery.Evidence, content intake.Content, write postgres.ExaminationWrite) journal.Draft {
	draft := s.newExaminationDraft(recovery.EntryEvidenceDerived, c, record, content)
	draft.Facts["copy"], draft.Facts["because"] = copyView, "shown_copy"
	if stills.IsFilm(record.MediaType) {
		draft.Facts["copy"] = folio.StillsCopy
	}
	draft.Facts["sha256"], draft.Facts["size"], draft.Facts["media_type"] = write.ViewSHA256, write.ViewSize, intake.ViewMedia
	draft.Facts["width"], draft.Facts["height"] = content.View.Width, content.View.Height
	return draft
}

// newExaminationDraft is the entry about what decoding a file has found.
func (s *Service) newExaminationDraft(kind recovery.EntryKind, c recovery.Case, record recovery.Evidence, content intake.Content) journal.Draft {
	draft := s.newDraft(kind, Request{Actor: recovery.System}, c)
	draft.Key = "examined:" + string(record.ID)
	draft.Facts = map[string]any{"evidence_id": record.ID, "of_sha256": record.SHA256}
	if len(content.Findings) > 0 {
		draft.Personal = map[string]string{"findings": strings.Join(recovery.ToStrings(content.Findings), ",")}
	}
	return draft
}

// checkExamined refuses papers while files of the case are being examined: the papers
// show their copies and name their findings.
func (s *Service) checkExamined(ctx context.Context, id recovery.CaseID) error {
	count, err := s.Store.CountExaminations(ctx, id)
	if err != nil || count == 0 {
		return err
	}
	return recovery.Faultf(recovery.CodeConflict, "%d files of the case are still being examined. Try again in a few seconds.", count)
}
