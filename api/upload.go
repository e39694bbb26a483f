package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recourse/evidence/originals/blob"
	"recourse/recovery"
)

const (
	// maxFieldSize is the maximum size in bytes of a form field: the longest text
	// the domain accepts, with four bytes a character.
	maxFieldSize = 4 * recovery.MaxText
	// maxFieldsSize is the number of bytes a body may contain in addition to its
	// file.
	maxFieldsSize = 1 << 20
	fileField     = "file"
)

// receivedUpload is a multipart body that was read completely. Its file is on
// disk but not yet in the blob store.
type receivedUpload struct {
	fields map[string]string
	name   string // as sent, possibly with a path
	file   *blob.Pending
}

// uploadReader reads one multipart body part by part, in any order. The file is
// streamed, not held in memory.
type uploadReader struct {
	api     *API
	context echo.Context
	accepts []string // names of the form fields
	result  receivedUpload
}

// receiveCaseUpload reads an upload of an account to a case.
func (a *API) receiveCaseUpload(c echo.Context, id ID, accepts ...string) (receivedUpload, error) {
	key := c.Request().Header.Get("Idempotency-Key")
	if err := a.service.CheckUpload(c.Request().Context(), actorFrom(c), key, recovery.CaseID(id)); err != nil {
		return receivedUpload{}, err
	}
	return a.receiveUpload(c, accepts...)
}

// receiveUpload reads an upload that the caller has permitted. On any error the file is
// removed.
func (a *API) receiveUpload(c echo.Context, accepts ...string) (receivedUpload, error) {
	r := &uploadReader{api: a, context: c, accepts: accepts, result: receivedUpload{fields: map[string]string{}}}
	if err := r.readParts(); err != nil {
		if r.result.file != nil {
			r.result.file.Discard()
		}
		return receivedUpload{}, err
	}
	return r.result, nil
}

func (r *uploadReader) readParts() error {
	parts, err := r.openMultipart()
	if err != nil {
		return err
	}
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) && errors.Unwrap(err) == nil {
			break // a wrapped EOF means that the body ended early
		}
		if err != nil {
			return partFault("", err, r.api.service.UploadLimit())
		}
		if err := r.readPart(part); err != nil {
			return err
		}
	}
	if r.result.file == nil {
		return invalidField(fileField, "required", "The file is missing.")
	}
	return nil
}

// openMultipart refuses what can be refused before the body is read.
func (r *uploadReader) openMultipart() (*multipart.Reader, error) {
	request := r.context.Request()
	media, params, err := mime.ParseMediaType(request.Header.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEMultipartForm {
		return nil, recovery.Faultf(recovery.CodeUnsupportedMedia, "Send the file as multipart/form-data.")
	}
	if err := checkNotEncoded(request.Header); err != nil {
		return nil, err
	}
	if params["boundary"] == "" {
		return nil, malformedField("", "malformed", "The Content-Type header has no boundary.")
	}
	limit := r.api.service.UploadLimit() + maxFieldsSize
	if request.ContentLength > limit {
		return nil, fileTooLargeFault(r.api.service.UploadLimit())
	}
	return multipart.NewReader(&limitedReader{Reader: request.Body, left: limit}, params["boundary"]), nil
}

func (r *uploadReader) readPart(part *multipart.Part) error {
	_, params, err := mime.ParseMediaType(part.Header.Get(echo.HeaderContentDisposition))
	if err != nil {
		return malformedField("", "malformed", "A part has no valid Content-Disposition header.")
	}
	switch name := params["name"]; {
	case name == fileField:
		return r.readFile(part, recovery.DecodeFileName(params["filename"]))
	case !slices.Contains(r.accepts, name):
		return invalidField(makePrintable(name), "unknown_field", "This field does not exist here. See the specification.")
	default:
		return r.readField(part, name)
	}
}

func (r *uploadReader) readField(part *multipart.Part, name string) error {
	if _, twice := r.result.fields[name]; twice {
		return invalidField(name, "duplicate_field", "The field occurs more than once.")
	}
	value, err := io.ReadAll(io.LimitReader(part, maxFieldSize+1))
	if err != nil {
		return partFault(name, err, r.api.service.UploadLimit())
	}
	if len(value) > maxFieldSize {
		return invalidField(name, "too_long", fmt.Sprintf("The field is too long. Send at most %d bytes.", maxFieldSize))
	}
	r.result.fields[name] = string(value)
	return nil
}

// readFile streams the file to disk. Its name is kept as it was: casework refuses
// a path in it instead of removing it silently.
func (r *uploadReader) readFile(part *multipart.Part, name string) error {
	if r.result.file != nil {
		return invalidField(fileField, "duplicate_field", "Send one file at a time.")
	}
	source := &errorRecorder{Reader: part}
	file, err := r.api.service.ReceiveFile(r.context.Request().Context(), source)
	switch {
	case source.err != nil:
		return partFault(fileField, source.err, r.api.service.UploadLimit())
	case recovery.CodeOf(err) == recovery.CodeTooLarge:
		return fileTooLargeFault(r.api.service.UploadLimit())
	case err != nil:
		return err
	}
	r.result.file, r.result.name = file, name
	return nil
}

// fingerprintParts returns the form fields for the request fingerprint;
// casework adds the digest of the file.
func (u receivedUpload) fingerprintParts() []string {
	list := []string{u.name}
	for name, value := range u.fields {
		if name != passwordField {
			list = append(list, name+"="+value)
		}
	}
	slices.Sort(list[1:])
	return list
}

func invalidField(field, code, detail string) error {
	return recovery.Invalid([]recovery.FieldFault{{Field: field, Code: code, Detail: detail}})
}

func fileTooLargeFault(limit int64) error {
	detail := fmt.Sprintf("The file is larger than %d bytes.", limit)
	return &recovery.Fault{Code: recovery.CodeTooLarge, Detail: detail, Fields: []recovery.FieldFault{
		{Field: fileField, Code: "too_large", Detail: detail},
	}}
}

// partFault returns the error for a part that could not be read to its end.
func partFault(field string, err error, limit int64) error {
	if errors.Is(err, errBodyTooLong) {
		return fileTooLargeFault(limit)
	}
	return incompleteBodyFault(field, err)
}

// errorRecorder records why reading failed, to distinguish an error of the
// sender from one of the disk.
type errorRecorder struct {
	io.Reader
	err error
}

// Read implements io.Reader.
func (w *errorRecorder) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

var errBodyTooLong = errors.New("the body is longer than the largest file")

// limitedReader fails on a body that is longer than the limit.
type limitedReader struct {
	io.Reader
	left int64
}

// Read implements io.Reader.
func (b *limitedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errBodyTooLong
	}
	n, err := b.Reader.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// attachment is the disposition of a download with a file name (RFC 6266).
func attachment(name string) string {
	if name = strings.TrimSpace(name); name != "" {
		if named := mime.FormatMediaType("attachment", map[string]string{"filename": name}); named != "" {
			return named
		}
	}
	return "attachment"
}
