package bag

import (
	"errors"
	"fmt"

	"recourse/evidence/folio"
)

const (
	historyPath = "data/keys/history.txt"
	rootsPath   = "data/tokens/authorities.pem"
	stampPath   = "data/tokens/checkpoint.tsr"
)

// checkTimes refuses checkpoints and stamps that could not be verified.
func checkTimes(f folio.Folio) error {
	stamped := f.Stamp != nil
	size := int64(0)
	for _, point := range f.Earlier {
		if point.Size <= size || point.Size >= int64(len(f.Entries)) {
			return fmt.Errorf("earlier checkpoint of size %d: not between the one before it and the export's", point.Size)
		}
		size, stamped = point.Size, stamped || point.Stamp != nil
	}
	switch {
	case f.Keys == "":
		return errors.New("the history of keys is empty")
	case stamped && len(f.Roots) == 0:
		return errors.New("stamps need the certificates they lead to")
	}
	return nil
}

// timeParts are the history of keys, the earlier checkpoints and the time stamps.
func timeParts(f folio.Folio) []part {
	parts := []part{fixed(historyPath, []byte(f.Keys))}
	stamps := usefulStamps(f)
	for i, point := range f.Earlier {
		parts = append(parts, fixed(fmt.Sprintf("data/checkpoints/%09d.txt", point.Size), []byte(point.Note)))
		if stamp := stamps[i]; stamp != nil {
			parts = append(parts, fixed(fmt.Sprintf("data/tokens/%09d.tsr", point.Size), stamp.Token))
		}
	}
	if f.Stamp != nil {
		parts = append(parts, fixed(stampPath, f.Stamp.Token))
	}
	for _, stamp := range append(stamps, f.Stamp) {
		if stamp != nil {
			return append(parts, fixed(rootsPath, f.Roots))
		}
	}
	return parts
}

// usefulStamps leaves out those of earlier checkpoints that came later than the
// stamp of a later one, which covers the same entries at a better time: in a
// bag, stamps never go back.
func usefulStamps(f folio.Folio) []*folio.Stamp {
	stamps := make([]*folio.Stamp, len(f.Earlier))
	next := f.Stamp
	for i := len(f.Earlier) - 1; i >= 0; i-- {
		stamp := f.Earlier[i].Stamp
		if stamp == nil || next != nil && stamp.At.After(next.At) {
			continue
		}
		stamps[i], next = stamp, stamp
	}
	return stamps
}
