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

// newRequest returns the request of an HTTP call. parts are the parts of its
// body that distinguish it from other requests with the same idempotency key.
func newRequest(c echo.Context, key *string, parts ...string) (casework.Request, error) {
	if err := checkKey(key); err != nil {
		return casework.Request{}, err
	}
	request := casework.Request{Actor: actorFrom(c), Device: userAgent(c.Request()), HeaderOnly: isHead(c)}
	if key != nil {
		request.Key, request.Fingerprint = *key, requestFingerprint(c.Request(), parts)
	}
	return request, nil
}

// readRequest returns the request of an HTTP call and decodes its JSON body
// into body.
func readRequest(c echo.Context, key *string, body any) (casework.Request, error) {
	raw, err := readJSON(c)
	if err != nil {
		return casework.Request{}, err
	}
	request, err := newRequest(c, key, string(raw))
	if err != nil {
		return casework.Request{}, err
	}
	return request, decodeStrict(raw, body)
}

const maxKey = 200

func checkKey(key *string) error {
	if key == nil {
		return nil
	}
	invalid := func(r rune) bool { return r <= ' ' || r > '~' }
	if *key == "" || len(*key) > maxKey || strings.ContainsFunc(*key, invalid) {
		return malformedField("Idempotency-Key", "malformed",
			fmt.Sprintf("The key is not valid. Send 1 to %d visible ASCII characters.", maxKey))
	}
	return nil
}

// requestFingerprint returns a hash that distinguishes requests with the same
// idempotency key. The length of each part is hashed too, so different lists of
// parts never have the same input.
func requestFingerprint(r *http.Request, parts []string) string {
	hash := sha256.New()
	for _, part := range append([]string{r.Method, r.URL.Path}, parts...) {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// userAgent returns the client's User-Agent without characters that the journal
// does not accept.
func userAgent(r *http.Request) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return -1
	}, strings.ToValidUTF8(r.UserAgent(), ""))
}

// neverMatches is a version that no case has, so the precondition fails.
const neverMatches = int64(-1)

// parseIfMatch parses the precondition of a change (RFC 9110 §13.1.1). The
// comparison is strong, so a weak or foreign tag matches no version.
func parseIfMatch(header *string) (*int64, error) {
	if header == nil || strings.TrimSpace(*header) == "*" {
		return nil, nil
	}
	tag := strings.TrimSpace(*header)
	if strings.Contains(tag, ",") {
		return nil, malformedField("If-Match", "malformed", "The header is not valid. Send one entity tag, or *.")
	}
	version := neverMatches
	if quoted := len(tag) > 2 && tag[0] == '"' && tag[len(tag)-1] == '"'; quoted {
		if seen, err := strconv.ParseInt(tag[1:len(tag)-1], 10, 64); err == nil {
			version = seen
		}
	}
	return &version, nil
}

// sendReply sends the response of a POST. render converts the result to its
// JSON form.
func sendReply[T, B any](c echo.Context, status int, reply casework.Reply[T], render func(T) B) error {
	if reply.Replayed {
		c.Response().Header().Set("Idempotent-Replay", "true")
	}
	raw, err := marshalJSON(render(reply.Value))
	if err != nil {
		return err
	}
	return c.Blob(status, echo.MIMEApplicationJSON, raw)
}

// sendCase sends a case with its version as the ETag.
func sendCase(c echo.Context, status int, reply casework.Reply[casework.View]) error {
	setETag(c, reply.Value.Version)
	return sendReply(c, status, reply, renderCase)
}

func setETag(c echo.Context, version int64) {
	c.Response().Header().Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
}

// setLocation points to a new member of a collection.
func setLocation[ID ~string](c echo.Context, collection string, id ID) {
	c.Response().Header().Set(echo.HeaderLocation, basePath+collection+"/"+string(id))
}

// sendJSON sends a response without an idempotency record: every GET, and POST
// requests that store nothing.
func sendJSON(c echo.Context, value any) error {
	body, err := marshalJSON(value)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, body)
}

// checkID refuses strings that cannot be an id before they reach the database.
func checkID(id ID) error {
	if len(id) != 36 || strings.ContainsFunc(id, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'f')
	}) {
		return recovery.Faultf(recovery.CodeNotFound, "Not found. Check the id.")
	}
	return nil
}
