package intake_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/intake/intaketest"
)

const (
	typeText = "text/plain"
	typePage = "text/html"
	typeJSON = "application/json"
	typeMail = "message/rfc822"
	typeWord = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

func inGBK(t testing.TB, text string) []byte {
	t.Helper()
	data, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func inUTF16(t testing.TB, text string, mark unicode.BOMPolicy) []byte {
	t.Helper()
	data, err := unicode.UTF16(unicode.LittleEndian, mark).NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestOriginalsOfChatsAndMails: what exporters, browsers and mail programs save is kept as it
// came, in every encoding.
func TestOriginalsOfChatsAndMails(t *testing.T) {
	t.Parallel()
	const page = `<!doctype html><html><head><meta charset="utf-8"><title>聊天记录</title></head><body><p>2026-11-28 10:40 小杜：好的，晚点退</p></body></html>`
	const mail = "Received: from a by b; Sat, 28 Nov 2026 11:00:00 +0800\r\nFrom: a@example.com\r\nSubject: =?utf-8?B?5aW9?=\r\n\r\n好\r\n"
	const chat = "2026-11-28 10:35:00 我(10001)\r\n转错了，麻烦退一下，谢谢\r\n"
	for name, test := range map[string]struct {
		data  []byte
		media string
	}{
		"page": {[]byte(page), typePage}, "page in GBK": {inGBK(t, strings.Replace(page, "utf-8", "gbk", 1)), typePage}, "page in UTF-16": {inUTF16(t, page, unicode.UseBOM), typePage},
		"page with a comment": {[]byte("<!-- saved from url=(0014)about:internet -->\n" + page), typePage}, "page with a mark": {[]byte("\uFEFF\n" + page), typePage},
		"page as XHTML": {[]byte(`<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html xmlns="http://www.w3.org/1999/xhtml"><body>x</body></html>`), typePage},
		"JSON":          {[]byte(`[{"time": "2026-11-28 10:35:00", "sender": "我", "text": "转错了"}]`), typeJSON}, "JSON with a mark": {[]byte("\uFEFF{\"a\": 1}"), typeJSON},
		"JSON in UTF-16": {inUTF16(t, `{"a": "转错了，麻烦退一下"}`, unicode.UseBOM), typeJSON}, "JSON cut": {[]byte(`{"messages": [{"text": "转错`), typeJSON},
		"lines of JSON": {[]byte("{\"a\":1}\n{\"a\":2}\n"), "application/x-ndjson"},
		"mail":          {[]byte(mail), typeMail}, "mail of a mailbox": {[]byte("From a@example.com Sat Nov 28 11:00:00 2026\r\n" + mail), typeMail}, "mail with a mark": {[]byte("\uFEFF" + mail), typeMail},
		"mail of QQ":  {[]byte("X-QQ-mid: xmapz1\nX-QQ-XMAILINFO: abc\nFrom: \"=?gb18030?B?x+s=?=\" <1@qq.com>\nTo: 2@qq.com\nMime-Version: 1.0\n\nx"), typeMail},
		"chat in GBK": {inGBK(t, chat), typeText}, "chat in UTF-16": {inUTF16(t, chat, unicode.UseBOM), typeText}, "chat in UTF-16 without a mark": {inUTF16(t, chat, unicode.IgnoreBOM), typeText},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if report := examineAccepted(t, test.data); report.Media != test.media || len(report.Findings) > 0 {
				t.Errorf("%+v", report)
			}
		})
	}
}

// TestUnusualTexts: a text is kept whatever its first line looks like.
func TestUnusualTexts(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"a hash and an exclamation": "#! 重要：转错了\n好的\n", "angle brackets": "<小杜> 好的\n<我> 谢谢\n", "a zero": "转错了，麻烦退一下，谢谢你了\x00\n好的\n",
		"a stray byte": "转错了，麻烦退一下，谢谢你了\xff\n好的\n", "a bell": "转错了，麻烦退一下，谢谢你了\x07\n", "an escape": "\x1b[1m转错了，麻烦退一下，谢谢你了\x1b[0m",
		"a card": "BEGIN:VCARD\nVERSION:3.0\nFN:小杜\nEND:VCARD\n", "subtitles": "1\n00:00:01,000 --> 00:00:02,000\n好的\n", "XML": "<?xml version=\"1.0\"?>\n<smses><sms body=\"好的\"/></smses>",
		"tabs": "时间\t发送人\t内容\n10:35\t我\t转错了\n10:40\t小杜\t好的\n", "a note of two fields": "From: 小杜\nTo: 我\n\n好的", "a word of code": "function 收款() 是什么意思？\n",
		"a bracket": "[2026/11/28, 10:35] 我: 转错了",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if report := examineAccepted(t, []byte(data)); report.Media != typeText && report.Media != "text/csv" {
				t.Errorf("%+v", report)
			}
		})
	}
}

