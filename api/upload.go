package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recourse/evidence/originals/blob"
	"recourse/recovery"
)

const (
	// maxField is the size in bytes of one field beside a file: the longest text
	// the domain accepts, in characters of four bytes.
	maxField = 4 * recovery.MaxText
	// maxOverhead is what a body may hold beside its file.
	maxOverhead = 1 << 20
	fileField   = "file"
)

// upload is a multipart body that was read to its end. Its file lies on the
// disk and is no blob yet.
type upload struct {
	fields map[string]string
	name   string // as the sender's program gave it, path and all
	file   *blob.Pending
}

// receiver reads one multipart body part by part, in whatever order they come;
// nothing of the file is held in memory.
type receiver struct {
	api     *API
	context echo.Context
	store   func(context.Context, io.Reader) (*blob.Pending, error)
	accepts []string // fields beside the file
	got     upload
}

// receiveFor reads an upload of an account for a case.
func (a *API) receiveFor(c echo.Context, id ID, accepts ...string) (upload, error) {
	return a.receive(c, func(ctx context.Context, body io.Reader) (*blob.Pending, error) {
		return a.service.Receive(ctx, actor(c), recovery.CaseID(id), body)
	}, accepts...)
}

// receive reads an upload; store streams its file to the disk. On any error
// nothing is left there.
func (a *API) receive(
	c echo.Context, store func(context.Context, io.Reader) (*blob.Pending, error), accepts ...string,
) (upload, error) {
	r := &receiver{api: a, context: c, store: store, accepts: accepts, got: upload{fields: map[string]string{}}}
	if err := r.read(); err != nil {
		if r.got.file != nil {
			r.got.file.Discard()
		}
		return upload{}, err
	}
	return r.got, nil
}

func (r *receiver) read() error {
	parts, err := r.parts()
	if err != nil {
		return err
	}
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) && errors.Unwrap(err) == nil {
			break // a wrapped EOF is a body that was cut off
		}
		if err != nil {
			return unread("", err, r.api.service.UploadLimit())
		}
		if err := r.take(part); err != nil {
			return err
		}
	}
	if r.got.file == nil {
		return invalidField(fileField, "required", "A file is needed.")
	}
	return nil
}

// parts checks what can be refused before a byte of the body is read.
func (r *receiver) parts() (*multipart.Reader, error) {
	request := r.context.Request()
	media, params, err := mime.ParseMediaType(request.Header.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEMultipartForm {
		return nil, recovery.Faultf(recovery.CodeUnsupportedMedia, "Send the file as multipart/form-data.")
	}
	if err := isPlain(request.Header); err != nil {
		return nil, err
	}
	if params["boundary"] == "" {
		return nil, malformedField("", "malformed", "The Content-Type names no boundary.")
	}
	whole := r.api.service.UploadLimit() + maxOverhead
	if request.ContentLength > whole {
		return nil, fileTooLarge(r.api.service.UploadLimit())
	}
	return multipart.NewReader(&bounded{Reader: request.Body, left: whole}, params["boundary"]), nil
}

func (r *receiver) take(part *multipart.Part) error {
	_, params, err := mime.ParseMediaType(part.Header.Get(echo.HeaderContentDisposition))
	if err != nil {
		return malformedField("", "malformed", "A part has no readable Content-Disposition.")
	}
	switch name := params["name"]; {
	case name == fileField:
		return r.takeFile(part, params["filename"])
	case !slices.Contains(r.accepts, name):
		return invalidField(printable(name), "unknown_field", "There is no such field here.")
	default:
		return r.takeField(part, name)
	}
}

func (r *receiver) takeField(part *multipart.Part, name string) error {
	if _, twice := r.got.fields[name]; twice {
		return invalidField(name, "duplicate_field", "The field stands there more than once.")
	}
	value, err := io.ReadAll(io.LimitReader(part, maxField+1))
	if err != nil {
		return unread(name, err, r.api.service.UploadLimit())
	}
	if len(value) > maxField {
		return invalidField(name, "too_long", fmt.Sprintf("At most %d bytes are accepted.", maxField))
	}
	r.got.fields[name] = string(value)
	return nil
}

// takeFile streams the file to the disk. Its name is kept as it came: a path in
// it is refused by casework, not quietly cut off.
func (r *receiver) takeFile(part *multipart.Part, name string) error {
	if r.got.file != nil {
		return invalidField(fileField, "duplicate_field", "Send one file at a time.")
	}
	source := &watched{Reader: part}
	file, err := r.store(r.context.Request().Context(), source)
	switch {
	case source.err != nil:
		return unread(fileField, source.err, r.api.service.UploadLimit())
	case recovery.CodeOf(err) == recovery.CodeTooLarge:
		return fileTooLarge(r.api.service.UploadLimit())
	case err != nil:
		return err
	}
	r.got.file, r.got.name = file, name
	return nil
}

// what lists an upload's fields for the fingerprint; casework adds the digest of
// the file.
func (u upload) what() []string {
	list := []string{u.name}
	for name, value := range u.fields {
		list = append(list, name+"="+value)
	}
	slices.Sort(list[1:])
	return list
}

func invalidField(field, code, detail string) error {
	return recovery.Invalid([]recovery.FieldFault{{Field: field, Code: code, Detail: detail}})
}

func fileTooLarge(limit int64) error {
	detail := fmt.Sprintf("The file is larger than %d bytes.", limit)
	return &recovery.Fault{Code: recovery.CodeTooLarge, Detail: detail, Fields: []recovery.FieldFault{
		{Field: fileField, Code: "too_large", Detail: detail},
	}}
}

// unread judges why a part could not be read to its end.
func unread(field string, err error, limit int64) error {
	if errors.Is(err, errBodyTooLong) {
		return fileTooLarge(limit)
	}
	return cutOff(field, err)
}

// watched remembers why its reader ended, so that a fault of the sender can be
// told from one of the disk.
type watched struct {
	io.Reader
	err error
}

// Read implements io.Reader.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

var errBodyTooLong = errors.New("the body is longer than any file may be")

// bounded ends a body that goes on beyond all limits.
type bounded struct {
	io.Reader
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errBodyTooLong
	}
	n, err := b.Reader.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// attachment names a download (RFC 6266).
func attachment(h http.Header, name string) {
	value := "attachment"
	if name = strings.TrimSpace(name); name != "" {
		if named := mime.FormatMediaType("attachment", map[string]string{"filename": name}); named != "" {
			value = named
		}
	}
	h.Set(echo.HeaderContentDisposition, value)
}
