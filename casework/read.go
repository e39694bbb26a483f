package casework

import (
	"context"
	"slices"
	"time"

	"recourse/evidence/journal"
	"recourse/playbook"
	"recourse/recovery"
)

// Case returns one case as the actor sees it.
func (s *Service) Case(ctx context.Context, actor recovery.Actor, id recovery.CaseID) (View, error) {
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return View{}, err
	}
	return s.caseView(ctx, c, actor)
}

// CaseByNumber returns a case by its public number, in any spelling.
func (s *Service) CaseByNumber(ctx context.Context, actor recovery.Actor, number recovery.CaseNumber) (View, error) {
	c, err := s.Store.CaseByNumber(ctx, number.Normalize())
	if err != nil {
		return View{}, err
	}
	if !c.IsVisibleTo(actor) {
		return View{}, recovery.NoSuchCase()
	}
	return s.caseView(ctx, c, actor)
}

// Cases lists the cases that the actor may see, newest first. A claimant sees
// their own and those they represent, whatever the filter.
func (s *Service) Cases(ctx context.Context, actor recovery.Actor, filter recovery.CaseFilter, limit int, cursor string) ([]View, string, error) {
	switch actor.Role {
	case recovery.RoleClaimant:
		filter.Owner = actor.ID
	case recovery.RoleCounterpart:
		return nil, "", recovery.Faultf(recovery.CodeForbidden, "A counterpart sees only the case of their link.")
	default:
	}
	cases, next, err := s.Store.ListCases(ctx, filter, limit, cursor)
	if err != nil {
		return nil, "", err
	}
	have, err := s.Store.EvidenceKinds(ctx, caseIDs(cases))
	if err != nil {
		return nil, "", err
	}
	views := make([]View, 0, len(cases))
	for _, c := range cases {
		view, err := s.listView(c, actor, have[c.ID])
		if err != nil {
			return nil, "", err
		}
		views = append(views, view)
	}
	return views, next, nil
}

func caseIDs(cases []recovery.Case) []recovery.CaseID {
	list := make([]recovery.CaseID, len(cases))
	for i, c := range cases {
		list[i] = c.ID
	}
	return list
}

// JournalLine is an entry with those of its personal values that the actor may
// see.
type JournalLine struct {
	Seq      int64
	Version  int64 // of the case after the change
	At       time.Time
	Entry    journal.Entry
	Hash     [32]byte
	Values   map[string]string // path → value, without the device
	Device   string            // that recorded the entry; "" if unknown or hidden
	Erased   []string          // paths whose value was erased
	Withheld []string          // paths the actor may not see
	// CorrectedBy is the newest entry that corrects this one; 0 for none.
	CorrectedBy int64
}

// Journal returns entries after a sequence number, oldest first, and the newest
// checkpoint if there is one.
func (s *Service) Journal(ctx context.Context, actor recovery.Actor, id recovery.CaseID, after int64, limit int) ([]JournalLine, *journal.Checkpoint, error) {
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return nil, nil, err
	}
	entries, err := s.Store.ReadJournal(ctx, id, after, limit)
	if err != nil {
		return nil, nil, err
	}
	lines, err := s.journalLines(ctx, c, actor, entries)
	if err != nil {
		return nil, nil, err
	}
	checkpoint, found, err := s.Store.LatestCheckpoint(ctx, id)
	if err != nil || !found {
		return lines, nil, err
	}
	return lines, &checkpoint, nil
}

func correctedBy(c recovery.Case, seq int64) int64 {
	for _, mark := range c.Corrections {
		if mark.Seq == seq {
			return mark.BySeq
		}
	}
	return 0
}

// journalLine returns an entry as the actor sees it.
func (s *Service) journalLine(ctx context.Context, c recovery.Case, actor recovery.Actor, stored journal.StoredEntry) (JournalLine, error) {
	entry, err := journal.ParseEntry(stored.Record.Bytes)
	if err != nil {
		return JournalLine{}, err
	}
	line := JournalLine{
		Seq: stored.Record.Seq, Version: stored.Version, At: stored.Record.At, Entry: entry, Hash: stored.Record.Hash,
		Values: map[string]string{}, Erased: stored.Erased, CorrectedBy: correctedBy(c, stored.Record.Seq),
	}
	hidden, err := s.hidesValues(ctx, c, actor, line)
	if err != nil {
		return JournalLine{}, err
	}
	for _, value := range stored.Record.Values {
		if hidden || !recovery.SeesOnScreen(actor.Role, recovery.ClassOfValue(entry.Kind, value.Path)) {
			line.Withheld = append(line.Withheld, value.Path)
			continue
		}
		if value.Path == recovery.DevicePath {
			line.Device = value.Value
			continue
		}
		line.Values[value.Path] = value.Value
	}
	slices.Sort(line.Withheld)
	return line, nil
}

// hidesValues reports whether the actor may see no value of an entry: it is internal, a
// correction made it internal, or the case is restricted.
func (s *Service) hidesValues(ctx context.Context, c recovery.Case, actor recovery.Actor, line JournalLine) (bool, error) {
	switch {
	case c.IsRestrictedFor(actor), hidesInternal(actor, line.Entry.Kind, line.Entry.Facts["visibility"]):
		return true, nil
	case line.Entry.Kind != recovery.EntryNoteAdded || line.CorrectedBy == 0:
		return false, nil
	}
	correction, err := s.readEntry(ctx, c.ID, line.CorrectedBy)
	return hidesInternal(actor, correction.Kind, correction.Facts["visibility"]), err
}

// Texts returns the prepared texts of a stage for this case.
func (s *Service) Texts(ctx context.Context, actor recovery.Actor, id recovery.CaseID, stage recovery.Stage) ([]playbook.Text, error) {
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if stage == "" {
		stage = c.Position.Stage
	}
	if !slices.Contains(recovery.Stages, stage) {
		return nil, recovery.Invalid([]recovery.FieldFault{{Field: "stage", Code: "unknown_value", Detail: "There is no such stage."}})
	}
	book, err := s.Registry.RuleSet(c.Playbook)
	if err != nil {
		return nil, err
	}
	return book.Texts(c, stage), nil
}
