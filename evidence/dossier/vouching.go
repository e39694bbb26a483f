package dossier

// External evidence for a dossier: a time stamp and a seal. If one is missing, the
// dossier states that.

// sealAndTime is a line of the cover.
func (s *composer) sealAndTime() string {
	seal, time := s.t.text("seal_none"), s.t.text("outside_time_none")
	switch {
	case s.folio.Development:
		seal = s.t.text("seal_development")
	case s.folio.SealedBy != "":
		seal = s.t.shortenName(s.folio.SealedBy)
	}
	if s.folio.Stamp != nil {
		time = formatTime(s.folio.Stamp.At)
	}
	return s.t.text("seal_and_time", "seal", seal, "time", time)
}

func (s *composer) plainTime() string {
	if s.folio.Stamp == nil {
		return s.t.text("plain_time")
	}
	return s.t.text("plain_time_stamped", "time", formatTime(s.folio.Stamp.At), "count", len(s.folio.Entries))
}

func (s *composer) plainSeal() string {
	switch {
	case s.folio.Development:
		return s.t.text("plain_seal_development")
	case s.folio.SealedBy == "":
		return s.t.text("plain_seal_none")
	default:
		return s.t.text("plain_seal", "name", s.t.shortenName(s.folio.SealedBy))
	}
}
