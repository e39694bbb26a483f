package casework

import (
	"context"
	"slices"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// JournalWindow is a part of a journal with everything that decides how its entries
// count, so that nobody need read the rest.
type JournalWindow struct {
	First, Last int64 // numbers of the entries in the window
	Size        int64 // number of all entries of the case
	// Lines are the entries of the window, oldest first. Among them are others that
	// journal.ApplyCorrections needs: the filing, the steps that the first entries of
	// the window followed from, and the later corrections.
	Lines []JournalLine
}

// Contains reports whether an entry is in the window.
func (w JournalWindow) Contains(seq int64) bool { return w.First <= seq && seq <= w.Last }

// JournalWindow returns limit entries that end with the entry last, or with the newest
// one if last is 0 or above the size of the journal.
func (s *Service) JournalWindow(ctx context.Context, actor recovery.Actor, id recovery.CaseID, last int64, limit int) (JournalWindow, error) {
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return JournalWindow{}, err
	}
	var w JournalWindow
	if w.Size, err = s.Store.JournalSize(ctx, id); err != nil {
		return w, err
	}
	w.Last = w.Size
	if last > 0 {
		w.Last = min(last, w.Size)
	}
	w.First = max(1, w.Last-int64(limit)+1)
	corrections, err := s.Store.CorrectionsAfter(ctx, id, w.Last)
	if err != nil {
		return w, err
	}
	entries, err := s.readFromCause(ctx, id, w, corrections)
	if err != nil {
		return w, err
	}
	w.Lines, err = s.journalLines(ctx, c, actor, entries)
	return w, err
}

// maxFollowing is how many entries usually follow from one step.
const maxFollowing = 8

// readFromCause reads the entries of a window, those that its first entry followed from,
// the filing and the given ones.
func (s *Service) readFromCause(ctx context.Context, id recovery.CaseID, w JournalWindow, others []int64) ([]journal.StoredEntry, error) {
	for first := w.First; ; {
		first = max(1, first-maxFollowing)
		numbers := append([]int64{1}, others...)
		for seq := first; seq <= w.Last; seq++ {
			numbers = append(numbers, seq)
		}
		entries, err := s.Store.ReadEntriesAt(ctx, id, numbers)
		if err != nil || first == 1 {
			return entries, err
		}
		from := slices.IndexFunc(entries, func(e journal.StoredEntry) bool { return e.Record.Seq == first })
		start, err := lastCause(entries[from : from+int(w.First-first)+1])
		if err != nil {
			return nil, err
		}
		if start >= 0 {
			return slices.Delete(entries, from, from+start), nil
		}
	}
}

// lastCause returns the index of the newest entry that did not follow from an earlier
// one; -1 if all of them did.
func lastCause(entries []journal.StoredEntry) (int, error) {
	for i, stored := range slices.Backward(entries) {
		entry, err := journal.ParseEntry(stored.Record.Bytes)
		if err != nil {
			return 0, err
		}
		if !entry.FollowsFromEarlier() {
			return i, nil
		}
	}
	return -1, nil
}

// RecentMessages returns the newest messages of a case and what mediators said, oldest
// first and without those taken back. Among them are the entries that replace them.
func (s *Service) RecentMessages(ctx context.Context, actor recovery.Actor, id recovery.CaseID, limit int) ([]JournalLine, error) {
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	replacedBy, takenBack := map[int64]int64{}, []int64{}
	for _, mark := range c.Corrections {
		if mark.TakenBack {
			takenBack = append(takenBack, mark.Seq)
		} else {
			replacedBy[mark.Seq] = mark.BySeq
		}
	}
	kinds := []recovery.EntryKind{recovery.EntryContactRecorded, recovery.EntryMediationRecorded}
	numbers, err := s.Store.NewestEntries(ctx, id, kinds, takenBack, limit)
	if err != nil {
		return nil, err
	}
	for _, seq := range slices.Clone(numbers) {
		if by, isReplaced := replacedBy[seq]; isReplaced {
			numbers = append(numbers, by)
		}
	}
	entries, err := s.Store.ReadEntriesAt(ctx, id, numbers)
	if err != nil {
		return nil, err
	}
	return s.journalLines(ctx, c, actor, entries)
}

// ProposedCorrections lists the entries that propose corrections, oldest first.
func (s *Service) ProposedCorrections(ctx context.Context, actor recovery.Actor, id recovery.CaseID) ([]JournalLine, error) {
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	entries, err := s.Store.EntriesOfKind(ctx, id, recovery.EntryCorrectionProposed)
	if err != nil {
		return nil, err
	}
	return s.journalLines(ctx, c, actor, entries)
}

// Stages returns the stages that a case has been in.
func (s *Service) Stages(ctx context.Context, actor recovery.Actor, id recovery.CaseID) (recovery.StageRecord, error) {
	if _, err := s.visibleCase(ctx, actor, id); err != nil {
		return recovery.StageRecord{}, err
	}
	return s.Store.ReadStages(ctx, id)
}

func (s *Service) journalLines(ctx context.Context, c recovery.Case, actor recovery.Actor, entries []journal.StoredEntry) ([]JournalLine, error) {
	lines := make([]JournalLine, 0, len(entries))
	for _, entry := range entries {
		line, err := s.journalLine(ctx, c, actor, entry)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}
