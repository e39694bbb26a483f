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
	sealPath    = "seal.txt" // signs the tag manifest, so it is not listed there
)

// scriptParts form verify.sh when joined in the order of their names: a shell
// script that contains a Python program.
//
//go:embed script
var scriptParts embed.FS

// VerifyScript returns verify.sh, which verifies an unpacked bag or a sealed PDF
// with sh, openssl, sha256sum and python3. Every bag contains it; users who do not
// trust that copy can use this one.
func VerifyScript() []byte {
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

// guide explains in Chinese how to verify the bag and what that proves.
//
//go:embed guide.txt
var guide []byte

// Plan is a bag ready to write: all files except the dossier, and their manifest.
type Plan struct {
	folio    folio.Folio
	payload  []part // sorted by path
	tags     []part
	manifest []byte
}

// NewPlan plans the bag of a folio. It returns an error if the bag could not be
// verified.
func NewPlan(f folio.Folio) (*Plan, error) {
	if err := checkFolio(f); err != nil {
		return nil, fmt.Errorf("folio of %s: %w", f.Case.Number, err)
	}
	payload, err := buildPayload(f)
	if err != nil {
		return nil, fmt.Errorf("folio of %s: %w", f.Case.Number, err)
	}
	p := &Plan{folio: f, payload: payload}
	sums, octets := map[string]string{}, int64(0)
	for _, part := range payload {
		sums[part.path] = part.sha256
		octets += part.size
	}
	p.manifest = formatManifest(sums)
	p.tags = []part{
		partFromBytes("bagit.txt", []byte("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")),
		partFromBytes("bag-info.txt", formatBagInfo(f, octets, len(payload))),
		partFromBytes("manifest-sha256.txt", p.manifest),
		partFromBytes("核验说明.txt", guide),
		partFromBytes("verify.sh", VerifyScript()),
	}
	return p, nil
}

func buildPayload(f folio.Folio) ([]part, error) {
	held, err := collectOriginals(f)
	if err != nil {
		return nil, err
	}
	about, err := encodeCaseInfo(f, held)
	if err != nil {
		return nil, err
	}
	values, err := newValuesPart(f)
	if err != nil {
		return nil, err
	}
	pem, err := encodeKeyPEM(f.Key)
	if err != nil {
		return nil, err
	}
	payload := held.parts
	payload = append(payload,
		partFromBytes("data/case.json", about),
		partFromBytes("data/checkpoint.txt", []byte(f.Checkpoint)),
		newEntriesPart(f),
		values,
		partFromBytes("data/keys/checkpoint.pem", pem),
		partFromBytes("data/keys/checkpoint.vkey", []byte(f.Key+"\n")),
	)
	snapshot, err := newSnapshotParts(f)
	if err != nil {
		return nil, err
	}
	payload = append(append(payload, newTimeParts(f)...), snapshot...)
	slices.SortFunc(payload, func(a, b part) int { return strings.Compare(a.path, b.path) })
	return payload, nil
}

// extensions lets people open an original with a double click. Nothing else depends
// on it.
var extensions = map[string]string{
	"application/json": ".json", "application/pdf": ".pdf", "application/zip": ".zip",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       ".xlsx",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"audio/aac": ".aac", "audio/amr": ".amr", "audio/mp4": ".m4a", "audio/mpeg": ".mp3", "audio/wav": ".wav",
	"image/gif": ".gif", "image/heic": ".heic", "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp",
	"application/x-ndjson": ".jsonl", "message/rfc822": ".eml",
	"text/csv": ".csv", "text/html": ".html", "text/plain": ".txt",
	"video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm",
}

func fileExtension(mediaType string) string { return extensions[baseMediaType(mediaType)] }

func isCompressible(mediaType string) bool {
	kind := baseMediaType(mediaType)
	return strings.HasPrefix(kind, "text/") || kind == "application/json"
}

func baseMediaType(mediaType string) string {
	kind, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return ""
	}
	return kind
}

// formatManifest returns a BagIt manifest. It is sorted by path, so that the same
// files always produce the same bytes.
func formatManifest(sums map[string]string) []byte {
	var out bytes.Buffer
	for _, path := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(&out, "%s  %s\n", sums[path], path)
	}
	return out.Bytes()
}
