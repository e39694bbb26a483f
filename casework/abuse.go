package casework

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"recourse/postgres"
	"recourse/recovery"
)

// deliveryWords are words about delivered goods in the claimant's text or file
// names. They are the only sign that the payment was for an order of a merchant.
const deliveryWords = `发货|到货|收货|签收|验货|提货|送货|快递单|物流单`

// partyMarks identify the people of a case across cases: the claimant by
// account, mail and telephone; a counterpart by contact and by alias in a group
// of a known size, because an alias alone is too common. person is the
// claimant's first mark. Without a key there are no marks.
func (s *Service) partyMarks(c recovery.Case) (person [32]byte, marks []recovery.PartyMark) {
	if len(s.config.MarkKey) == 0 {
		return person, nil
	}
	addMark := func(side recovery.Side, kind, value string) {
		if value != "" {
			marks = append(marks, recovery.PartyMark{Side: side, Mark: s.computeMark(kind, value)})
		}
	}
	addMark(recovery.ClaimantSide, "account", string(c.Owner))
	addMark(recovery.ClaimantSide, "contact", normalizeContact(c.Claimant.Email))
	addMark(recovery.ClaimantSide, "contact", normalizeContact(c.Claimant.Phone))
	person = s.computeMark("case", string(c.ID))
	if len(marks) > 0 {
		person = marks[0].Mark
	}
	for _, counterpart := range c.Counterparts {
		addMark(recovery.CounterpartSide, "contact", normalizeContact(counterpart.Contact))
		if alias := normalize(counterpart.Alias); alias != "" && c.Group.Size > 0 {
			group := strings.Join([]string{string(c.Platform), string(c.Group.Kind), strconv.Itoa(c.Group.Size), alias}, "|")
			addMark(recovery.CounterpartSide, "alias", group)
		}
	}
	return person, marks
}

func (s *Service) computeMark(kind, value string) [32]byte {
	hash := hmac.New(sha256.New, s.config.MarkKey)
	hash.Write([]byte(kind + "\x00" + value))
	return [32]byte(hash.Sum(nil))
}

// normalize removes differences in width, case, blanks and punctuation.
func normalize(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("@._", r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(text))
}

// minContactLength is the length below which a contact identifies nobody.
const minContactLength = 4

// normalizeContact is normalize for contacts; a Chinese telephone number is the
// same with and without the country code.
func normalizeContact(text string) string {
	folded := normalize(text)
	if number, found := strings.CutPrefix(strings.TrimPrefix(folded, "00"), "86"); found && len(number) == 11 {
		folded = number
	}
	if len(folded) < minContactLength {
		return ""
	}
	return folded
}

// FlagAbuse looks for patterns among recent cases and stores each with an
// entry. It has no other effect: a supervisor reviews them.
func (s *Service) FlagAbuse(ctx context.Context) error {
	now := s.Now()
	limits := s.Registry.Current().AbuseLimits(now)
	found, err := s.Store.FindPatterns(ctx, now.Add(-2*limits.Window), limits, deliveryWords)
	if err != nil {
		return err
	}
	var errs []error
	for _, pattern := range found {
		errs = append(errs, s.flagCase(ctx, pattern, now))
	}
	return errors.Join(errs...)
}

// flagCase stores one pattern. The entry is internal and contains only the
// commitment of the pattern, so other readers of the journal see no more than that
// there was a check.
func (s *Service) flagCase(ctx context.Context, found recovery.FoundPattern, now time.Time) error {
	c, err := s.Store.ReadCase(ctx, found.CaseID)
	if err != nil {
		return err
	}
	flag := recovery.AbuseFlag{ID: s.newID(), CaseID: c.ID, Pattern: found.Pattern, Cases: found.Cases, FoundAt: now}
	draft := s.newDraft(recovery.EntryAbuseFlagged, maintenanceRequest, c)
	draft.Key = "abuse:" + string(found.Pattern)
	draft.Facts = map[string]any{"flag_id": flag.ID, "visibility": recovery.NoteInternal}
	draft.Personal = map[string]string{"pattern": string(found.Pattern)}
	return s.Store.FlagCase(ctx, flag, draft)
}

// canSeeFlags reports whether an actor sees flags. People who work on a case
// must not be influenced by them.
func canSeeFlags(actor recovery.Actor) bool {
	return recovery.SeesOnScreen(actor.Role, recovery.AbuseMarks)
}

// Flags lists open or dismissed flags, newest first. Errors: CodeForbidden for
// all but supervisors and auditors.
func (s *Service) Flags(
	ctx context.Context, actor recovery.Actor, dismissed bool, limit int, cursor string,
) ([]recovery.AbuseFlag, string, error) {
	if !canSeeFlags(actor) {
		return nil, "", recovery.Faultf(recovery.CodeForbidden, "Only supervisors and auditors see flags.")
	}
	return s.Store.ListFlags(ctx, dismissed, limit, cursor)
}

// DismissFlag dismisses a flag with a reason. Errors: CodeForbidden for all but
// supervisors, CodeNotFound, CodeConflict if it was dismissed before.
func (s *Service) DismissFlag(ctx context.Context, req Request, id, reason string) (Reply[recovery.AbuseFlag], error) {
	if req.Actor.Role != recovery.RoleSupervisor {
		return Reply[recovery.AbuseFlag]{}, recovery.Faultf(recovery.CodeForbidden, "Only a supervisor dismisses flags.")
	}
	if err := recovery.CheckReason(reason); err != nil {
		return Reply[recovery.AbuseFlag]{}, err
	}
	return runIdempotent(ctx, s, req, func() (change[recovery.AbuseFlag], error) { return s.prepareDismissal(ctx, req, id, reason) })
}

func (s *Service) prepareDismissal(ctx context.Context, req Request, id, reason string) (change[recovery.AbuseFlag], error) {
	flag, err := s.Store.FindFlag(ctx, id)
	if err != nil {
		return change[recovery.AbuseFlag]{}, err
	}
	c, err := s.Store.ReadCase(ctx, flag.CaseID)
	if err != nil {
		return change[recovery.AbuseFlag]{}, err
	}
	draft := s.newDraft(recovery.EntryAbuseDismissed, req, c)
	draft.Key = requestEntryKey(req, s.newID)
	draft.Facts = map[string]any{"flag_id": flag.ID, "visibility": recovery.NoteInternal}
	draft.Personal = map[string]string{"reason": reason}
	flag.DismissedAt, flag.DismissedBy = &draft.At, req.Actor.ID
	return change[recovery.AbuseFlag]{flag.ID, flag, func(idem postgres.Idempotency) (recovery.AbuseFlag, error) {
		return flag, s.Store.DismissFlag(ctx, flag, draft, idem)
	}}, nil
}