func TestProgramsAsTexts(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"shell": "#!/bin/sh\nid\n", "shell with a mark": "\uFEFF#!/bin/sh\nid", "python": "#!/usr/bin/env python3\nimport os\n", "PHP": "\n<?php echo 1;", "a drawing": `<svg onload="x()"></svg>`,
		"a drawing below a comment": `<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"/>`, "a drawing in UTF-16": string(inUTF16(t, `<svg xmlns="http://www.w3.org/2000/svg"/>`, unicode.UseBOM)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, []byte(data), "active_text")
		})
	}
}

const (
	types     = "[Content_Types].xml"
	documents = "word/document.xml"
	relations = "word/_rels/document.xml.rels"
)

func TestDocumentsOfOfficePrograms(t *testing.T) {
	t.Parallel()
	reference := func(kind, mode string) string {
		return `<Relationships><Relationship Id="r" Type="http://x/` + kind + `" Target="http://example.com/x" TargetMode="` + mode + `"/></Relationships>`
	}
	for name, test := range map[string]struct {
		data     []byte
		findings []intake.Finding
	}{
		"plain":                 {intaketest.NewArchive(t, types, "x", documents, "x"), nil},
		"its parts turned":      {intaketest.NewArchive(t, "docProps/app.xml", strings.Repeat("x", 4_000), documents, "x", types, "x"), nil},
		"a template":            {intaketest.NewArchive(t, types, "x", documents, "x", "word/_rels/settings.xml.rels", reference("attachedTemplate", "External")), []intake.Finding{intake.DocExternal}},
		"a picture elsewhere":   {intaketest.NewArchive(t, types, "x", documents, "x", relations, reference("image", "External")), []intake.Finding{intake.DocExternal}},
		"a link":                {intaketest.NewArchive(t, types, "x", documents, "x", relations, reference("hyperlink", "External")), nil},
		"a file":                {intaketest.NewArchive(t, types, "x", documents, "x", "word/embeddings/oleObject1.bin", "x"), []intake.Finding{intake.DocEmbedded}},
		"references of 1 MB":    {intaketest.NewArchive(t, types, "x", documents, "x", relations, strings.Repeat(" ", 1<<20)), []intake.Finding{intake.DocExternal}},
		"a picture of its own":  {intaketest.NewArchive(t, types, "x", documents, "x", "word/media/image1.png", "x", relations, reference("image", "Internal")), nil},
		"a file and a template": {intaketest.NewArchive(t, types, "x", documents, "x", "word/embeddings/a.xlsx", "x", relations, reference("oleObject", "External")), []intake.Finding{intake.DocEmbedded, intake.DocExternal}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if report := examineAccepted(t, test.data); report.Media != typeWord || !slices.Equal(report.Findings, test.findings) {
				t.Errorf("%+v", report)
			}
		})
	}
	for name, test := range map[string]struct {
		data []byte
		code string
	}{
		"macros":         {intaketest.NewArchive(t, types, "x", documents, "x", "word/vbaProject.bin", "x"), "document_macros"},
		"controls":       {intaketest.NewArchive(t, types, "x", documents, "x", "word/activeX/activeX1.xml", "x"), "document_macros"},
		"an application": {intaketest.NewArchive(t, types, "x", documents, "x", "META-INF/MANIFEST.MF", "x"), "polyglot"},
		"a workbook":     {intaketest.NewArchive(t, types, "x", documents, "x", "xl/workbook.xml", "x"), "polyglot"},
		"a bomb":         {intaketest.NewArchive(t, types, "x", documents, strings.Repeat("\x00", 70<<20)), "document_too_large"},
		"a page before":  {append([]byte("<!doctype html>"+strings.Repeat("<p>x</p>\n", 500)), intaketest.NewArchive(t, types, "x", documents, "x")...), "polyglot"},
		"a presentation": {intaketest.NewArchive(t, types, "x", "ppt/presentation.xml", "x"), "document"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, test.data, test.code)
		})
	}
}

func TestTextsAndArchives(t *testing.T) {
	t.Parallel()
	archive := newZip(t, "payload.js")
	for name, data := range map[string]string{
		"page": "<!doctype html>" + strings.Repeat("<p>x</p>\n", 500), "JSON": `{"a": "` + strings.Repeat("好", 2_000) + `"}`,
		"mail": "Received: a\nFrom: b@c\n\n" + strings.Repeat("x\n", 2_000), "text": strings.Repeat("转错了，麻烦退一下\n", 200),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, append([]byte(data), archive...), "polyglot")
		})
	}
}

func TestActivePagesAreNamed(t *testing.T) {
	t.Parallel()
	for _, part := range []string{`<script>alert(1)</script>`, `<img src=x onerror="x()">`, `<iframe src="x"></iframe>`, `<a href="JavaScript:x()">x</a>`, `<form action="x">`} {
		report := examineAccepted(t, []byte("<!doctype html><html><body><p>好的</p>"+part+"</body></html>"))
		if !slices.Equal(report.Findings, []intake.Finding{intake.PageActive}) {
			t.Errorf("%s: %v", part, report.Findings)
		}
	}
}
