package intake

import (
	"encoding/binary"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// filmMedia are the types that consist of boxes (ISO/IEC 14496-12): videos and the
// audio that phones record.
var filmMedia = map[string]bool{
	"video/mp4": true, "video/quicktime": true, "video/x-m4v": true, "video/3gpp": true, "audio/mp4": true, "audio/x-m4a": true,
}

// Limits on hostile films: boxes at one level, and bytes of a metadata box. Audio and
// video data is skipped.
const (
	maxBoxes   = 1_000
	maxBoxBody = 64 << 10
)

// box is a box of a film: its kind and the range of its body.
type box struct {
	kind     string
	from, to int64
}

// listBoxes returns the boxes in a range of the file, up to the first that does not
// fit into it.
func (s source) listBoxes(from, to int64) (list []box) {
	for at := from; at+8 <= to && len(list) < maxBoxes; {
		head, err := s.readRange(at, 16)
		if err != nil || len(head) < 8 {
			return list
		}
		size, body := int64(binary.BigEndian.Uint32(head)), at+8
		switch {
		case size == 0: // extends to the end
			size = to - at
		case size == 1 && len(head) == 16:
			size, body = int64(binary.BigEndian.Uint64(head[8:])), at+16
		}
		if size < body-at || size > to-at {
			return list
		}
		list = append(list, box{kind: string(head[4:8]), from: body, to: at + size})
		at += size
	}
	return list
}

// readBoxBody reads a metadata box; it returns nil when the box is too long.
func (s source) readBoxBody(b box) []byte {
	if b.to-b.from > maxBoxBody {
		return nil
	}
	body, err := s.readRange(b.from, int(b.to-b.from))
	if err != nil {
		return nil
	}
	return body
}

// readFilmFacts reads the metadata of a film. Named values from the phone's maker
// take precedence over the format's own fields, which converters overwrite.
func readFilmFacts(s source) Facts {
	var f Facts
	for _, top := range s.listBoxes(0, s.size) {
		if top.kind != "moov" {
			continue
		}
		for _, b := range s.listBoxes(top.from, top.to) {
			switch b.kind {
			case "mvhd":
				f.setCreationTime(s, parseMovieTime(s.readBoxBody(b)))
			case "udta":
				f.readUserData(s, b)
			case "meta":
				f.readKeyedMetadata(s, b)
			}
		}
		return f
	}
	return f
}

func (f *Facts) setCreationTime(s source, at time.Time) {
	if f.TakenAt.IsZero() && s.isPlausibleTime(at) {
		f.TakenAt = at.UTC()
	}
}

// parseMovieTime reads the creation time (14496-12, 8.2.2): seconds since 1904, UTC.
func parseMovieTime(body []byte) time.Time {
	const since1904 = 2_082_844_800 // seconds to 1970
	var seconds uint64
	switch {
	case len(body) >= 12 && body[0] == 1:
		seconds = binary.BigEndian.Uint64(body[4:])
	case len(body) >= 8 && body[0] == 0:
		seconds = uint64(binary.BigEndian.Uint32(body[4:]))
	}
	if seconds < since1904 || seconds > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(seconds)-since1904, 0)
}

// readUserData reads QuickTime's user data: texts preceded by a length and a language.
func (f *Facts) readUserData(s source, udta box) {
	for _, b := range s.listBoxes(udta.from, udta.to) {
		if b.kind == "meta" {
			f.readKeyedMetadata(s, b)
			continue
		}
		body := s.readBoxBody(b)
		if len(body) < 4 || !strings.HasPrefix(b.kind, "\xA9") {
			continue
		}
		length := min(int(binary.BigEndian.Uint16(body)), len(body)-4)
		f.setByName(s, b.kind[1:], string(body[4:4+length]))
	}
}

// readKeyedMetadata reads named metadata: a list of keys, and a list of values whose
// indexes start at 1. In MP4 a version precedes both, in QuickTime none.
func (f *Facts) readKeyedMetadata(s source, meta box) {
	if start, err := s.readRange(meta.from, 8); err == nil && len(start) == 8 && string(start[4:]) != "hdlr" {
		meta.from += 4
	}
	var keys []string
	for _, b := range s.listBoxes(meta.from, meta.to) {
		switch b.kind {
		case "keys":
			keys = parseKeyNames(s.readBoxBody(b))
		case "ilst":
			for _, item := range s.listBoxes(b.from, b.to) {
				index := int(binary.BigEndian.Uint32([]byte(item.kind))) - 1
				if value := s.readBoxBody(item); index >= 0 && index < len(keys) && len(value) > 16 && string(value[4:8]) == "data" {
					f.setByName(s, keys[index], string(value[16:]))
				}
			}
		}
	}
}

// parseKeyNames reads a list of names, each preceded by its size and namespace.
func parseKeyNames(body []byte) (names []string) {
	for at := 8; at+8 <= len(body) && len(names) < maxTags; {
		size := int(binary.BigEndian.Uint32(body[at:]))
		if size < 8 || size > len(body)-at {
			return names
		}
		names = append(names, string(body[at+8:at+size]))
		at += size
	}
	return names
}

// appleKey is the prefix of names in QuickTime's metadata.
const appleKey = "com.apple.quicktime."

// setByName sets the fact with this name. The first value of a name counts, except
// for the time: one with a time zone replaces one without.
func (f *Facts) setByName(s source, name, value string) {
	value = printableText(value)
	switch strings.TrimPrefix(name, appleKey) {
	case "creationdate":
		if at, err := time.Parse("2006-01-02T15:04:05-0700", value); err == nil && s.isPlausibleTime(at) {
			f.TakenAt = at.UTC()
		}
	case "location.ISO6709", "xyz":
		if f.Place == nil {
			f.Place = parsePlace(value)
		}
	case "make", "mak":
		f.Device = printableText(joinDeviceName(value, f.Device))
	case "model", "mod":
		f.Device = printableText(joinDeviceName(f.Device, value))
	case "software", "swr":
		f.Software = value
	}
}

// isoPoint matches a place in degrees (ISO 6709): +30.2500+120.1667+010.5/.
var isoPoint = regexp.MustCompile(`^([+-]\d{1,2}(?:\.\d{1,10})?)([+-]\d{1,3}(?:\.\d{1,10})?)(?:[+-][\d.]{1,12})?/?$`)

func parsePlace(value string) *Place {
	parts := isoPoint.FindStringSubmatch(value)
	if parts == nil {
		return nil
	}
	latitude, errN := strconv.ParseFloat(parts[1], 64)
	longitude, errE := strconv.ParseFloat(parts[2], 64)
	if errN != nil || errE != nil || latitude < -90 || latitude > 90 || longitude < -180 || longitude > 180 {
		return nil
	}
	return &Place{Latitude: latitude, Longitude: longitude}
}
