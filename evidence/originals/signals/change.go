package signals

import (
	"regexp"
	"time"
)

// xmpTime matches a time of XMP behind the name of its field.
var xmpTime = regexp.MustCompile(`^(?:\s*=\s*["']|>)([0-9T:.+Z-]{10,35})`)

// savingTime is how long a program may take from the making of a file to its last save
// without a change by a person.
const savingTime = time.Minute

// readChange compares the times of making and of change in XMP.
func (f *findings) readChange(data []byte) {
	created, known := readXMPTime(data, "xmp:CreateDate")
	modified, knownToo := readXMPTime(data, "xmp:ModifyDate")
	if known && knownToo && modified.Sub(created) > savingTime {
		f.add(ChangedLater, modified.Format("2006-01-02 15:04:05"))
	}
}

// readXMPTime reads a time of XMP (ISO 8601). Both times of a file have a zone or none, so
// that they can be compared.
func readXMPTime(data []byte, field string) (time.Time, bool) {
	parts := after(data, field, 50)
	if len(parts) == 0 {
		return time.Time{}, false
	}
	match := xmpTime.FindSubmatch(parts[0])
	if match == nil {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999", "2006-01-02T15:04"} {
		if at, err := time.Parse(layout, string(match[1])); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// Times are when a file was made, by itself and by others. Zero times are unknown.
type Times struct {
	Taken    time.Time // by its own metadata
	Claimed  time.Time // by its sender
	Received time.Time
	Paid     time.Time // of the payment that it shows; zero if it shows none
}

const (
	clockError = 10 * time.Minute // between two honest clocks
	oneDay     = 24 * time.Hour   // within which people remember a day
)

// CompareTimes returns the contradictions between times. A mark's value is the time in the
// file, as written for zone.
func CompareTimes(t Times, zone *time.Location) []Mark {
	if t.Taken.IsZero() {
		return nil
	}
	var marks []Mark
	value := t.Taken.In(zone).Format("2006-01-02 15:04:05")
	add := func(kind Kind, contradicts bool) {
		if contradicts {
			marks = append(marks, Mark{Kind: kind, Value: value})
		}
	}
	add(TakenAfter, !t.Received.IsZero() && t.Taken.Sub(t.Received) > clockError)
	add(TakenBefore, !t.Paid.IsZero() && t.Paid.Sub(t.Taken) > clockError)
	add(ClaimedApart, !t.Claimed.IsZero() && t.Taken.Sub(t.Claimed).Abs() > oneDay)
	return marks
}
