package dossier

import (
	"slices"

	"recourse/evidence/folio"
)

// Part is one part of a dossier, with its title as printed.
type Part struct{ Name, Title string }

// Contents lists the parts that the dossier of a folio has, without building it. It
// opens no file.
func Contents(f folio.Folio) ([]Part, error) {
	f.Exhibits = slices.Clone(f.Exhibits)
	for i := range f.Exhibits {
		f.Exhibits[i].Open, f.Exhibits[i].Copy = nil, nil
	}
	p, err := newDraft(f, Options{})
	if err != nil {
		return nil, err
	}
	s := &composer{draft: p}
	var parts []Part
	for _, one := range s.chapters() {
		parts = append(parts, Part{one.goal, one.title})
	}
	return parts, nil
}
