package transcript

import (
	"bytes"
	"io"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // GBK, GB18030, Big5 and others

	"recourse/recovery"
)

// Limits of a mail.
const (
	maxMailDepth = 8
	maxMailParts = 200
	maxHeaders   = 60
)

// shownHeaders are the headers that readers need, in lower case. Received ones show the way
// of a mail; each server adds its own on top.
var shownHeaders = []string{
	"from", "sender", "reply-to", "to", "cc", "date", "subject", "message-id", "return-path", "received", "authentication-results", "dkim-signature",
	"arc-seal", "x-originating-ip", "x-mailer",
}

// platforms are the domains from which the platforms send mails.
var platforms = map[string]recovery.Platform{
	"tencent.com": recovery.WeChat, "wechat.com": recovery.WeChat, "weixin.qq.com": recovery.WeChat, "tenpay.com": recovery.WeChat,
	"alipay.com": recovery.Alipay, "antgroup.com": recovery.Alipay, "alipay.net": recovery.Alipay,
}

// mailReader reads the parts of a mail.
type mailReader struct {
	out   *builder
	parts int
}

// readMail reads a mail: its headers, its text, and the names of its attachments. Of a
// mailbox all mails are read, each after the other.
func (b *builder) readMail(data []byte) {
	mails := splitMailbox(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")))
	b.readFirstMail(mails[0])
	r := &mailReader{out: b}
	for i, more := range mails[1:] {
		if i >= maxMailParts {
			b.gap(TooLarge)
			return
		}
		r.readInner(more, 0)
	}
}

// mailboxLine begins each mail of a mailbox (RFC 4155).
var mailboxLine = regexp.MustCompile(`(?m)^From \S+ .{0,20}\d{1,2}:\d{2}.{0,40}\r?\n`)

// splitMailbox returns the mails of a mailbox, or the one mail.
func splitMailbox(data []byte) [][]byte {
	if !bytes.HasPrefix(data, []byte("From ")) {
		return [][]byte{data}
	}
	_, rest, _ := bytes.Cut(data, []byte("\n"))
	var mails [][]byte
	for len(mails) <= maxMailParts {
		at := mailboxLine.FindIndex(rest)
		if at == nil || !bytes.HasSuffix(bytes.TrimRight(rest[:at[0]], "\r"), []byte("\n")) {
			break
		}
		mails, rest = append(mails, rest[:at[0]]), rest[at[1]:]
	}
	return append(mails, rest)
}

func (b *builder) readFirstMail(data []byte) {
	entity, err := message.Read(bytes.NewReader(data))
	if entity == nil || err != nil && !isReadable(err) {
		b.gap(Broken)
		b.readText(b.decode(data))
		return
	}
	b.t.Letter = b.letterOf(entity.Header)
	r := &mailReader{out: b}
	r.readEntity(entity, 0)
}

// isReadable reports whether a part can be read in spite of an error.
func isReadable(err error) bool {
	return message.IsUnknownCharset(err) || message.IsUnknownEncoding(err)
}

func (b *builder) letterOf(header message.Header) *Letter {
	letter := &Letter{}
	fields := header.Fields()
	for fields.Next() && len(letter.Headers) < maxHeaders {
		if !slices.Contains(shownHeaders, strings.ToLower(fields.Key())) {
			continue
		}
		value, err := fields.Text()
		if err != nil {
			value = fields.Value()
		}
		letter.Headers = append(letter.Headers, Header{fields.Key(), oneLine(b.cut(DecodeText([]byte(value)), 2_000))})
	}
	if sender, err := mail.ParseAddress(oneLine(header.Get("From"))); err == nil {
		letter.Domain = domainOf(sender.Address)
	} else if from := header.Get("From"); strings.Contains(from, "@") {
		letter.Domain = domainOf(strings.Trim(from[strings.LastIndexByte(from, '@'):], "<> \r\n"))
	}
	letter.SignedBy = oneLine(b.cut(tagOf(header.Get("Dkim-Signature"), "d"), maxName))
	letter.Platform = platformOf(letter.Domain)
	return letter
}

func domainOf(address string) string {
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

// tagOf returns a tag of a DKIM signature (RFC 6376, 3.2).
func tagOf(signature, name string) string {
	for part := range strings.SplitSeq(signature, ";") {
		key, value, _ := strings.Cut(part, "=")
		if strings.TrimSpace(key) == name {
			return strings.ToLower(strings.TrimSpace(value))
		}
	}
	return ""
}

func platformOf(domain string) recovery.Platform {
	for known, platform := range platforms {
		if domain == known || strings.HasSuffix(domain, "."+known) {
			return platform
		}
	}
	return ""
}

func (r *mailReader) readEntity(entity *message.Entity, depth int) {
	if r.parts++; r.parts > maxMailParts || depth > maxMailDepth {
		r.out.gap(TooDeep)
		return
	}
	media, parameters, err := entity.Header.ContentType()
	if err != nil || media == "" {
		media = Text
	}
	if parts := entity.MultipartReader(); parts != nil {
		if media == "multipart/encrypted" {
			r.out.gap(Encrypted)
		}
		r.readParts(parts, media, depth)
		return
	}
	disposition, more, _ := entity.Header.ContentDisposition()
	name := more["filename"]
	if name == "" {
		name = parameters["name"]
	}
	switch {
	case media == Mail && depth < maxMailDepth:
		r.readInner(r.readBody(entity), depth)
	case disposition == "attachment" || name != "" || !strings.HasPrefix(media, "text/"):
		size, err := io.Copy(io.Discard, entity.Body)
		if err != nil {
			r.out.gap(Broken)
		}
		r.attach(name, media, size)
	default:
		r.out.take(textOf(media, r.readBody(entity)))
	}
}

// textOf reads the text of a part.
func textOf(media string, data []byte) Transcript {
	inner := &builder{}
	if media == Page {
		inner.readPage(data)
	} else {
		inner.readText(inner.decode(data))
	}
	return inner.t
}

func (r *mailReader) readBody(entity *message.Entity) []byte {
	data, err := io.ReadAll(io.LimitReader(entity.Body, MaxSize))
	if err != nil {
		r.out.gap(Broken)
	}
	return data
}

// readParts reads the parts of a mail. A page beside a text is shown only when it says
// something else.
func (r *mailReader) readParts(parts message.MultipartReader, media string, depth int) {
	for r.parts <= maxMailParts {
		entity, err := parts.NextPart()
		if entity == nil || err != nil && !isReadable(err) {
			if err != io.EOF { //nolint:errorlint // the reader ends with io.EOF itself
				r.out.gap(Broken)
			}
			return
		}
		if kind, _, _ := entity.Header.ContentType(); media == "multipart/alternative" && kind == Page && len(r.out.t.Lines) > 0 {
			r.parts++
			if page := textOf(Page, r.readBody(entity)); wordsOf(page.Lines) != wordsOf(r.out.t.Lines) {
				r.out.add(Line{Note: Page})
				r.out.take(page)
			}
			continue
		}
		r.readEntity(entity, depth+1)
	}
	r.out.gap(TooDeep)
}

// wordsOf returns the texts of lines without spaces.
func wordsOf(lines []Line) string {
	var words strings.Builder
	for _, l := range lines {
		words.WriteString(strings.Join(strings.Fields(l.Text), ""))
	}
	return words.String()
}

// readInner reads a mail that is a part of another.
func (r *mailReader) readInner(data []byte, depth int) {
	entity, err := message.Read(bytes.NewReader(data))
	if entity == nil || err != nil && !isReadable(err) {
		r.out.gap(Broken)
		return
	}
	for _, h := range r.out.letterOf(entity.Header).Headers {
		r.out.add(Line{Text: h.Name + ": " + h.Value})
	}
	r.readEntity(entity, depth+1)
}

func (r *mailReader) attach(name, media string, size int64) {
	if name == "" {
		name = media
	}
	r.out.t.Attachments = append(r.out.t.Attachments, Attachment{oneLine(r.out.cut(name, maxName)), oneLine(r.out.cut(media, maxName)), size})
	r.out.gap(Pictures)
}
