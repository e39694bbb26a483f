package bag

import (
	"bytes"
	"embed"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strings"

	"recourse/evidence/folio"
)

const (
	dossierPath = "dossier.pdf"
	sealPath    = "seal.txt" // covers the tag manifest, so it cannot stand in it
)

// scriptParts make up verify.sh, one after the other in the order of their
// names: a shell script that carries a Python program.
//
//go:embed script
var scriptParts embed.FS

// Script is verify.sh, which checks an unpacked bag or a sealed PDF with sh,
// openssl, sha256sum and python3. It lies in every bag; somebody who would
// rather not trust that copy takes this one.
func Script() []byte {
	parts, err := scriptParts.ReadDir("script")
	if err != nil {
		panic("bag: built without its script: " + err.Error())
	}
	var script []byte
	for _, part := range parts {
		text, err := scriptParts.ReadFile("script/" + part.Name())
		if err != nil {
			panic("bag: built without its script: " + err.Error())
		}
		script = append(script, text...)
	}
	return script
}

// guide is the page that says, in Chinese, how to check the bag and what that
// proves.
//
//go:embed guide.txt
var guide []byte

// Plan is a bag before it is written: every file but the dossier, and what
// covers them.
type Plan struct {
	folio    folio.Folio
	payload  []part // sorted by path
	tags     []part
	manifest []byte
}

// NewPlan lays out the bag of a folio. It fails if the bag could not verify.
func NewPlan(f folio.Folio) (*Plan, error) {
	if err := check(f); err != nil {
		return nil, fmt.Errorf("folio of %s: %w", f.Case.Number, err)
	}
	payload, err := payloadOf(f)
	if err != nil {
		return nil, fmt.Errorf("folio of %s: %w", f.Case.Number, err)
	}
	p := &Plan{folio: f, payload: payload}
	sums, octets := map[string]string{}, int64(0)
	for _, part := range payload {
		sums[part.path] = part.sha256
		octets += part.size
	}
	p.manifest = manifestOf(sums)
	p.tags = []part{
		fixed("bagit.txt", []byte("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")),
		fixed("bag-info.txt", bagInfo(f, octets, len(payload))),
		fixed("manifest-sha256.txt", p.manifest),
		fixed("核验说明.txt", guide),
		fixed("verify.sh", Script()),
	}
	return p, nil
}

func payloadOf(f folio.Folio) ([]part, error) {
	held, err := originalsOf(f)
	if err != nil {
		return nil, err
	}
	about, err := caseFile(f, held)
	if err != nil {
		return nil, err
	}
	values, err := valuesFile(f)
	if err != nil {
		return nil, err
	}
	pem, err := keyPEM(f.Key)
	if err != nil {
		return nil, err
	}
	payload := held.parts
	payload = append(payload,
		fixed("data/case.json", about),
		fixed("data/checkpoint.txt", []byte(f.Checkpoint)),
		entriesFile(f),
		values,
		fixed("data/keys/checkpoint.pem", pem),
		fixed("data/keys/checkpoint.vkey", []byte(f.Key+"\n")),
	)
	stood, err := standingFile(f)
	if err != nil {
		return nil, err
	}
	payload = append(append(payload, timeParts(f)...), stood...)
	slices.SortFunc(payload, func(a, b part) int { return strings.Compare(a.path, b.path) })
	return payload, nil
}

// extensions helps people who open an original by a double click; nothing
// relies on it.
var extensions = map[string]string{
	"application/json": ".json", "application/pdf": ".pdf", "application/zip": ".zip",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       ".xlsx",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"audio/aac": ".aac", "audio/amr": ".amr", "audio/mp4": ".m4a", "audio/mpeg": ".mp3", "audio/wav": ".wav",
	"image/gif": ".gif", "image/heic": ".heic", "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp",
	"text/csv": ".csv", "text/html": ".html", "text/plain": ".txt",
	"video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm",
}

func extension(mediaType string) string { return extensions[bare(mediaType)] }

func compressible(mediaType string) bool {
	kind := bare(mediaType)
	return strings.HasPrefix(kind, "text/") || kind == "application/json"
}

func bare(mediaType string) string {
	kind, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return ""
	}
	return kind
}

// manifestOf writes a BagIt manifest, sorted by path so that it is the same
// every time.
func manifestOf(sums map[string]string) []byte {
	var out bytes.Buffer
	for _, path := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(&out, "%s  %s\n", sums[path], path)
	}
	return out.Bytes()
}
