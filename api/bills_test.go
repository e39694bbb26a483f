package api_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"recourse/api"
	"recourse/recovery"
)

// billOf is a bill of WeChat with these rows.
func billOf(rows ...string) string {
	head, _, _ := strings.Cut(bill, "2026-03-01 12:30")
	return head + strings.Join(rows, "\r\n") + "\r\n"
}

const (
	sentRow     = "2026-03-01 12:30:00,转账,老王,转账备注:微信转账,支出,¥2000.00,零钱,朋友已收钱,1000050001202603010012345678,10000500012026030112,/"
	returnedRow = "2026-03-02 12:30:00,转账-退款,老王,/,收入,¥500.00,零钱,已退款,10000500012026030112,/,/"
)

// TestABillSaysWhatCameBack: money that was given back is not matched, and the answer says
// how much and when.
func TestABillSaysWhatCameBack(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for name, test := range map[string]struct {
		rows          []string
		matched       bool
		kind, at      any
		amount        any
		says, neverIn string
	}{
		"it stands":      {[]string{sentRow}, true, nil, nil, nil, "金额一致", "退"},
		"a part of it":   {[]string{returnedRow, sentRow}, false, "part", "2026-03-02T12:30:00+08:00", 50_000.0, "已于 2026-03-02 12:30:00 退回 500.00 元（部分）", ""},
		"all of it":      {[]string{strings.Replace(sentRow, "朋友已收钱", "已全额退款", 1)}, false, "whole", nil, 200_000.0, "退回 2,000.00 元（全部）", ""},
		"it was no paid": {[]string{strings.Replace(sentRow, "朋友已收钱", "支付失败", 1)}, false, "unpaid", nil, nil, "没有付出去", ""},
	} {
		got := s.upload(t, id, "statements", "", formPart{name: "file", file: name + ".csv", content: billOf(test.rows...)}).wantStatus(http.StatusCreated)
		list := got.decodeObject()["transactions"].([]any)
		if len(list) != 1 {
			t.Fatalf("%s: %s", name, got.body)
		}
		row := list[0].(map[string]any)
		why := strings.Builder{}
		for _, reason := range row["why"].([]any) {
			why.WriteString(reason.(string) + "；")
		}
		if row["matched"] != test.matched || !strings.Contains(why.String(), test.says) || test.neverIn != "" && strings.Contains(why.String(), test.neverIn) {
			t.Errorf("%s: matched %v, %s", name, row["matched"], why.String())
		}
		reversal, reversed := row["reversal"].(map[string]any)
		if reversed != (test.kind != nil) || reversed && (reversal["kind"] != test.kind || reversal["at"] != test.at || reversal["amount_fen"] != test.amount) {
			t.Errorf("%s: %v", name, row["reversal"])
		}
	}
}

// TestTheOtherNumberOfAPayment: a case filed with the number of the voucher finds its row
// without a difference.
func TestTheOtherNumberOfAPayment(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody("10000500012026030112")}).
		wantStatus(http.StatusCreated).stringField("id")
	got := s.upload(t, id, "statements", "", formPart{name: "file", file: "微信账单.csv", content: billOf(sentRow)}).wantStatus(http.StatusCreated)
	row := got.decodeObject()["transactions"].([]any)[0].(map[string]any)
	if row["matched"] != true || len(row["differences"].([]any)) != 0 {
		t.Errorf("%s", got.body)
	}
	for _, number := range []string{"10000500012026030112", "1000050001202603010012345678", "'1000050001202603010012345678"} {
		s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody(number)}).problem(http.StatusConflict, "transaction_has_open_case")
	}
}

// TestBillsThatAreRefused: nothing is stored, and the code is the reason.
func TestBillsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for reason, content := range map[string]string{
		"other_wallet":           "京东账号名：jd\n交易时间,商户名称,交易说明,金额,收/付款方式,交易状态,收/支,交易分类,交易订单号,商家订单号,备注\n2026-03-01 12:30:00,某店,物,1.00,银行卡,交易成功,支出,其他,1,1,\n",
		"no_rows":                billOf(),
		"unreadable_shape":       billOf("2026-03-01 12:30:00,转账,老王,/,支出,¥1,234.50,零钱,朋友已收钱,1000050001,10001,/"),
		"locked_workbook":        "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00",
		"unknown_wallet":         "交易时间,收/支,金额,交易单号\n2026-03-01 12:30:00,支出,1.00,1000050001\n",
		"unreadable_amount":      billOf("2026-03-01 12:30:00,转账,老王,/,支出,二十,零钱,朋友已收钱,1000050001,10001,/"),
		"unreadable_number_lost": billOf("2026-03-01 12:30:00,转账,老王,/,支出,¥20,零钱,朋友已收钱,1.00005E+27,10001,/"),
	} {
		got := s.upload(t, id, "statements", "", formPart{name: "file", file: "a.csv", content: content})
		got.problem(http.StatusUnprocessableEntity, "invalid")
		if !strings.Contains(string(got.body), `"`+reason+`"`) {
			t.Errorf("%s: %s", reason, got.body)
		}
	}
	if s.countBlobs() != 0 {
		t.Error("a refused file was kept")
	}
}

