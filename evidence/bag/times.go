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

// checkCheckpoints returns an error if the earlier checkpoints or the time stamps
// could not be verified.
func checkCheckpoints(f folio.Folio) error {
	stamped := f.Stamp != nil
	size := int64(0)
	for _, point := range f.Earlier {
		if point.Size <= size || point.Size >= int64(len(f.Entries)) {
			return fmt.Errorf("earlier checkpoint of size %d: not between the previous one and that of the export", point.Size)
		}
		size, stamped = point.Size, stamped || point.Stamp != nil
	}
	switch {
	case f.Keys == "":
		return errors.New("the key history is empty")
	case stamped && len(f.Roots) == 0:
		return errors.New("the root certificates of the time stamps are missing")
	}
	return nil
}

// newTimeParts returns the key history, the earlier checkpoints and the time stamps.
func newTimeParts(f folio.Folio) []part {
	parts := []part{partFromBytes(historyPath, []byte(f.Keys))}
	stamps := selectStamps(f)
	for i, point := range f.Earlier {
		parts = append(parts, partFromBytes(fmt.Sprintf("data/checkpoints/%09d.txt", point.Size), []byte(point.Note)))
		if stamp := stamps[i]; stamp != nil {
			parts = append(parts, partFromBytes(fmt.Sprintf("data/tokens/%09d.tsr", point.Size), stamp.Token))
		}
	}
	if f.Stamp != nil {
		parts = append(parts, partFromBytes(stampPath, f.Stamp.Token))
	}
	for _, stamp := range append(stamps, f.Stamp) {
		if stamp != nil {
			return append(parts, partFromBytes(rootsPath, f.Roots))
		}
	}
	return parts
}

// selectStamps omits the stamp of an earlier checkpoint if a later checkpoint has an
// earlier stamp, which proves the same entries better. Verifiers require that the
// times of stamps never decrease.
func selectStamps(f folio.Folio) []*folio.Stamp {
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
