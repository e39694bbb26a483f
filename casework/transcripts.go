package casework

import (
	"context"
	"errors"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/transcript"
	"recourse/recovery"
)

// Words are the lines of a chat, a mail or another text.
type Words struct {
	Evidence   recovery.Evidence
	Case       recovery.Case
	Transcript transcript.Transcript
}

// ReadWords reads the lines of a chat, a mail or another text. Nothing of the file is run or
// rendered. The journal records this as a viewing of the original. Errors: CodeConflict for a
// file that has no lines.
func (s *Service) ReadWords(ctx context.Context, req Request, id recovery.EvidenceID, purpose string) (Words, error) {
	record, c, err := s.evidenceAndCase(ctx, req.Actor, id)
	if err != nil {
		return Words{}, err
	}
	if err := checkPurpose(purpose); err != nil {
		return Words{}, err
	}
	switch {
	case c.ErasedAt != nil:
		return Words{}, fileErased()
	case !transcript.IsReadable(record.MediaType):
		return Words{}, recovery.Faultf(recovery.CodeConflict, "Only texts, chat exports and mails have lines. This file is %s.", record.MediaType)
	case req.HeaderOnly:
		return Words{Evidence: record, Case: c}, nil
	}
	body, err := s.Blobs.OpenAt(record.SHA256)
	if err != nil {
		return Words{}, err
	}
	read, err := s.Decoder.Transcript(ctx, decode.File{ReaderAt: body, Size: record.Size, Account: string(req.Actor.ID)}, record.MediaType)
	if err = errors.Join(err, body.Close()); err != nil {
		return Words{}, err
	}
	if err := s.recordViewing(ctx, req, c, record, copyText, purpose); err != nil {
		return Words{}, err
	}
	return Words{record, c, read}, nil
}
