package dossier

// What vouches for a dossier from outside, said where people look for it: a
// stranger's time, and a seal. What is lacking is said in as plain words.

// vouching is a line of the cover.
func (s *setting) vouching() string {
	seal, time := s.t.text("seal_none"), s.t.text("outside_time_none")
	switch {
	case s.folio.Development:
		seal = s.t.text("seal_development")
	case s.folio.SealedBy != "":
		seal = s.t.brief(s.folio.SealedBy)
	}
	if s.folio.Stamp != nil {
		time = clock(s.folio.Stamp.At)
	}
	return s.t.text("seal_and_time", "seal", seal, "time", time)
}

func (s *setting) plainTime() string {
	if s.folio.Stamp == nil {
		return s.t.text("plain_time")
	}
	return s.t.text("plain_time_stamped", "time", clock(s.folio.Stamp.At), "count", len(s.folio.Entries))
}

func (s *setting) plainSeal() string {
	switch {
	case s.folio.Development:
		return s.t.text("plain_seal_development")
	case s.folio.SealedBy == "":
		return s.t.text("plain_seal_none")
	default:
		return s.t.text("plain_seal", "name", s.t.brief(s.folio.SealedBy))
	}
}