// TestTheArchiveThatAWalletMails is opened with its password, which no answer and no line of
// the log has.
func TestTheArchiveThatAWalletMails(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	raw, err := os.ReadFile("testdata/wechat-aes256.zip")
	failOnError(t, err)
	file := formPart{name: "file", file: "微信支付账单.zip", content: string(raw)}
	const secret = "mima-Zq7xW"
	for password, code := range map[string]string{"": "required", "falsch-314159": "wrong"} {
		got := s.upload(t, id, "statements", "", formPart{name: "password", content: password}, file)
		if p := got.problem(http.StatusUnprocessableEntity, "invalid"); !p.namesField("password") || !strings.Contains(string(got.body), `"`+code+`"`) {
			t.Errorf("%q: %s", password, got.body)
		}
	}
	for _, key := range []string{"zip", "zip"} {
		got := s.upload(t, id, "statements", key, formPart{name: "password", content: secret}, file).wantStatus(http.StatusCreated)
		imported := got.decodeObject()
		archive, isArchive := imported["archive"].(map[string]any)
		if !isArchive || archive["media_type"] != "application/zip" || imported["rows_read"] != 1.0 || imported["evidence"].(map[string]any)["media_type"] != "text/csv" {
			t.Errorf("%s", got.body)
		}
		if row := imported["transactions"].([]any)[0].(map[string]any); row["matched"] != true {
			t.Errorf("%v", row)
		}
		if strings.Contains(string(got.body), secret) {
			t.Errorf("the answer has the password: %s", got.body)
		}
		original := s.get(t, recovery.RoleAgent, "/api/v1/evidence/"+archive["id"].(string)+"/content").wantStatus(http.StatusOK)
		if !bytes.Equal(original.body, raw) {
			t.Error("the archive did not come back as it was")
		}
	}
	if logged := s.logged.String(); strings.Contains(logged, secret) || strings.Contains(logged, "falsch") {
		t.Error("the log has a password")
	}
	plain := s.upload(t, id, "statements", "", formPart{name: "file", file: "a.csv", content: bill}).wantStatus(http.StatusCreated)
	if plain.decodeObject()["archive"] != nil {
		t.Errorf("%s", plain.body)
	}
}

// TestEncodingsAreKept: a bill in any encoding that is read is stored too.
func TestEncodingsAreKept(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	plain := strings.TrimPrefix(bill, "\uFEFF")
	var low, high []byte
	for _, unit := range utf16.Encode([]rune("\uFEFF" + plain)) {
		low, high = binary.LittleEndian.AppendUint16(low, unit), binary.BigEndian.AppendUint16(high, unit)
	}
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(plain)
	failOnError(t, err)
	for name, content := range map[string]string{
		"UTF-8": plain, "UTF-16, low byte first": string(low), "UTF-16, high byte first": string(high), "UTF-16 without a mark": string(low[2:]), "GBK": gbk,
		"lines that end with CR": strings.ReplaceAll(plain, "\r\n", "\r"), "semicolons": strings.ReplaceAll(plain, ",", ";"),
	} {
		if got := s.upload(t, id, "statements", "", formPart{name: "file", file: "a.csv", content: content}); got.status != http.StatusCreated {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

// TestTheBillOfAnotherWallet is kept, and the answer says why nothing of it is matched.
func TestTheBillOfAnotherWallet(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.send(t, testCall{
		as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases",
		body: bytes.Replace([]byte(validFiling), []byte(`"platform": "wechat"`), []byte(`"platform": "qq"`), 1),
	}).wantStatus(http.StatusCreated).stringField("id")
	for name, test := range map[string]struct{ content, note string }{
		"the payment is in it": {billOf(sentRow), "这是微信的账单，本案登记的是QQ 钱包"},
		"it is not":            {billOf(strings.Replace(sentRow, "2000.00", "1.00", 1)), "这是微信的账单，本案登记的是QQ 钱包"},
	} {
		got := s.upload(t, id, "statements", "", formPart{name: "file", file: "a.csv", content: test.content}).wantStatus(http.StatusCreated)
		notes := got.decodeObject()["notes"].([]any)
		if len(notes) != 1 || !strings.Contains(notes[0].(string), test.note) {
			t.Errorf("%s: %v", name, notes)
		}
		for _, row := range got.decodeObject()["transactions"].([]any) {
			if row.(map[string]any)["matched"] != false {
				t.Errorf("%s: %v", name, row)
			}
			adopt := fmt.Sprintf(`{"evidence_id": %q, "row": %v, "confirm": true}`, got.decodeObject()["evidence"].(map[string]any)["id"], row.(map[string]any)["row"])
			refused := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/actions/adopt_match", body: []byte(adopt)})
			if refused.status != http.StatusUnprocessableEntity || !strings.Contains(string(refused.body), "other_wallet") {
				t.Errorf("%s: adopted: %d %s", name, refused.status, refused.body)
			}
		}
	}
}
