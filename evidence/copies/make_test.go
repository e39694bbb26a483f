package copies_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"recourse/evidence/copies"
	"recourse/evidence/originals/statement"
)

const oneRow = "微信支付账单明细,,,,,,,,,,\n交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n" +
	"2026-11-01 10:00:00,转账,周宁,/,支出,¥1.00,零钱,朋友已收钱,7,1,/\n2026-11-02 10:00:00,商户消费,超市,水果,支出,¥9.00,零钱,支付成功,8,2,/\n"

// TestMake: of a bill only the payment is shown, of a text everything but what the mask
// hides, and other files have no copy.
func TestMake(t *testing.T) {
	t.Parallel()
	payments := []statement.ClaimedPayment{{Amount: 100, SentAt: time.Date(2026, 11, 1, 2, 0, 0, 0, time.UTC), TransactionNo: "7"}}
	hide := func(text string) string { return strings.ReplaceAll(text, "超市", "■■") }
	for name, test := range map[string]struct {
		data   string
		order  copies.Order
		kind   string // "": no copy
		has    string
		hasNot string
	}{
		"a bill":                         {oneRow, copies.Order{Media: "text/csv", IsBill: true, Payments: payments}, copies.BillShown, "周宁", "水果"},
		"a bill that was sent as a file": {oneRow, copies.Order{Media: "text/csv", Payments: payments}, copies.BillShown, "周宁", "水果"},
		"a bill without the payment":     {oneRow, copies.Order{Media: "text/csv", IsBill: true}, "", "", ""},
		"no bill":                        {"去超市", copies.Order{Media: "text/csv", IsBill: true}, "", "", ""},
		"a text":                         {"去超市\r\n吧", copies.Order{Media: "text/plain"}, copies.MaskedText, "去■■\n吧", "超市"},
		"an empty text":                  {" \n", copies.Order{Media: "text/plain"}, "", "", ""},
		"a recording":                    {"去超市", copies.Order{Media: "audio/amr"}, "", "", ""},
	} {
		test.order.Seed = bytes.Repeat([]byte{1}, copies.SeedSize)
		made, err := copies.Make([]byte(test.data), test.order, hide, readPDF)
		if (test.kind == "") != errors.Is(err, copies.ErrNoCopy) || made.Kind != test.kind && err == nil {
			t.Errorf("%s: %+v, %v", name, made, err)
		}
		if text := string(made.Data); err == nil && (!strings.Contains(text, test.has) || strings.Contains(text, test.hasNot)) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestContentOfACopy identifies what is shown: salts do not change it.
func TestContentOfACopy(t *testing.T) {
	t.Parallel()
	makeWith := func(seed byte, number string) copies.Copy {
		made, err := copies.Make([]byte(oneRow), copies.Order{
			Seed: bytes.Repeat([]byte{seed}, copies.SeedSize), Payments: []statement.ClaimedPayment{{Amount: 100, TransactionNo: number, SentAt: time.Date(2026, 11, 1, 2, 0, 0, 0, time.UTC)}},
		}, func(text string) string { return text }, readPDF)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	one, other := makeWith(1, "7"), makeWith(2, "7")
	if one.Content != other.Content || bytes.Equal(one.Data, other.Data) || one.Rows != 2 || one.Root == other.Root {
		t.Errorf("%+v\n%+v", one, other)
	}
}
