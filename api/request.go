package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// newRequest makes the request of a call. parts are the parts of its body that
// distinguish it from other requests with the same key.
func newRequest(c echo.Context, key *string, parts ...string) (casework.Request, error) {
	if err := checkKey(key); err != nil {
		return casework.Request{}, err
	}
	request := casework.Request{Actor: actor(c), Device: device(c.Request())}
	if key != nil {
		request.Key, request.Fingerprint = *key, fingerprint(c.Request(), parts)
	}
	return request, nil
}

// readRequest makes the request of a call and decodes its JSON body into body.
func readRequest(c echo.Context, key *string, body any) (casework.Request, error) {
	raw, err := readJSON(c)
	if err != nil {
		return casework.Request{}, err
	}
	request, err := newRequest(c, key, string(raw))
	if err != nil {
		return casework.Request{}, err
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

// send answers a POST. body converts the result to its form in the API.
func send[T, B any](c echo.Context, status int, reply casework.Reply[T], body func(T) B) error {
	if reply.Replayed {
		c.Response().Header().Set("Idempotent-Replay", "true")
	}
	raw, err := marshal(body(reply.Value))
	if err != nil {
		return err
	}
	return c.Blob(status, echo.MIMEApplicationJSON, raw)
}

// sendCase answers with a case and its version.
func sendCase(c echo.Context, status int, reply casework.Reply[casework.View]) error {
	setETag(c, reply.Value.Version)
	return send(c, status, reply, caseOf)
}

func setETag(c echo.Context, version int64) {
	c.Response().Header().Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
}

// setLocation points to a new member of one of the API's collections.
func setLocation[ID ~string](c echo.Context, collection string, id ID) {
	c.Response().Header().Set(echo.HeaderLocation, base+collection+"/"+string(id))
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
