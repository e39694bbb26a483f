package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// ask is a request on its way to casework and back. It keeps the bytes that
// were stored for a repetition, so that the first answer is the same bytes.
type ask struct {
	casework.Request
	rendered []byte
}

// newAsk makes the request of a call. what are the parts of its body that make
// it this request and no other.
func newAsk(c echo.Context, key *string, what ...string) (*ask, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	a := &ask{Request: casework.Request{Actor: actor(c), Device: device(c.Request())}}
	if key != nil {
		a.Key = *key
		a.Fingerprint = fingerprint(c.Request(), what)
	}
	a.Render = func(value any) ([]byte, error) {
		body, err := render(value)
		a.rendered = body
		return body, err
	}
	return a, nil
}

// askWith makes the request of a call whose JSON body is read into body. The
// bytes as they came make it this request and no other.
func askWith(c echo.Context, key *string, body any) (*ask, error) {
	raw, err := readJSON(c)
	if err != nil {
		return nil, err
	}
	request, err := newAsk(c, key, string(raw))
	if err != nil {
		return nil, err
	}
	return request, decode(raw, body)
}

const maxKey = 200

func checkKey(key *string) error {
	if key == nil {
		return nil
	}
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	if *key == "" || len(*key) > maxKey || strings.ContainsFunc(*key, odd) {
		return malformedField("Idempotency-Key", "malformed",
			fmt.Sprintf("A key is 1 to %d visible ASCII characters.", maxKey))
	}
	return nil
}

// fingerprint tells one request from another. Each part goes in with its
// length, so that no two lists of parts read the same.
func fingerprint(r *http.Request, parts []string) string {
	hash := sha256.New()
	for _, part := range append([]string{r.Method, r.URL.Path}, parts...) {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// device is what the caller's program calls itself, fit for the journal.
func device(r *http.Request) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return -1
	}, strings.ToValidUTF8(r.UserAgent(), ""))
}

// noVersion is a version that no case has: what asks for it is refused.
const noVersion = int64(-1)

// ifMatch reads the precondition of a change (RFC 9110 §13.1.1): the comparison
// is strong, so a weak or foreign tag matches no version.
func ifMatch(header *string) (*int64, error) {
	if header == nil || strings.TrimSpace(*header) == "*" {
		return nil, nil
	}
	tag := strings.TrimSpace(*header)
	if strings.Contains(tag, ",") {
		return nil, malformedField("If-Match", "malformed", "Send one entity tag, or *.")
	}
	version := noVersion
	if quoted := len(tag) > 2 && tag[0] == '"' && tag[len(tag)-1] == '"'; quoted {
		if seen, err := strconv.ParseInt(tag[1:len(tag)-1], 10, 64); err == nil {
			version = seen
		}
	}
	return &version, nil
}

// made is what an answer tells of itself in headers, read from its bytes: for a
// repetition there is nothing else.
type made struct {
	ID       string `json:"id"`
	Version  int64  `json:"version"`
	Evidence struct {
		ID string `json:"id"`
	} `json:"evidence"`
}

// send answers a POST: with the stored bytes of the first answer, or with those
// of this one. stamp puts headers that depend on what was made.
func send[T any](c echo.Context, status int, a *ask, reply casework.Reply[T], stamp func(http.Header, made)) error {
	body := reply.Stored
	if body != nil || reply.Replayed {
		c.Response().Header().Set("Idempotent-Replay", "true")
	}
	if body == nil {
		body = a.rendered
	}
	if body == nil {
		var err error
		if body, err = render(reply.Value); err != nil {
			return err
		}
	}
	var m made
	if err := json.Unmarshal(body, &m); err != nil {
		return fmt.Errorf("reading back an answer: %w", err)
	}
	stamp(c.Response().Header(), m)
	return c.Blob(status, echo.MIMEApplicationJSON, body)
}

func tagged(h http.Header, m made) { h.Set("ETag", etag(m.Version)) }

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// located points to what was made, in one of the collections of the API.
func located(collection string) func(http.Header, made) {
	return func(h http.Header, m made) {
		h.Set(echo.HeaderLocation, base+collection+"/"+m.ID)
	}
}

// sendJSON answers what keeps nothing for a repetition: every GET, and POSTs that
// only ask.
func sendJSON(c echo.Context, value any) error {
	body, err := marshal(value)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, body)
}

// known refuses what cannot be an id before the database is asked for it.
func known(id ID) error {
	if len(id) != 36 || strings.ContainsFunc(id, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'f')
	}) {
		return recovery.Faultf(recovery.CodeNotFound, "There is no such thing.")
	}
	return nil
}
