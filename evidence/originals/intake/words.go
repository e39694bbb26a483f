package intake

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"recourse/evidence/originals/transcript"
)

// textMedia corrects the type of texts. The library knows web pages and mails only by some
// first words, and calls a text unknown for one stray byte.
func textMedia(head []byte, detected string) string {
	switch {
	case detected == mediaHTML, detected == "application/xhtml+xml":
		return mediaHTML
	case strings.Contains(detected, "json") && detected != transcript.Lines:
		return mediaJSON
	case isScript(head):
		return "text/x-shellscript"
	case !mayBeText(head, detected):
		return detected
	}
	media := textByWords(strings.TrimLeft(transcript.DecodeText(head), " \t\n"))
	if media == mediaText && detected == mediaCSV {
		return mediaCSV
	}
	return media
}

// mayBeText reports whether the words of a file decide its type.
func mayBeText(head []byte, detected string) bool {
	switch detected {
	case mediaText, mediaCSV, mediaMail:
		return true
	case "application/octet-stream":
		return isMostlyText(head)
	}
	return textForms[detected] || isSpokenScript(detected)
}

// textByWords returns the type of a text by its first words.
func textByWords(words string) string {
	switch {
	case strings.HasPrefix(words, "<?php"):
		return "text/x-php"
	case drawing.MatchString(words):
		return "image/svg+xml"
	case startsLikePage(words):
		return mediaHTML
	case startsLikeMail(words):
		return mediaMail
	case startsLikeJSON(words):
		return mediaJSON
	default:
		return mediaText
	}
}

// isSpokenScript reports whether the library took a text for a script by its words. Only the
// name of an interpreter at the start makes one.
func isSpokenScript(detected string) bool {
	return slices.Contains([]string{
		"text/javascript", "text/x-python", "text/x-perl", "text/x-lua", "text/x-tcl", "text/x-ruby", "text/x-shellscript",
	}, detected)
}

// interpreter is the first line of a script: its program, by its path.
var interpreter = regexp.MustCompile(`^#![ \t]*/[\w.+/-]+`)

func isScript(head []byte) bool { return interpreter.Match(bytes.TrimPrefix(head, []byte("\uFEFF"))) }

// drawing is the start of a vector drawing, which browsers would run.
var drawing = regexp.MustCompile(`(?is)^(?:<\?xml.{0,200}?\?>|<!--.{0,500}?-->|<!doctype svg.{0,300}?>|\s)*<svg[\s>]`)

// startsLikePage reports whether browsers would take a text for a web page.
func startsLikePage(words string) bool {
	return strings.HasPrefix(words, "<") && hasWebPageMark([]byte(words[:min(len(words), 1024)]))
}

// mailFields are names of the header of a mail. Three of them begin one, or two of which one
// occurs in mails only.
var mailFields = regexp.MustCompile(`(?i)^(received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|dkim-signature|content-type|reply-to|cc|` +
	`arc-[a-z-]+|x-[a-z0-9-]+|authentication-results|sender|content-transfer-encoding|list-[a-z-]+|received-spf|thread-[a-z]+|references|in-reply-to|importance|user-agent):`)

// startsLikeMail reports whether a text begins with the header of a mail.
func startsLikeMail(words string) bool {
	fields, isMail := 0, false
	for i, line := range strings.SplitN(words, "\n", 200) {
		switch {
		case i == 0 && strings.HasPrefix(line, "From "): // of a mailbox
		case line != "" && (line[0] == ' ' || line[0] == '\t') && fields > 0:
		case mailFields.MatchString(line):
			fields++
			isMail = isMail || isMailOnly(line)
		default:
			return fields >= 3 || fields == 2 && isMail
		}
	}
	return fields >= 3 || fields == 2 && isMail
}

// isMailOnly reports whether a field does not occur in a note of a person.
func isMailOnly(line string) bool {
	name, _, _ := strings.Cut(strings.ToLower(line), ":")
	return !slices.Contains([]string{"to", "from", "subject", "date", "cc", "sender", "references"}, name)
}

// startsLikeJSON reports whether a text is an object or an array of objects.
func startsLikeJSON(words string) bool { return jsonStart.MatchString(words) }

var jsonStart = regexp.MustCompile(`^(?:\{|\[\s*\{)\s*"[^"\n]{1,100}"\s*:`)

// isMostlyText reports whether a file is a text with some stray bytes: nineteen of twenty
// characters can be printed, and no other format begins so.
func isMostlyText(head []byte) bool {
	if slices.ContainsFunc(fileHeads, func(mark string) bool { return bytes.HasPrefix(head, []byte(mark)) }) {
		return false
	}
	printed, others := 0, 0
	for _, r := range transcript.DecodeText(head) {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' || !unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != '\u200b' && r != '\ufeff' {
			others++
		} else {
			printed++
		}
	}
	zeros := bytes.Count(head, []byte{0})
	return printed >= 8 && others <= max(1, printed/20) && zeros*2 <= len(head)+2
}

// inspectPage names what a web page would run or load. Nothing here does.
func (s source) inspectPage(report *Report) error {
	head, err := s.readRange(0, pageHead)
	if err != nil {
		return err
	}
	if activePage.MatchString(transcript.DecodeText(head)) {
		report.addFinding(PageActive)
	}
	return nil
}

// pageHead is how much of a page is searched for scripts, in bytes.
const pageHead = 1 << 20

var activePage = regexp.MustCompile(`(?i)<script\b|<iframe\b|<object\b|<embed\b|<form\b|\son[a-z]{3,20}\s*=|javascript:`)

// readPart reads a part of at most limit bytes; nil if it cannot be read.
func readPart(part *zip.File, limit int64) []byte {
	body, err := part.Open()
	if err != nil {
		return nil
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, limit))
	if err != nil {
		return nil
	}
	return data
}
